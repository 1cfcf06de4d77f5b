//! What a scenario is answered with.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ratio::Ratio,
    summaries::{Named, TicketSummary},
    usecases::get_metric::SeriesKey,
};

/// The desk as it is and as it would have been.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WhatIf {
    /// Promises to the tickets of the question, whenever they were decided.
    pub promises_read: u64,
    /// Those of them that the scenario touches, and that were counted anew.
    pub promises_recounted: u64,
    /// Those of these that whole statuses and one calendar could not tell to the second, counted from each of their ticket's steps.
    pub promises_from_steps: u64,
    /// Everything together.
    pub whole: WhatIfFigures,
    /// By clock.
    pub by_clock: Vec<WhatIfSeries>,
    /// What is counted by, beside clocks.
    pub by: Option<String>,
    /// By its keys, those with the most decided promises first; none without a dimension.
    pub series: Vec<WhatIfSeries>,
    /// Series there are.
    pub series_total: u64,
    /// Promises by what they are and what they would be; their numbers add up to all that are decided in the window on one side or on both.
    pub sides: Vec<WhatIfSides>,
    /// People by attainment, in the order of their places before.
    pub ranking: Vec<WhatIfRank>,
    /// People there are.
    pub ranking_total: u64,
    /// Promises that change sides; those that use most beyond their targets, on either side, first.
    pub changed: Vec<WhatIfPromise>,
    /// Promises that change sides there are.
    pub changed_total: u64,
}

/// Figures beside each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WhatIfFigures {
    /// As it is: what trends of the same window tell.
    pub before: WhatIfFigure,
    /// As it would be, had the scenario always held.
    pub after: WhatIfFigure,
    /// `after` less `before`.
    pub difference: WhatIfDifference,
}

/// Promises decided in the window: broken, kept or taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WhatIfFigure {
    /// All of them.
    pub promises: u64,
    /// Kept in time.
    pub met: u64,
    /// Broken, by the instant at which the target was used up.
    pub breached: u64,
    /// Taken back unbroken; not in the attainment.
    pub cancelled: u64,
    /// `met` of `met` and `breached`.
    pub attainment: Ratio,
}

/// What changes. Promises decided in the window on one side alone make `promises` differ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WhatIfDifference {
    /// Of all promises decided.
    pub promises: i64,
    /// Of those kept.
    pub met: i64,
    /// Of those broken.
    pub breached: i64,
    /// Of those taken back.
    pub cancelled: i64,
    /// Of the shares kept; `None` where one of them has no value.
    pub attainment: Option<f64>,
}

/// Figures of the promises that share something, as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WhatIfSeries {
    /// What they share.
    pub key: SeriesKey,
    /// Their figures.
    pub figures: WhatIfFigures,
}

/// Promises that go the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WhatIfSides {
    /// `met`, `breached`, `cancelled`, `open` where it is not decided yet, or `outside` where it is decided outside the window.
    pub before: String,
    /// Likewise, by the scenario.
    pub after: String,
    /// How many.
    pub promises: u64,
}

/// One person's place. It is given by the lower end of the interval of the attainment; equals share one, and so few promises as
/// give no value give no place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WhatIfRank {
    /// Who had the promises, as trends by technician tell, on both sides.
    pub technician: Named,
    /// The place as it is.
    pub rank_before: Option<u64>,
    /// The place as it would be.
    pub rank_after: Option<u64>,
    /// Places won, negative where lost; `None` without both.
    pub places_won: Option<i64>,
    /// The figures behind.
    pub figures: WhatIfFigures,
}

/// A promise that changes sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WhatIfPromise {
    /// Its ticket, as it is now.
    pub ticket: TicketSummary,
    /// `tto`, `ttr`, `internal_tto` or `internal_ttr`.
    pub clock: String,
    /// The SLA or OLA.
    pub agreement: Named,
    /// When it was made.
    pub attached_at: DateTime<Utc>,
    /// As it is.
    pub before: WhatIfSide,
    /// As it would be.
    pub after: WhatIfSide,
}

/// How a promise stands on one side. Seconds are working seconds of that side's calendar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WhatIfSide {
    /// `met`, `breached`, `cancelled` or `open`.
    pub state: String,
    /// Seconds promised.
    pub target_s: i64,
    /// Seconds used.
    pub elapsed_s: i64,
    /// Seconds beyond the target.
    pub over_by_s: i64,
    /// When the target was used up, where it was broken.
    pub breached_at: Option<DateTime<Utc>>,
}
