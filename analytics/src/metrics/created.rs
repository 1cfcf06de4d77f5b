//! Tickets opened in a window.

use super::{Metric, Rows, Unit, all, counted};

/// Tickets whose opening date is in the window.
pub(crate) const CREATED: Metric = Metric {
    name: "created",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets whose opening date is in the window.",
    formula: "tickets with from <= opened_at < to",
    edge_cases: "The opening date, which people edit; trashed and purged tickets are left out even where they came in the window. `heatmap` and `net_flow` count when GLPI made the row.",
    tickets: counted(Rows::OpenedIn, |_| all("created")),
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};
