//! The fuse: stops ingestion when most rows die, before a changed source fills the dead letters.

use std::collections::{HashSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::Error;
use crate::buses::DeadLetter;

/// When the fuse blows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FuseConfig {
    /// New rows that it looks back on.
    pub window_rows: u64,
    /// New rows before which it does not judge: a few rows of a quiet hour prove nothing.
    pub rows_min: u64,
    /// It blows when more than this share of them died.
    pub dead_ratio_max: f64,
}

impl Default for FuseConfig {
    fn default() -> Self {
        Self { window_rows: 2_000, rows_min: 200, dead_ratio_max: 0.5 }
    }
}

impl FuseConfig {
    pub(super) fn validate(&self) -> Result<(), String> {
        if self.rows_min == 0 || self.rows_min > self.window_rows {
            return Err(format!("fuse.rows_min is {}, not 1 to {}", self.rows_min, self.window_rows));
        }
        if !(0.0..=1.0).contains(&self.dead_ratio_max) {
            return Err(format!("fuse.dead_ratio_max is {}, not 0 to 1", self.dead_ratio_max));
        }
        Ok(())
    }
}

/// What became of the last new rows.
///
/// A dead row that the source reads again each cycle is one row: it is known by its letter, and counts once as long as the window
/// remembers it.
#[derive(Clone, Debug)]
pub struct Fuse {
    config: FuseConfig,
    batches: VecDeque<Batch>,
    letters: HashSet<String>,
    rows: u64,
}

#[derive(Clone, Debug)]
struct Batch {
    rows: u64,
    letters: Vec<String>,
}

impl Fuse {
    /// A fuse that has seen nothing.
    pub fn new(config: FuseConfig) -> Self {
        Self { config, batches: VecDeque::new(), letters: HashSet::new(), rows: 0 }
    }

    /// Looks at `rows` new rows, the `dead` among them included, and tells whether ingestion may go on.
    pub fn admit(&mut self, rows: u64, dead: &[DeadLetter]) -> Result<(), Error> {
        let fresh = dead.iter().filter(|letter| self.letters.insert(letter.id.clone()));
        let letters: Vec<String> = fresh.map(|letter| letter.id.clone()).collect();
        let known = (dead.len() - letters.len()) as u64;
        self.push(Batch { rows: rows.saturating_sub(known), letters });

        let dead_rows = self.letters.len() as u64;
        let is_blown =
            self.rows >= self.config.rows_min && dead_rows as f64 > self.rows as f64 * self.config.dead_ratio_max;
        match dead.last() {
            // A batch without dead rows makes nothing worse, so it always passes.
            Some(last) if is_blown => {
                Err(Error::FuseBlown { dead: dead_rows, rows: self.rows, reason: last.reason.clone() })
            }
            _ => Ok(()),
        }
    }

    fn push(&mut self, batch: Batch) {
        if batch.rows == 0 {
            return;
        }
        self.rows += batch.rows;
        self.batches.push_back(batch);
        while let Some(oldest) = self.batches.front() {
            if self.rows - oldest.rows < self.config.window_rows {
                break;
            }
            self.rows -= oldest.rows;
            for letter in &oldest.letters {
                self.letters.remove(letter);
            }
            self.batches.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::buses::suite::letter;

    fn letters(ids: std::ops::Range<u64>) -> Vec<DeadLetter> {
        ids.map(|id| letter(&id.to_string(), "no date")).collect()
    }

    #[test]
    fn a_few_dead_rows_prove_nothing() {
        let mut fuse = Fuse::new(FuseConfig::default());
        fuse.admit(199, &letters(0..199)).unwrap();
    }

    #[test]
    fn more_than_half_of_enough_rows_blow_it() {
        let mut fuse = Fuse::new(FuseConfig::default());
        fuse.admit(200, &letters(0..100)).unwrap();

        let blown = fuse.admit(1, &letters(100..101)).unwrap_err();
        assert_eq!(
            blown.to_string(),
            "ingestion pauses: 101 of the last 201 new rows could not be read, the last one because no date"
        );
    }

    #[test]
    fn rows_before_the_window_are_forgotten() {
        let mut fuse = Fuse::new(FuseConfig::default());
        fuse.admit(2_000, &[]).unwrap();
        fuse.admit(1_000, &letters(0..900)).unwrap();
        fuse.admit(1_000, &letters(900..901)).unwrap();

        fuse.admit(1_000, &letters(2_000..2_900)).unwrap();
        assert!(fuse.admit(1_000, &letters(3_000..3_900)).is_err());
    }

    #[test]
    fn the_same_dead_row_read_again_each_cycle_is_one_row() {
        let mut fuse = Fuse::new(FuseConfig::default());
        for _ in 0..1_000 {
            fuse.admit(1, &letters(0..1)).unwrap();
        }
    }

    #[test]
    fn a_fuse_that_makes_no_sense_is_refused() {
        let check = |config: FuseConfig| config.validate().unwrap_err();
        assert_eq!(check(FuseConfig { rows_min: 0, ..FuseConfig::default() }), "fuse.rows_min is 0, not 1 to 2000");
        assert_eq!(
            check(FuseConfig { dead_ratio_max: f64::NAN, ..FuseConfig::default() }),
            "fuse.dead_ratio_max is NaN, not 0 to 1"
        );
    }
}
