//! How long tickets take until they are closed.

use super::{Metric, PLAIN, Rows, Show, Unit, all, counted_with};
use crate::plans::seconds_between;

/// Time from the opening to the closing.
pub(crate) const CLOSING_TIME: Metric = Metric {
    name: "closing_time",
    unit: Unit::Seconds,
    meaning: "Time from the opening to the closing.",
    formula: "W(opened_at, closed_at), by the bucket of the closing",
    edge_cases: "A ticket that is open again is not in it.",
    tickets: counted_with(Rows::ClosedIn, |_| all("closed"), Some(|_| seconds_between("opened_at", "closed_at"))),
    shows: &[Show::Spread],
    ..PLAIN
};
