//! Tickets closed in a window.

use super::{Metric, Rows, Unit, all};

/// Tickets whose closing is in the window and that were not reopened since; each counts once.
pub(crate) const CLOSED: Metric = Metric {
    name: "closed",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets whose closing is in the window and that were not reopened since; each counts once.",
    rows: Rows::ClosedIn,
    measures: |_| all("closed"),
};
