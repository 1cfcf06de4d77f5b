//! Closings, each one.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{CLOSED, History, Life, Measured, Out};

/// Closings: how often tickets became closed, and how many tickets did.
pub(crate) const CLOSE_EVENTS: Metric = Metric {
    name: "close_events",
    unit: Unit::Events,
    meaning: "Closings: how often tickets became closed, and how many tickets did.",
    formula: "events = turns from another status to 6; tickets = distinct tickets of them",
    edge_cases: "A ticket that was closed, reopened and closed again is two events. A ticket whose first known status is closed gives none.",
    history: told(History {
        measures: &[Measured::flow("events"), Measured::flow("tickets")],
        facts: &[],
        replies: false,
        fold,
    }),
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for turn in life.turns().filter(|turn| {
        let becomes = turn.after.is_some_and(|after| after.is_counted && after.status == CLOSED);
        becomes && turn.before.is_some_and(|before| before.status != CLOSED)
    }) {
        if let Some(after) = turn.after {
            out.event(life, after, turn.at, (0, 1));
            out.once(life, after, turn.at, 1);
        }
    }
}
