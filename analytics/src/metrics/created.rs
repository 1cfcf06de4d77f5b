//! Tickets opened in a window.

use super::{Metric, Rows, Unit, all};

/// Tickets whose opening date is in the window.
pub(crate) const CREATED: Metric = Metric {
    name: "created",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets whose opening date is in the window.",
    rows: Rows::OpenedIn,
    measures: |_| all("created"),
};
