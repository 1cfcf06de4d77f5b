//! Tickets that people and groups brought to a solution.

use super::{Metric, Rows, Unit, all, counted};

/// Tickets solved in the window, attributed once to each person, or each group, assigned now.
pub(crate) const HANDLED: Metric = Metric {
    name: "handled",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets solved in the window, attributed once to each person, or each group, assigned now.",
    formula: "tickets with from <= solved_at < to, once for each of those assigned now",
    edge_cases: "A ticket of two people counts for both, one of nobody for nobody.",
    tickets: counted(Rows::SolvedIn, |_| all("handled")),
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};
