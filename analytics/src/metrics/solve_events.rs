//! Solutions, each one.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{History, Life, Measured, Out};

/// Solutions: how often tickets went from open to solved or closed, and how many tickets did.
pub(crate) const SOLVE_EVENTS: Metric = Metric {
    name: "solve_events",
    unit: Unit::Events,
    meaning: "Solutions: how often tickets went from open to solved or closed, and how many tickets did.",
    formula: "events = turns from an open status to 5 or 6; tickets = distinct tickets of them",
    edge_cases: "A ticket solved twice in a bucket is two events and one ticket; tickets of several buckets do not add up to those of the window. Solved when GLPI made the row counts where history tells so. The dimensions are those just after the solution.",
    history: told(History {
        measures: &[Measured::flow("events"), Measured::flow("tickets")],
        facts: &[],
        replies: false,
        fold,
    }),
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for turn in life.solves() {
        if let Some(after) = turn.after {
            out.event(life, after, turn.at, (0, 1));
            out.once(life, after, turn.at, 1);
        }
    }
}
