//! How many tickets are in each status.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{History, Life, Measured, Out};

const STATUSES: [Measured; 7] = [
    Measured::stock("new"),
    Measured::stock("assigned"),
    Measured::stock("planned"),
    Measured::stock("pending"),
    Measured::stock("solved"),
    Measured::stock("closed"),
    Measured::stock("other"),
];

/// Tickets in each status at an instant, those done included.
pub(crate) const CUMULATIVE_FLOW: Metric = Metric {
    name: "cumulative_flow",
    unit: Unit::Tickets,
    meaning: "Tickets in each status at an instant, those done included.",
    formula: "counted spans that cover the instant, by status",
    edge_cases: "Sampled at the end of each bucket, never drawn between two. Numbers that GLPI does not have are other.",
    history: told(History { measures: &STATUSES, facts: &[], replies: false, fold }),
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for span in life.spans().filter(|span| span.is_counted) {
        let measure = if (1..=6).contains(&span.status) { usize::from(span.status) - 1 } else { 6 };
        out.stock(life, span, (span.from, span.to), measure);
    }
}
