//! What the backlog gains and loses, by cause.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{History, Life, Measured, Out, SOLVED, Turn};

const CAUSES: [Measured; 9] = [
    Measured::flow("created"),
    Measured::flow("reopened"),
    Measured::flow("restored"),
    Measured::flow("moved_in"),
    Measured::flow("solved"),
    Measured::flow("closed"),
    Measured::flow("trashed"),
    Measured::flow("gone"),
    Measured::flow("moved_out"),
];

/// Tickets that come into the backlog and leave it, by cause.
pub(crate) const BACKLOG_FLOW: Metric = Metric {
    name: "backlog_flow",
    unit: Unit::Events,
    meaning: "Tickets that come into the backlog and leave it, by cause.",
    formula: "backlog(end) = backlog(begin) + created + reopened + restored + moved_in - solved - closed - trashed - gone - moved_out, in every bucket and for every key",
    edge_cases: "Created is when GLPI made the row. Closed is from open to closed at once; trashed includes leaving the account's sight for a time, restored the way back; gone is purged or hidden for good. Moved is from one key or filter to another while open.",
    history: told(History { measures: &CAUSES, facts: &[], replies: false, fold }),
    ..PLAIN
};

/// At each turn, the keys that the ticket is counted at after it and was not before, and the other way round.
fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    let mut before = Vec::new();
    for turn in life.turns() {
        let after = out.backlog_keys(life, turn.after);
        let came: Vec<usize> = after.iter().filter(|key| !before.contains(*key)).copied().collect();
        let left: Vec<usize> = before.iter().filter(|key| !after.contains(*key)).copied().collect();
        out.event_at(&came, turn.at, coming(&turn));
        out.event_at(&left, turn.at, leaving(&turn));
        before = after;
    }
}

fn coming(turn: &Turn) -> usize {
    match turn.before {
        None => 0,
        Some(before) if !before.is_counted => 2,
        Some(before) if !before.is_open => 1,
        Some(_) => 3,
    }
}

fn leaving(turn: &Turn) -> usize {
    match turn.after {
        None => 7,
        Some(after) if !after.is_counted => 6,
        Some(after) if after.status == SOLVED => 4,
        Some(after) if !after.is_open => 5,
        Some(_) => 8,
    }
}
