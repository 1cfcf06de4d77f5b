//! How often the source looks, and how far back.

use serde::Deserialize;

use crate::client::PAGE_ROWS_MIN;

/// The rhythm of a GLPI source.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Pause between two rounds that look for changed tickets.
    pub poll_interval_ms: u64,
    /// A round looks this much further back than the last one came: clocks of several web servers differ.
    pub overlap_s: u32,
    /// Changes younger than this are read again in the next round: GLPI's dates are whole seconds, and a second may not
    /// be over when it is read.
    pub lag_s: u32,
    /// Time between two pulls of the dimensions.
    pub dimension_interval_ms: u64,
    /// Time between two pulls of the surveys.
    pub survey_interval_ms: u64,
    /// Time between two looks at every id.
    pub sweep_interval_ms: u64,
    /// The same for a desk whose ids fit on a few pages.
    pub small_sweep_interval_ms: u64,
    /// Pages of such slow work between two rounds.
    pub job_pages_max: u32,
    /// Rows of a page of the walk by last change; the first page is smaller.
    pub walk_rows_max: u32,
    /// Changed tickets whose rows are read in one step.
    pub tickets_per_step_max: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            poll_interval_ms: 10_000,
            overlap_s: 120,
            lag_s: 5,
            dimension_interval_ms: 300_000,
            survey_interval_ms: 300_000,
            sweep_interval_ms: 300_000,
            small_sweep_interval_ms: 30_000,
            job_pages_max: 10,
            walk_rows_max: 500,
            tickets_per_step_max: 8,
        }
    }
}

impl Config {
    /// Says what is wrong with this configuration.
    pub fn validate(&self) -> Result<(), String> {
        let positive = [
            ("lag_s", u64::from(self.lag_s)),
            ("job_pages_max", u64::from(self.job_pages_max)),
            ("tickets_per_step_max", u64::from(self.tickets_per_step_max)),
        ];
        if self.walk_rows_max < PAGE_ROWS_MIN {
            return Err(format!("walk_rows_max must be at least {PAGE_ROWS_MIN}"));
        }
        match positive.iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(format!("{name} must be more than 0")),
            None => Ok(()),
        }
    }
}
