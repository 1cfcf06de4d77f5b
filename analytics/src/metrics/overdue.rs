//! Tickets that are late now.

use super::{Measure, Metric, Rows, Unit, counted};
use crate::lateness::late_now;

/// Tickets open and not pending now, one of whose four clocks is over.
pub(crate) const OVERDUE: Metric = Metric {
    name: "overdue",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open and not pending now, one of whose four clocks is over.",
    formula: "open tickets that GLPI's rule calls late now",
    edge_cases: "Not while pending, as GLPI shows it.",
    tickets: counted(Rows::Open, |moment| vec![Measure { name: "overdue", when: late_now(moment.now) }]),
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};
