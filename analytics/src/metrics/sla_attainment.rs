//! Whether tickets were solved in time.

use datafusion::prelude::col;

use super::{Measure, Metric, Rows, Unit, counted};
use crate::lateness::solved_late;

/// Tickets solved in the window that have a time to resolve, met where solved at or before the due instant.
pub(crate) const SLA_ATTAINMENT: Metric = Metric {
    name: "sla_attainment",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets solved in the window that have a time to resolve, met where solved at or before the due instant.",
    formula: "tickets with from <= solved_at < to and a due_ttr_at; met where solved_at <= due_ttr_at",
    edge_cases: "By GLPI's stored deadlines; `clock_attainment` is the count of promises. A ranking in mode `canonical` calls met what no promise of a time to resolve was broken for. Tickets without a time to resolve are in neither. Fewer than the minimum give an interval and no share.",
    tickets: counted(Rows::SolvedIn, |_| {
        let met = col("solved_at").lt_eq(col("due_ttr_at"));
        vec![Measure { name: "met", when: met }, Measure { name: "breached", when: solved_late() }]
    }),
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};
