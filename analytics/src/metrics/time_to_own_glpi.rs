//! How long tickets wait until GLPI calls them taken over.

use super::{Metric, PLAIN, Rows, Show, Unit, all, counted_with};
use crate::plans::seconds_between;

/// Time from the opening until GLPI calls the ticket taken into account.
pub(crate) const TIME_TO_OWN_GLPI: Metric = Metric {
    name: "time_to_own_glpi",
    unit: Unit::Seconds,
    meaning: "Time from the opening until GLPI calls the ticket taken into account.",
    formula: "W(opened_at, taken_at), by the bucket of taken_at",
    edge_cases: "GLPI takes the first update by somebody who may take tickets over. Rows of old versions without that date are not in it.",
    tickets: counted_with(Rows::TakenIn, |_| all("taken"), Some(|_| seconds_between("opened_at", "taken_at"))),
    shows: &[Show::Spread],
    ..PLAIN
};
