//! How long tickets are worked on, in working time.

use datafusion::prelude::{col, lit};

use super::{Metric, OfClocks, PLAIN, Show, Unit, all, promised};
use crate::clocks::{Live, is_kept};

/// Working seconds from the opening to the solution that holds, of tickets with a time to resolve, pauses left out.
pub(crate) const RESOLUTION_TIME_BUSINESS: Metric = Metric {
    name: "resolution_time_business",
    unit: Unit::Seconds,
    meaning: "Working seconds from the opening to the solution that holds, of tickets with a time to resolve, pauses left out.",
    formula: "working seconds used by clocks ttr that were stopped, by the bucket of the stop",
    edge_cases: "Only tickets with a time to resolve have a calendar to count by. Time solved before a reopening is left out, too. A ticket that is open again is not in it.",
    clocks: promised(OfClocks {
        rows: || col("clock").eq(lit("ttr")).and(is_kept()),
        time: Some("stopped_at"),
        measures: || all("solved"),
        sample: Some(|| (col(Live::ElapsedS.column()), lit(false))),
    }),
    shows: &[Show::Spread],
    ..PLAIN
};
