//! How often priorities are set anew.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{History, Life, Measured, Out};

/// Raisings and lowerings of the priority of tickets.
pub(crate) const PRIORITY_CHANGES: Metric = Metric {
    name: "priority_changes",
    unit: Unit::Events,
    meaning: "Raisings and lowerings of the priority of tickets.",
    formula: "turns at which the priority becomes greater, or less",
    edge_cases: "The first priority is neither. The dimensions are those after the change.",
    history: told(History {
        measures: &[Measured::flow("raised"), Measured::flow("lowered")],
        facts: &[],
        replies: false,
        fold,
    }),
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for turn in life.turns() {
        let (Some(before), Some(after)) = (turn.before, turn.after.filter(|after| after.is_counted)) else { continue };
        match life.priority(after).cmp(&life.priority(before)) {
            std::cmp::Ordering::Greater => out.event(life, after, turn.at, (0, 1)),
            std::cmp::Ordering::Less => out.event(life, after, turn.at, (1, 1)),
            std::cmp::Ordering::Equal => {}
        }
    }
}
