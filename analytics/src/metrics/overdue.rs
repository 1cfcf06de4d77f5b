//! Tickets that are late now.

use super::{Measure, Metric, Rows, Unit};
use crate::lateness::late_now;

/// Tickets open and not pending now, one of whose four clocks is over.
pub(crate) const OVERDUE: Metric = Metric {
    name: "overdue",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open and not pending now, one of whose four clocks is over.",
    rows: Rows::Open,
    measures: |moment| vec![Measure { name: "overdue", when: late_now(moment.now) }],
};
