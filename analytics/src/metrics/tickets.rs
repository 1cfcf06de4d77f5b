//! Tickets that a window is about.

use super::{Metric, Rows, Unit, all};

/// Tickets open now, or opened, solved or closed in the window.
pub(crate) const TICKETS: Metric = Metric {
    name: "tickets",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open now, or opened, solved or closed in the window.",
    rows: Rows::OpenOrTouchedIn,
    measures: |_| all("tickets"),
};
