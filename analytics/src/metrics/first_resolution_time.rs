//! How long tickets take until they are solved first.

use super::{Metric, PLAIN, Rows, Show, Unit, all, counted_with};
use crate::plans::seconds_between;

/// Time from the opening to the first solution, whether it held or not.
pub(crate) const FIRST_RESOLUTION_TIME: Metric = Metric {
    name: "first_resolution_time",
    unit: Unit::Seconds,
    meaning: "Time from the opening to the first solution, whether it held or not.",
    formula: "W(opened_at, first_solved_at), by the bucket of the first solution",
    edge_cases: "Tickets open again are in it.",
    tickets: counted_with(
        Rows::FirstSolvedIn,
        |_| all("solved"),
        Some(|_| seconds_between("opened_at", "first_solved_at")),
    ),
    shows: &[Show::Spread],
    ..PLAIN
};
