//! Where time goes, by status.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{CLOSED, History, Life, Measured, Out};

const STATUSES: [Measured; 6] = [
    Measured::time("new"),
    Measured::time("assigned"),
    Measured::time("planned"),
    Measured::time("pending"),
    Measured::time("solved"),
    Measured::time("other"),
];

/// Seconds that tickets spent in each status.
pub(crate) const STATUS_TIME: Metric = Metric {
    name: "status_time",
    unit: Unit::Seconds,
    meaning: "Seconds that tickets spent in each status.",
    formula: "sum of W(span in bucket) over counted spans, by status",
    edge_cases: "What goes on counts until now. Closed tickets are left out: their time has no end. Seconds on the wall.",
    history: told(History { measures: &STATUSES, facts: &[], replies: false, fold }),
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for span in life.spans().filter(|span| span.is_counted && span.status != CLOSED) {
        let measure = if (1..=5).contains(&span.status) { usize::from(span.status) - 1 } else { 5 };
        out.time(life, span, (span.from, span.to), measure);
    }
}
