//! Tickets that a window is about.

use super::{Metric, Rows, Unit, all, counted};

/// Tickets open now, or opened, solved or closed in the window.
pub(crate) const TICKETS: Metric = Metric {
    name: "tickets",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open now, or opened, solved or closed in the window.",
    formula: "tickets open now, or with opened_at, solved_at or closed_at in [from, to)",
    edge_cases: "The tickets of an overview's list.",
    tickets: counted(Rows::OpenOrTouchedIn, |_| all("tickets")),
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};
