//! How often tickets are handed on.

use super::{Metric, PLAIN, Show, Unit, assignment_changes::changes, told};
use crate::history::{History, Life, Measured, Out};

const MEASURES: [Measured; 6] = [
    Measured::flow("tickets"),
    Measured::flow("group_changes"),
    Measured::flow("person_changes"),
    Measured::flow("returns"),
    Measured::flow("returned"),
    Measured::flow("handed_on"),
];

/// How often the people and groups of a ticket were exchanged until its solution, and how often one came back.
pub(crate) const PING_PONG: Metric = Metric {
    name: "ping_pong",
    unit: Unit::Events,
    meaning: "How often the people and groups of a ticket were exchanged until its solution, and how often one came back.",
    formula: "over tickets solved last in the bucket: steps from one set of groups, or people, to another that is not empty; returns = steps that bring somebody back who was there before the step before",
    edge_cases: "The first assignment is no change. To be without anybody for a while is none either. A solution that was taken back does not count.",
    history: told(History { measures: &MEASURES, facts: &[], replies: false, fold }),
    shows: &[
        Show::Mean { name: "group_changes", sum: "group_changes", count: "tickets", scale: 1, count_min: 1 },
        Show::Mean { name: "person_changes", sum: "person_changes", count: "tickets", scale: 1, count_min: 1 },
        Show::Ratio { name: "returned", part: "returned", whole: "tickets" },
        Show::Ratio { name: "handed_on", part: "handed_on", whole: "tickets" },
    ],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    let Some(solution) = life.solution() else { return };
    let Some(after) = solution.after else { return };
    let until =
        |changes: Vec<(i64, bool)>| changes.into_iter().filter(|(at, _)| *at <= solution.at).collect::<Vec<_>>();
    let groups = until(changes(life, |span| life.groups(span)));
    let people = until(changes(life, |span| life.people(span)));
    let returns = groups.iter().chain(&people).filter(|(_, is_return)| *is_return).count();
    let amounts = [1, groups.len(), people.len(), returns, returns.min(1), groups.len().min(1)];
    for (measure, amount) in amounts.into_iter().enumerate() {
        out.event(life, after, solution.at, (measure, amount as i64));
    }
}
