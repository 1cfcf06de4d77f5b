//! Reopenings, each one.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{History, Life, Measured, Out};

/// Reopenings: how often tickets went from solved or closed back to open, and how many tickets did.
pub(crate) const REOPEN_EVENTS: Metric = Metric {
    name: "reopen_events",
    unit: Unit::Events,
    meaning: "Reopenings: how often tickets went from solved or closed back to open, and how many tickets did.",
    formula: "events = turns from 5 or 6 to an open status; tickets = distinct tickets of them",
    edge_cases: "By the instant of the reopening, whenever the ticket was solved. Closing by itself is no reopening.",
    history: told(History {
        measures: &[Measured::flow("events"), Measured::flow("tickets")],
        facts: &[],
        replies: false,
        fold,
    }),
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for turn in life.reopens() {
        if let Some(after) = turn.after {
            out.event(life, after, turn.at, (0, 1));
            out.once(life, after, turn.at, 1);
        }
    }
}
