//! Tickets waiting.

use datafusion::prelude::{col, lit};

use super::{Measure, Metric, Rows, Unit, counted, told};
use crate::{
    history::{History, Measured},
    lateness::WAITING,
};

/// Tickets whose status is pending now.
pub(crate) const PENDING: Metric = Metric {
    name: "pending",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets whose status is pending now.",
    formula: "backlog with status 4",
    edge_cases: "Known for every instant, as the backlog is.",
    tickets: counted(Rows::Open, |_| vec![Measure { name: "pending", when: col("status").eq(lit(WAITING)) }]),
    history: told(History {
        measures: &[Measured::stock("pending")],
        facts: &[],
        replies: false,
        fold: |life, out| {
            for span in life.spans().filter(|span| span.is_backlog() && span.status == WAITING) {
                out.stock(life, span, (span.from, span.to), 0);
            }
        },
    }),
    clocks: None,
    shows: &[],
    by: &[],
};
