//! Tickets open at an instant.

use super::{Metric, Rows, Unit, all, counted, told};
use crate::history::{History, Measured, Span};

/// Tickets open, whatever their status among those that are neither solved nor closed.
pub(crate) const BACKLOG: Metric = Metric {
    name: "backlog",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open, whatever their status among those that are neither solved nor closed.",
    formula: "spans with is_open and is_counted that cover the instant",
    edge_cases: "At the end of a bucket it is what is open just before its last instant is over; with `at`, what is open at that instant. A ticket counts from when GLPI made its row, not from its opening date, and while it is out of the trash and in the account's sight.",
    tickets: counted(Rows::Open, |_| all("backlog")),
    history: told(History {
        measures: &[Measured::stock("backlog")],
        facts: &[],
        replies: false,
        fold: |life, out| {
            for span in life.spans().filter(Span::is_backlog) {
                out.stock(life, span, (span.from, span.to), 0);
            }
        },
    }),
    clocks: None,
    shows: &[],
    by: &[],
};
