//! Who solves how much.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{History, Life, Measured, Out};

/// Solutions, by the people assigned when they came.
pub(crate) const THROUGHPUT: Metric = Metric {
    name: "throughput",
    unit: Unit::Events,
    meaning: "Solutions, by the people assigned when they came.",
    formula: "turns from an open status to 5 or 6, once for each person assigned just after",
    edge_cases: "A solution by two people counts for both, one by nobody in the row without a name. A ticket solved twice counts twice. By other dimensions it is solve_events.",
    history: told(History { measures: &[Measured::flow("solved")], facts: &[], replies: false, fold }),
    by: &["technician"],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for turn in life.solves() {
        if let Some(after) = turn.after {
            out.event(life, after, turn.at, (0, 1));
        }
    }
}
