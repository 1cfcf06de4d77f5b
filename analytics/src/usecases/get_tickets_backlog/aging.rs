//! How old the backlog is.

use serde::{Deserialize, Serialize};

use crate::{
    metrics::{
        BACKLOG_AGE, Metric, UPDATE_AGE,
        backlog_age::{AGE_BANDS, AgeBand},
        update_age::UPDATE_BANDS,
    },
    plans::tally::Tally,
};

/// Tickets by age.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TicketAging {
    /// By the time since they were opened.
    pub since_opened: Vec<AgeBucket>,
    /// By the time since they last changed; none at another instant, for only the last change is known.
    pub since_update: Vec<AgeBucket>,
}

/// Tickets within a band of ages: `from_days <= age < to_days`, in days of 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AgeBucket {
    /// The band's name.
    pub name: String,
    /// The youngest age.
    pub from_days: i64,
    /// The first age beyond; `None` for the oldest band.
    pub to_days: Option<i64>,
    /// How many.
    pub tickets: u64,
}

/// How old the counted tickets are; without the time since they changed where they are those of another instant.
pub(super) fn of(tally: &Tally, is_now: bool) -> TicketAging {
    let buckets = |metric: &Metric, bands: &[AgeBand]| -> Vec<AgeBucket> {
        let bucket = |band: &AgeBand| AgeBucket {
            name: band.name.to_owned(),
            from_days: band.from_days,
            to_days: band.to_days,
            tickets: tally.measure(metric, band.name),
        };
        bands.iter().map(bucket).collect()
    };
    let since_update = if is_now { buckets(&UPDATE_AGE, &UPDATE_BANDS) } else { Vec::new() };
    TicketAging { since_opened: buckets(&BACKLOG_AGE, &AGE_BANDS), since_update }
}
