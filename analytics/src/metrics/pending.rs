//! Tickets waiting.

use datafusion::prelude::{col, lit};

use super::{Measure, Metric, Rows, Unit};
use crate::lateness::WAITING;

/// Tickets whose status is pending now.
pub(crate) const PENDING: Metric = Metric {
    name: "pending",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets whose status is pending now.",
    rows: Rows::Open,
    measures: |_| vec![Measure { name: "pending", when: col("status").eq(lit(WAITING)) }],
};
