//! How much of the time tickets wait.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out, PENDING, Span};

/// Seconds that open tickets were pending, and how much that is of the time they were open.
pub(crate) const PENDING_TIME: Metric = Metric {
    name: "pending_time",
    unit: Unit::Seconds,
    meaning: "Seconds that open tickets were pending, and how much that is of the time they were open.",
    formula: "share = seconds pending / seconds open, of the backlog in the bucket",
    edge_cases: "Live: what is pending now counts until now. Time solved before a reopening is not pending time, though GLPI adds it to that.",
    history: told(History {
        measures: &[Measured::time("open"), Measured::time("pending")],
        facts: &[],
        replies: false,
        fold,
    }),
    shows: &[Show::Mean { name: "share", sum: "pending", count: "open", scale: 1, count_min: 1 }],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for span in life.spans().filter(Span::is_backlog) {
        out.time(life, span, (span.from, span.to), 0);
        if span.status == PENDING {
            out.time(life, span, (span.from, span.to), 1);
        }
    }
}
