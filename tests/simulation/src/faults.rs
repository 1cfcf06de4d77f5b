//! Faults: adapters of the log and the sink that fail around the real call.
//!
//! Before a call the power may be cut, the other side may be busy or its disk full; after it the power may be cut or the answer be
//! lost, though the call was done. Every call may take long.

mod ports;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    chance::Chance,
    coverage::{ANSWER_LOST, BUSY, CUT_AFTER, CUT_BEFORE, CUT_ELSEWHERE, CUT_IN_RECOVERY, FULL, SLOW},
    power::Power,
    trace::Trace,
};

pub use ports::Faulty;

/// What a full disk says: the only fatal answer that a world may give.
pub const DISK_FULL: &str = "no space left on the simulated disk";

/// How often what fails, in parts of 10,000 calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// The power is cut around a write.
    pub cut: u32,
    /// The power is cut around a read, or as GLPI is asked.
    pub cut_elsewhere: u32,
    /// The other side is busy.
    pub busy: u32,
    /// A write is done, but its answer is lost.
    pub lost: u32,
    /// A write finds no space.
    pub full: u32,
    /// A call takes up to two seconds.
    pub slow: u32,
}

/// Who decides what fails in one world.
#[derive(Debug)]
pub struct Faults {
    chance: Chance,
    trace: Trace,
    power: Arc<Power>,
    rates: Rates,
    is_quiet: AtomicBool,
    writes: AtomicU64,
    /// Points around writes at which the power was cut.
    cuts: AtomicU64,
    /// Writes done since the process started.
    done: AtomicU64,
    /// The points at which the power is cut whatever the rates.
    cuts_at: Vec<u64>,
}

/// The two kinds of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Read,
    Write,
}

/// The moments around a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before a write.
    Before,
    /// After a write.
    After,
    /// Anywhere else.
    Elsewhere,
}

/// A call that did not succeed.
enum Failure {
    Busy,
    Full,
}

impl Faults {
    /// Faults of one world; the power is cut at the points `cuts_at` besides.
    pub fn new(chance: Chance, trace: Trace, power: Arc<Power>, rates: Rates, cuts_at: Vec<u64>) -> Self {
        let (writes, cuts, done) = (AtomicU64::new(0), AtomicU64::new(0), AtomicU64::new(0));
        Self { chance, trace, power, rates, is_quiet: AtomicBool::new(false), writes, cuts, done, cuts_at }
    }

    /// The decisions of a bug that comes and goes.
    pub fn chance(&self) -> &Chance {
        &self.chance
    }

    /// Ends all faults.
    pub fn end(&self) {
        self.is_quiet.store(true, Ordering::Relaxed);
    }

    /// Lets them happen, again.
    pub fn begin(&self) {
        self.is_quiet.store(false, Ordering::Relaxed);
    }

    /// Whether they have ended.
    pub fn are_over(&self) -> bool {
        self.is_quiet.load(Ordering::Relaxed)
    }

    /// A process starts: what it has to catch up with begins.
    pub fn started(&self) {
        self.done.store(0, Ordering::Relaxed);
    }

    /// Points around writes so far at which the power could be cut: two a write.
    pub fn points(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    /// Those of them at which it was cut: each is another one.
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }

    async fn before(&self, call: Call) -> Result<(), Failure> {
        if self.are_over() {
            return Ok(());
        }
        if self.draws(self.rates.slow) {
            self.trace.happened(SLOW);
            tokio::time::sleep(Duration::from_millis(self.chance.below(2_000))).await;
        }
        self.maybe_cut(if call == Call::Write { Moment::Before } else { Moment::Elsewhere }).await;
        if self.draws(self.rates.busy) {
            self.trace.happened(BUSY);
            self.trace.note(|| format!("{call:?} busy"));
            return Err(Failure::Busy);
        }
        if call == Call::Write && self.draws(self.rates.full) {
            self.trace.happened(FULL);
            self.trace.note(|| "disk full".to_owned());
            return Err(Failure::Full);
        }
        Ok(())
    }

    async fn after(&self, call: Call) -> Result<(), Failure> {
        if self.are_over() {
            return Ok(());
        }
        self.maybe_cut(if call == Call::Write { Moment::After } else { Moment::Elsewhere }).await;
        if call == Call::Write {
            self.done.fetch_add(1, Ordering::Relaxed);
            if self.draws(self.rates.lost) {
                self.trace.happened(ANSWER_LOST);
                self.trace.note(|| "answer lost".to_owned());
                return Err(Failure::Busy);
            }
        }
        Ok(())
    }

    /// Cuts the power now, if this is the moment. Moments at writes are counted.
    pub async fn maybe_cut(&self, moment: Moment) {
        if self.are_over() {
            return;
        }
        let is_write = moment != Moment::Elsewhere;
        let point = if is_write { self.writes.fetch_add(1, Ordering::Relaxed) } else { u64::MAX };
        let rate = if is_write { self.rates.cut } else { self.rates.cut_elsewhere };
        if !(self.cuts_at.contains(&point) || self.draws(rate)) {
            return;
        }
        self.trace.note(|| format!("power cut, point {point}"));
        self.trace.happened(match moment {
            Moment::Before => CUT_BEFORE,
            Moment::After => CUT_AFTER,
            Moment::Elsewhere => CUT_ELSEWHERE,
        });
        if is_write {
            self.cuts.fetch_add(1, Ordering::Relaxed);
        }
        // Cut before the process has written anything since the cut before.
        if self.power.cuts() > 0 && self.done.load(Ordering::Relaxed) == 0 {
            self.trace.happened(CUT_IN_RECOVERY);
        }
        self.power.cut().await;
    }

    fn draws(&self, rate: u32) -> bool {
        rate > 0 && self.chance.hits(rate, 10_000)
    }
}
