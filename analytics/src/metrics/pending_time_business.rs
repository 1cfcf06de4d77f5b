//! How long tickets wait for others, in working time.

use datafusion::prelude::{col, lit};

use super::{Metric, OfClocks, PLAIN, Show, Unit, all, promised};
use crate::clocks::{Live, is_kept};

/// Working seconds that tickets with a time to resolve were pending before the solution that holds.
pub(crate) const PENDING_TIME_BUSINESS: Metric = Metric {
    name: "pending_time_business",
    unit: Unit::Seconds,
    meaning: "Working seconds that tickets with a time to resolve were pending before the solution that holds.",
    formula: "working seconds that pauses left out of clocks ttr that were stopped, by the bucket of the stop",
    edge_cases: "Tickets that never waited are in it, with 0. Only tickets with a time to resolve have a calendar to count by.",
    clocks: promised(OfClocks {
        rows: || col("clock").eq(lit("ttr")).and(is_kept()),
        time: Some("stopped_at"),
        measures: || all("solved"),
        sample: Some(|| (col(Live::PausedS.column()), lit(false))),
    }),
    shows: &[Show::Spread],
    ..PLAIN
};
