//! Tickets open now.

use super::{Metric, Rows, Unit, all};

/// Tickets open now, whatever their status among those that are neither solved nor closed.
pub(crate) const BACKLOG: Metric = Metric {
    name: "backlog",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open now, whatever their status among those that are neither solved nor closed.",
    rows: Rows::Open,
    measures: |_| all("backlog"),
};
