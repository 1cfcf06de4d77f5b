//! Whom open tickets lie with, by group.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{History, Life, Measured, Out, PENDING, Span};

/// Seconds that open tickets were assigned to groups.
pub(crate) const GROUP_TIME: Metric = Metric {
    name: "group_time",
    unit: Unit::Seconds,
    meaning: "Seconds that open tickets were assigned to groups.",
    formula: "sum of W(span in bucket) over the backlog; share=full gives all of it to each of several, equal an n-th to each, primary all to the one assigned last",
    edge_cases: "What is assigned to nobody is in the row without a name. In share=equal the rows add up to the whole, to the second. Pending time counts, and is told apart.",
    history: told(History {
        measures: &[Measured::time("open"), Measured::time("pending")],
        facts: &[],
        replies: false,
        fold,
    }),
    by: &["group"],
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
