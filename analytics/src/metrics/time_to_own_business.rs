//! How long tickets wait for somebody, in working time.

use datafusion::prelude::{col, lit};

use super::{Metric, OfClocks, PLAIN, Show, Unit, all, promised};
use crate::clocks::{Live, is_kept};

/// Working seconds from the opening until a ticket with a time to own was taken into account.
pub(crate) const TIME_TO_OWN_BUSINESS: Metric = Metric {
    name: "time_to_own_business",
    unit: Unit::Seconds,
    meaning: "Working seconds from the opening until a ticket with a time to own was taken into account.",
    formula: "working seconds used by clocks tto that were stopped, by the bucket of the stop",
    edge_cases: "Only tickets with a time to own have a calendar to count by. Working seconds are those of its calendar. Taken back before it was kept is not in it.",
    clocks: promised(OfClocks {
        rows: || col("clock").eq(lit("tto")).and(is_kept()),
        time: Some("stopped_at"),
        measures: || all("owned"),
        sample: Some(|| (col(Live::ElapsedS.column()), lit(false))),
    }),
    shows: &[Show::Spread],
    ..PLAIN
};
