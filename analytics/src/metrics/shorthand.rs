//! How a metric is written down in few lines.

use datafusion::prelude::{Expr, lit};

use super::{Measure, Metric, OfClocks, OfTickets, Rows, Unit};
use crate::{history::History, plans::Moment};

/// What most metrics have nothing of.
pub(super) const PLAIN: Metric = Metric {
    name: "",
    version: 1,
    unit: Unit::Tickets,
    meaning: "",
    formula: "",
    edge_cases: "",
    tickets: None,
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};

/// Counted over the tickets as they are now.
#[allow(clippy::unnecessary_wraps, reason = "the shape of the field")]
pub(super) const fn counted(rows: Rows, measures: fn(&Moment) -> Vec<Measure>) -> Option<OfTickets> {
    Some(OfTickets { rows, measures, sample: None })
}

/// The same, with a duration of each ticket.
#[allow(clippy::unnecessary_wraps, reason = "the shape of the field")]
pub(super) const fn counted_with(
    rows: Rows,
    measures: fn(&Moment) -> Vec<Measure>,
    sample: Option<fn(&Moment) -> Expr>,
) -> Option<OfTickets> {
    Some(OfTickets { rows, measures, sample })
}

/// Told by history.
#[allow(clippy::unnecessary_wraps, reason = "the shape of the field")]
pub(super) const fn told(history: History) -> Option<History> {
    Some(history)
}

/// Counted over promises.
#[allow(clippy::unnecessary_wraps, reason = "the shape of the field")]
pub(super) const fn promised(clocks: OfClocks) -> Option<OfClocks> {
    Some(clocks)
}

/// The measure of a metric whose every row counts.
pub(super) fn all(name: &'static str) -> Vec<Measure> {
    vec![Measure { name, when: lit(true) }]
}
