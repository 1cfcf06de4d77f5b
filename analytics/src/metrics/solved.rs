//! Tickets solved in a window.

use super::{Metric, Rows, Unit, all};

/// Tickets whose last solution is in the window and that were not reopened since; each counts once.
pub(crate) const SOLVED: Metric = Metric {
    name: "solved",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets whose last solution is in the window and that were not reopened since; each counts once.",
    rows: Rows::SolvedIn,
    measures: |_| all("solved"),
};
