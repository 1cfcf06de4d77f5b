//! How long tickets take.

use super::{Metric, PLAIN, Rows, Show, Unit, all, counted_with};
use crate::plans::seconds_between;

/// Time from the opening to the last solution.
pub(crate) const RESOLUTION_TIME: Metric = Metric {
    name: "resolution_time",
    unit: Unit::Seconds,
    meaning: "Time from the opening to the last solution.",
    formula: "W(opened_at, solved_at), by the bucket of the solution",
    edge_cases: "All of the time, pending and solved in between included. A ticket that is open again is not in it: resolution_survival takes open ones into account.",
    tickets: counted_with(Rows::SolvedIn, |_| all("solved"), Some(|_| seconds_between("opened_at", "solved_at"))),
    shows: &[Show::Spread],
    ..PLAIN
};
