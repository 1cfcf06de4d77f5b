//! Many worlds, some at a time, and what came of all of them.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use simulation::{Outcome, Plan, coverage, record::Record, run};

/// How often the figures are written down.
const KEPT_EACH: Duration = Duration::from_secs(5);
/// Violations that are kept word by word.
const KEPT_MAX: usize = 50;

/// The sums of worlds.
#[derive(Debug, Default)]
pub(crate) struct Sums {
    pub(crate) worlds: u64,
    wrong_worlds: u64,
    /// Points around writes at which the power was cut.
    pub(crate) cuts: u64,
    points: u64,
    events: u64,
    simulated_s: u64,
    happened: BTreeMap<&'static str, u64>,
    lost: u64,
    doubled: u64,
    wrong: u64,
    violations: Vec<String>,
}

impl Sums {
    /// Adds a world, which `name` tells how to run again.
    pub(crate) fn add(&mut self, name: &str, outcome: &Outcome) {
        self.worlds += 1;
        self.cuts += outcome.cuts;
        self.points += outcome.points;
        self.events += outcome.events;
        self.simulated_s += outcome.simulated_s;
        for (kind, times) in &outcome.happened {
            *self.happened.entry(kind).or_default() += times;
        }
        self.wrong_worlds += u64::from(!outcome.violations.is_empty());
        for violation in &outcome.violations {
            println!("{name}: {violation}");
            match violation {
                text if text.contains("stands in two rows") || text.contains("two current rows") => self.doubled += 1,
                text if is_loss(text) => self.lost += 1,
                _ => self.wrong += 1,
            }
            if self.violations.len() < KEPT_MAX {
                self.violations.push(format!("{name}: {violation}"));
            }
        }
    }

    /// What never happened.
    pub(crate) fn never(&self) -> Vec<&'static str> {
        coverage::all().filter(|kind| !self.happened.contains_key(kind)).collect()
    }

    pub(crate) fn figures(&self) -> Value {
        json!({
            "worlds": self.worlds,
            "wrong_worlds": self.wrong_worlds,
            "crash_points": self.cuts,
            "points": self.points,
            "events": self.events,
            "simulated_s": self.simulated_s,
            "happened": self.happened,
            "never_happened": self.never(),
            "lost": self.lost,
            "doubled": self.doubled,
            "wrong": self.wrong,
            "violations": self.violations,
        })
    }

    pub(crate) fn ended(&self) -> anyhow::Result<()> {
        let Self { worlds, cuts, points, events, .. } = self;
        println!("{worlds} worlds, the power cut at {cuts} of {points} points around writes, {events} events");
        anyhow::ensure!(self.wrong_worlds == 0, "{} worlds were wrong", self.wrong_worlds);
        Ok(())
    }
}

/// Whether something that GLPI holds is not stored as it is.
fn is_loss(text: &str) -> bool {
    [
        "is missing",
        "nothing tells of",
        "the truth is",
        "acknowledged were",
        "GLPI has no such ticket",
        "no letter of it",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}

/// Runs worlds from the seed `from` on, until there are `seeds` of them or the power was cut at `crash_points` points.
pub(crate) fn many(
    (from, seeds): (u64, u64),
    crash_points: Option<u64>,
    threads: usize,
    record: &Record,
) -> anyhow::Result<()> {
    let begin = Instant::now();
    let next = AtomicU64::new(from);
    let sums: Mutex<(Sums, Instant)> = Mutex::new((Sums::default(), begin));
    let figures = |sums: &Sums| {
        let mut figures = sums.figures();
        figures["first_seed"] = from.into();
        figures["last_seed"] = (next.load(Ordering::Relaxed).min(from + seeds)).saturating_sub(1).into();
        figures
    };
    each(threads, || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= from + seeds {
                return Ok(());
            }
            let outcome = run(&Plan::of(seed))?;
            let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
            sums.0.add(&format!("seed {seed}"), &outcome);
            if sums.1.elapsed() > KEPT_EACH {
                sums.1 = Instant::now();
                record.keep(false, &figures(&sums.0))?;
            }
            if crash_points.is_some_and(|wanted| sums.0.cuts >= wanted) {
                next.store(from + seeds, Ordering::Relaxed);
            }
        }
    })?;
    let sums = sums.into_inner().unwrap_or_else(PoisonError::into_inner).0;
    let mut last = figures(&sums);
    last["last_seed"] = (from + sums.worlds).saturating_sub(1).into();
    record.keep(true, &last)?;
    println!("{:.1} s", begin.elapsed().as_secs_f64());
    if sums.worlds >= 1_000 {
        let never = sums.never();
        anyhow::ensure!(never.is_empty(), "never happened, so never tested: {never:?}");
    }
    sums.ended()
}

/// Does the same work on some threads, to the first failure.
pub(crate) fn each(threads: usize, work: impl Fn() -> anyhow::Result<()> + Sync) -> anyhow::Result<()> {
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(&work)).collect();
        let ended = workers.into_iter().map(|worker| {
            worker.join().unwrap_or_else(|_| Err(anyhow::anyhow!("a world ended with a panic, as told above")))
        });
        ended.collect()
    })
}
