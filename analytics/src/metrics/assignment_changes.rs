//! Each exchange of who works on a ticket.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{History, Life, Measured, Out, Span};

/// Exchanges of the people, and of the groups, that tickets are assigned to.
pub(crate) const ASSIGNMENT_CHANGES: Metric = Metric {
    name: "assignment_changes",
    unit: Unit::Events,
    meaning: "Exchanges of the people, and of the groups, that tickets are assigned to.",
    formula: "turns at which the set of people, or groups, becomes another that is not empty",
    edge_cases: "The first assignment is no exchange, nor is to be without anybody for a while and back with the same. The dimensions are those after it.",
    history: told(History {
        measures: &[Measured::flow("group_changes"), Measured::flow("person_changes")],
        facts: &[],
        replies: false,
        fold,
    }),
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    let all = [changes(life, |span| life.groups(span)), changes(life, |span| life.people(span))];
    for (measure, changes) in all.iter().enumerate() {
        for (at, _) in changes {
            if let Some(span) = life.spans().find(|span| span.from == *at && span.is_counted) {
                out.event(life, span, *at, (measure, 1));
            }
        }
    }
}

/// When the set of those assigned became another, and whether that brought somebody back who had been there before.
pub(super) fn changes<'a>(life: &'a Life<'_>, assigned: impl Fn(Span) -> &'a [i64]) -> Vec<(i64, bool)> {
    let (mut now, mut earlier): (&[i64], Vec<i64>) = (&[], Vec::new());
    let mut changes = Vec::new();
    for span in life.spans() {
        let next = assigned(span);
        if next.is_empty() || next == now {
            continue;
        }
        if !now.is_empty() {
            let is_return = next.iter().any(|id| !now.contains(id) && earlier.contains(id));
            changes.push((span.from, is_return));
        }
        earlier.extend_from_slice(now);
        now = next;
    }
    changes
}
