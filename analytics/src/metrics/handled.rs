//! Tickets that people and groups brought to a solution.

use super::{Metric, Rows, Unit, all};

/// Tickets solved in the window, attributed once to each person, or each group, assigned now.
pub(crate) const HANDLED: Metric = Metric {
    name: "handled",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets solved in the window, attributed once to each person, or each group, assigned now.",
    rows: Rows::SolvedIn,
    measures: |_| all("handled"),
};
