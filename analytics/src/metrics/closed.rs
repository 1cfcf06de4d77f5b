//! Tickets closed in a window.

use super::{Metric, Rows, Unit, all, counted};

/// Tickets whose closing is in the window and that were not reopened since; each counts once.
pub(crate) const CLOSED: Metric = Metric {
    name: "closed",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets whose closing is in the window and that were not reopened since; each counts once.",
    formula: "tickets with from <= closed_at < to",
    edge_cases: "GLPI's date, which goes away when a ticket is reopened: a ticket closed twice counts once, at its last closing. `close_events` counts each closing.",
    tickets: counted(Rows::ClosedIn, |_| all("closed")),
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};
