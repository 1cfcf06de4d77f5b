//! A sheet: measures by key and bucket.
//!
//! A stock is kept as steps, up where it begins and down where it ends, and added up once at the end; so is time that fills
//! whole buckets. A key whose stock does not change in a bucket costs nothing there.

use std::sync::Arc;

use super::{
    Kind, Measured,
    credits::Credit,
    keys::{Key, Keys},
    seconds,
};
use crate::{buckets::Buckets, error::Error};

/// Numbers of one sheet: 128 MB.
const NUMBERS_MAX: usize = 16 << 20;

/// Measures by key and bucket.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) buckets: Arc<Buckets>,
    pub(crate) measures: Vec<Measured>,
    pub(crate) keys: Keys,
    /// Events, tickets and durations put in.
    pub(crate) facts: u64,
    /// Tickets to people's or groups' credit, where that is asked for.
    pub(crate) credits: Vec<Credit>,
    /// For each key and measure a number for each bucket, then one for the whole window.
    sums: Vec<i64>,
    /// Likewise, the steps at each bucket, then those after the last.
    steps: Vec<i64>,
    /// For each key and bucket.
    samples: Vec<Samples>,
    has_steps: bool,
    is_full: bool,
}

/// Durations in seconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    /// Of what ended.
    pub(crate) ended: Vec<i64>,
    /// Of what goes on.
    pub(crate) running: Vec<i64>,
}

/// The numbers of one key and bucket.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    /// By measure.
    pub(crate) counts: Vec<i64>,
    pub(crate) samples: Samples,
}

impl Sheet {
    pub(crate) fn new(buckets: Arc<Buckets>, measures: Vec<Measured>) -> Self {
        let has_steps = measures.iter().any(|measure| measure.kind != Kind::Flow);
        Self {
            buckets,
            measures,
            keys: Keys::default(),
            facts: 0,
            credits: Vec::new(),
            sums: Vec::new(),
            steps: Vec::new(),
            samples: Vec::new(),
            has_steps,
            is_full: false,
        }
    }

    /// The number of `key`; rows for it are there.
    pub(crate) fn key(&mut self, key: Key) -> usize {
        let number = self.keys.number(key);
        let numbers = self.keys.all().len() * self.measures.len() * self.width();
        if numbers > self.sums.len() {
            // The first key beyond the limit is told in the end; its numbers go to the first row.
            if numbers > NUMBERS_MAX {
                self.is_full = true;
                return 0;
            }
            self.sums.resize(numbers, 0);
            if self.has_steps {
                self.steps.resize(numbers, 0);
            }
        }
        number
    }

    /// Adds `amount` in the bucket of `at`, and to the whole.
    pub(crate) fn add(&mut self, key: usize, measure: usize, at: i64, amount: i64) {
        let Some(bucket) = self.buckets.of(at) else { return };
        let row = self.row(key, measure);
        self.sums[row + bucket] += amount;
        self.sums[row + self.buckets.len()] += amount;
    }

    /// Adds one at `column`, a bucket or, after them, the whole.
    pub(crate) fn add_at(&mut self, key: usize, measure: usize, column: usize) {
        let row = self.row(key, measure);
        self.sums[row + column] += 1;
    }

    /// One more from `from` until `to`.
    pub(crate) fn stock(&mut self, key: usize, measure: usize, from: i64, to: i64) {
        let (begin, end) = (self.buckets.ended_by(from), self.buckets.ended_by(to));
        if begin < end {
            let row = self.row(key, measure);
            self.steps[row + begin] += 1;
            self.steps[row + end] -= 1;
        }
    }

    /// The seconds from `from` to `to`, in the buckets in which they passed.
    pub(crate) fn time(&mut self, key: usize, measure: usize, from: i64, to: i64) {
        let (from, to) = (from.max(self.buckets.from()), to.min(self.buckets.to()));
        if from >= to {
            return;
        }
        let row = self.row(key, measure);
        let (first, last) = (self.buckets.ended_by(from), self.buckets.ended_by(to));
        let all = self.buckets.all();
        if first == last {
            self.sums[row + first] += seconds(to) - seconds(from);
            return;
        }
        self.sums[row + first] += seconds(all[first].to) - seconds(from);
        self.steps[row + first + 1] += 1;
        self.steps[row + last] -= 1;
        if let Some(bucket) = all.get(last) {
            self.sums[row + last] += seconds(to) - seconds(bucket.from);
        }
    }

    /// A share of the seconds from `from` to `to`: part number `part` of `parts` that add up to them in every bucket.
    pub(crate) fn time_part(
        &mut self,
        key: usize,
        measure: usize,
        (from, to): (i64, i64),
        (part, parts): (usize, usize),
    ) {
        let (mut at, to) = (from.max(self.buckets.from()), to.min(self.buckets.to()));
        let (row, part, parts) = (self.row(key, measure), part as i64, parts as i64);
        while at < to {
            let bucket = self.buckets.ended_by(at);
            let until = to.min(self.buckets.all()[bucket].to);
            let passed = seconds(until) - seconds(at);
            self.sums[row + bucket] += passed / parts + i64::from(part < passed % parts);
            at = until;
        }
    }

    /// A duration that ended, or goes on, in the bucket of `at`.
    pub(crate) fn sample(&mut self, key: usize, at: i64, duration_s: i64, is_running: bool) {
        let Some(bucket) = self.buckets.of(at) else { return };
        let place = key * self.buckets.len() + bucket;
        if self.samples.len() <= place {
            self.samples.resize((key + 1) * self.buckets.len(), Samples::default());
        }
        let samples = &mut self.samples[place];
        if is_running { samples.running.push(duration_s) } else { samples.ended.push(duration_s) }
    }

    /// Adds what `other`, a sheet of the same measures and buckets, holds.
    pub(crate) fn merge(&mut self, other: &Self) {
        let (width, buckets) = (self.measures.len() * self.width(), self.buckets.len());
        self.facts += other.facts;
        self.credits.extend_from_slice(&other.credits);
        self.is_full |= other.is_full;
        for (theirs, key) in other.keys.all().iter().enumerate() {
            let ours = self.key(*key);
            let add = |into: &mut [i64], from: &[i64]| {
                let range = |key: usize| key * width..(key + 1) * width;
                if let (Some(into), Some(from)) = (into.get_mut(range(ours)), from.get(range(theirs))) {
                    into.iter_mut().zip(from).for_each(|(into, from)| *into += from);
                }
            };
            add(&mut self.sums, &other.sums);
            add(&mut self.steps, &other.steps);
            for bucket in 0..buckets {
                let Some(from) = other.samples.get(theirs * buckets + bucket) else { continue };
                if self.samples.len() <= ours * buckets + bucket {
                    self.samples.resize((ours + 1) * buckets, Samples::default());
                }
                let into = &mut self.samples[ours * buckets + bucket];
                into.ended.extend_from_slice(&from.ended);
                into.running.extend_from_slice(&from.running);
            }
        }
    }

    /// An error where there were more keys than a sheet may hold.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.is_full {
            let allowed = format!("a coarser grain or fewer dimensions: at most {NUMBERS_MAX} numbers in all");
            return Err(Error::invalid("by", "too many combinations", allowed));
        }
        Ok(())
    }

    /// The numbers of a key in each bucket, and in the whole window.
    pub(crate) fn cells(&self, key: usize) -> (Vec<Cell>, Cell) {
        let buckets = self.buckets.len();
        let mut cells = vec![Cell { counts: vec![0; self.measures.len()], ..Cell::default() }; buckets];
        let mut whole = Cell { counts: vec![0; self.measures.len()], ..Cell::default() };
        for (place, measure) in self.measures.iter().enumerate() {
            let row = self.row(key, place);
            let mut level = 0;
            for (bucket, cell) in cells.iter_mut().enumerate() {
                level += self.steps.get(row + bucket).copied().unwrap_or(0);
                let sum = self.sums.get(row + bucket).copied().unwrap_or(0);
                cell.counts[place] = match measure.kind {
                    Kind::Flow => sum,
                    Kind::Stock => level,
                    Kind::Time => sum + level * self.width_s(bucket),
                };
            }
            whole.counts[place] = match measure.kind {
                Kind::Flow => self.sums.get(row + buckets).copied().unwrap_or(0),
                Kind::Stock => cells.last().map_or(0, |cell| cell.counts[place]),
                Kind::Time => cells.iter().map(|cell| cell.counts[place]).sum(),
            };
        }
        for (bucket, cell) in cells.iter_mut().enumerate() {
            if let Some(samples) = self.samples.get(key * buckets + bucket) {
                whole.samples.ended.extend_from_slice(&samples.ended);
                whole.samples.running.extend_from_slice(&samples.running);
                cell.samples = samples.clone();
            }
        }
        (cells, whole)
    }

    fn width_s(&self, bucket: usize) -> i64 {
        self.buckets.all().get(bucket).map_or(0, |bucket| seconds(bucket.to) - seconds(bucket.from))
    }

    fn width(&self) -> usize {
        self.buckets.len() + 1
    }

    fn row(&self, key: usize, measure: usize) -> usize {
        (key * self.measures.len() + measure) * self.width()
    }
}
