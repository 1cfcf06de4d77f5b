//! Tickets solved in a window.

use super::{Metric, Rows, Unit, all, counted};

/// Tickets whose last solution is in the window and that were not reopened since; each counts once.
pub(crate) const SOLVED: Metric = Metric {
    name: "solved",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets whose last solution is in the window and that were not reopened since; each counts once.",
    formula: "tickets with from <= solved_at < to",
    edge_cases: "GLPI's date, which goes away when a ticket is reopened: a ticket solved twice counts once, at its last solution. `solve_events` counts each solution.",
    tickets: counted(Rows::SolvedIn, |_| all("solved")),
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};
