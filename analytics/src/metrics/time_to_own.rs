//! How long tickets wait for somebody.

use super::{Metric, PLAIN, Rows, Show, Unit, all, counted_with};
use crate::plans::seconds_between;

/// Time from the opening until a person or a group is assigned for the first time.
pub(crate) const TIME_TO_OWN: Metric = Metric {
    name: "time_to_own",
    unit: Unit::Seconds,
    meaning: "Time from the opening until a person or a group is assigned for the first time.",
    formula: "W(opened_at, first_assigned_at), by the bucket of the assignment",
    edge_cases: "A group alone stops it. Assigned before the opening is 0. A ticket that was never assigned, or before its history begins, is not in it.",
    tickets: counted_with(
        Rows::AssignedIn,
        |_| all("owned"),
        Some(|_| seconds_between("opened_at", "first_assigned_at")),
    ),
    shows: &[Show::Spread],
    ..PLAIN
};
