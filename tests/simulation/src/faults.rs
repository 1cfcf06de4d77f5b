//! Faults: adapters of the log and the sink that fail around the real call.
//!
//! Before a call the power may be cut, the other side may be busy or its disk full; after it the power may be cut or the answer be
//! lost, though the call was done. Every call may take long.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use pipeline::{
    buses::{self, Append, Bus, DeadLetter, DeadLetters, Record},
    sinks::{self, RowBatch, Sink},
    sources::{self, Ledger},
};
use schemas::{
    Cursor, Instant, Offset,
    ingestion::{EventCounts, RowCounts},
};

use crate::{chance::Chance, power::Power, trace::Trace};

/// What a full disk says: the only fatal answer that a world may give.
pub const DISK_FULL: &str = "no space left on the simulated disk";

/// How often what fails, in parts of 10,000 calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// The power is cut around a write, or a tenth as often around a read.
    pub cut: u32,
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
    /// The write around which the power is cut, once, whatever the rates.
    cut_at: Option<u64>,
}

/// The two kinds of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    Read,
    Write,
}

/// A call that did not succeed.
enum Failure {
    Busy,
    Full,
}

impl Faults {
    /// Faults of one world.
    pub fn new(chance: Chance, trace: Trace, power: Arc<Power>, rates: Rates, cut_at: Option<u64>) -> Self {
        Self { chance, trace, power, rates, is_quiet: AtomicBool::new(false), writes: AtomicU64::new(0), cut_at }
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

    /// Places around writes so far at which the power could be cut: two a write.
    pub fn points(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    async fn before(&self, call: Call) -> Result<(), Failure> {
        if self.is_quiet.load(Ordering::Relaxed) {
            return Ok(());
        }
        if self.draws(self.rates.slow) {
            tokio::time::sleep(Duration::from_millis(self.chance.below(2_000))).await;
        }
        self.maybe_cut(call == Call::Write).await;
        if self.draws(self.rates.busy) {
            self.trace.note(|| format!("{call:?} busy"));
            return Err(Failure::Busy);
        }
        if call == Call::Write && self.draws(self.rates.full) {
            self.trace.note(|| "disk full".to_owned());
            return Err(Failure::Full);
        }
        Ok(())
    }

    async fn after(&self, call: Call) -> Result<(), Failure> {
        if self.is_quiet.load(Ordering::Relaxed) {
            return Ok(());
        }
        self.maybe_cut(call == Call::Write).await;
        if call == Call::Write && self.draws(self.rates.lost) {
            self.trace.note(|| "answer lost".to_owned());
            return Err(Failure::Busy);
        }
        Ok(())
    }

    /// Cuts the power now, if this is the moment. Moments at writes are counted; elsewhere they are ten times as rare.
    pub async fn maybe_cut(&self, is_write: bool) {
        if self.is_quiet.load(Ordering::Relaxed) {
            return;
        }
        let point = if is_write { self.writes.fetch_add(1, Ordering::Relaxed) } else { u64::MAX };
        let rate = if is_write { self.rates.cut } else { self.rates.cut / 10 };
        if self.cut_at == Some(point) || self.draws(rate) {
            self.trace.note(|| format!("power cut, point {point}"));
            self.power.cut().await;
        }
    }

    fn draws(&self, rate: u32) -> bool {
        rate > 0 && self.chance.hits(rate, 10_000)
    }
}

impl From<Failure> for buses::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::Busy("simulated".to_owned()),
            Failure::Full => Self::Storage(DISK_FULL.to_owned()),
        }
    }
}

impl From<Failure> for sinks::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::Busy("simulated".to_owned()),
            Failure::Full => Self::Storage(DISK_FULL.to_owned()),
        }
    }
}

impl From<Failure> for sources::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::LedgerBusy("simulated".to_owned()),
            Failure::Full => Self::Ledger(DISK_FULL.to_owned()),
        }
    }
}

/// A port whose calls may fail.
pub struct Faulty<P: ?Sized> {
    inner: Arc<P>,
    faults: Arc<Faults>,
}

impl<P: ?Sized> Faulty<P> {
    /// `inner`, failing as `faults` decides.
    pub fn new(inner: Arc<P>, faults: Arc<Faults>) -> Self {
        Self { inner, faults }
    }
}

impl<P: ?Sized> fmt::Debug for Faulty<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").finish_non_exhaustive()
    }
}

/// One call with what may happen around it.
macro_rules! around {
    ($self:ident, $call:ident, $inner:expr) => {{
        $self.faults.before(Call::$call).await?;
        let done = $inner.await?;
        $self.faults.after(Call::$call).await?;
        Ok(done)
    }};
}

#[async_trait]
impl Bus for Faulty<dyn Bus> {
    async fn append(&self, batch: Append) -> Result<Offset, buses::Error> {
        self.faults.trace.note(|| {
            format!("append {} records, {} dead, {} ledger", batch.records.len(), batch.dead.len(), batch.ledger.len())
        });
        around!(self, Write, self.inner.append(batch))
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, buses::Error> {
        around!(self, Read, self.inner.read(topic, from, limit))
    }

    async fn end(&self, topic: &str) -> Result<Offset, buses::Error> {
        around!(self, Read, self.inner.end(topic))
    }

    async fn offset_at(&self, topic: &str, at: Instant) -> Result<Offset, buses::Error> {
        around!(self, Read, self.inner.offset_at(topic, at))
    }

    async fn checkpoint(&self) -> Result<(Option<Cursor>, RowCounts), buses::Error> {
        around!(self, Read, self.inner.checkpoint())
    }

    fn ledger(&self) -> &dyn Ledger {
        self
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self
    }
}

#[async_trait]
impl Ledger for Faulty<dyn Bus> {
    async fn recall(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, sources::Error> {
        around!(self, Read, self.inner.ledger().recall(space, ids))
    }

    async fn scan(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, sources::Error> {
        around!(self, Read, self.inner.ledger().scan(space, after, limit))
    }
}

#[async_trait]
impl DeadLetters for Faulty<dyn Bus> {
    async fn add(&self, letters: &[DeadLetter]) -> Result<(), buses::Error> {
        around!(self, Write, self.inner.dead_letters().add(letters))
    }

    async fn list(&self, after: Option<&str>, limit: u32) -> Result<Vec<DeadLetter>, buses::Error> {
        around!(self, Read, self.inner.dead_letters().list(after, limit))
    }

    async fn get(&self, id: &str) -> Result<Option<DeadLetter>, buses::Error> {
        around!(self, Read, self.inner.dead_letters().get(id))
    }

    async fn waiting_rows(&self, itemtype: &str) -> Result<u64, buses::Error> {
        around!(self, Read, self.inner.dead_letters().waiting_rows(itemtype))
    }

    async fn mark_redriven(&self, id: &str, at: Instant) -> Result<(), buses::Error> {
        around!(self, Write, self.inner.dead_letters().mark_redriven(id, at))
    }
}

#[async_trait]
impl Sink for Faulty<dyn Sink> {
    async fn write(&self, batch: RowBatch, topic: &str, next: Offset) -> Result<(), sinks::Error> {
        self.faults.trace.note(|| format!("write up to {next}, {} folds", batch.folds.len()));
        around!(self, Write, self.inner.write(batch, topic, next))
    }

    async fn position(&self, topic: &str) -> Result<Offset, sinks::Error> {
        around!(self, Read, self.inner.position(topic))
    }

    async fn counts(&self) -> Result<EventCounts, sinks::Error> {
        around!(self, Read, self.inner.counts())
    }

    async fn folds(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, sinks::Error> {
        around!(self, Read, self.inner.folds(space, ids))
    }

    async fn scan_folds(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, sinks::Error> {
        around!(self, Read, self.inner.scan_folds(space, after, limit))
    }
}
