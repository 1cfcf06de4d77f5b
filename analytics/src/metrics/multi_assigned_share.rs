//! How many tickets several work on.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out, Span};

/// Open tickets that several people, or several groups, are assigned to.
pub(crate) const MULTI_ASSIGNED_SHARE: Metric = Metric {
    name: "multi_assigned_share",
    unit: Unit::Share,
    meaning: "Open tickets that several people, or several groups, are assigned to.",
    formula: "several_people / open and several_groups / open, of the backlog at the instant",
    edge_cases: "A ticket counts once whatever the number.",
    history: told(History {
        measures: &[Measured::stock("open"), Measured::stock("several_people"), Measured::stock("several_groups")],
        facts: &[],
        replies: false,
        fold,
    }),
    shows: &[
        Show::Ratio { name: "people", part: "several_people", whole: "open" },
        Show::Ratio { name: "groups", part: "several_groups", whole: "open" },
    ],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for span in life.spans().filter(Span::is_backlog) {
        let all = [true, life.people(span).len() > 1, life.groups(span).len() > 1];
        for (measure, _) in all.iter().enumerate().filter(|(_, holds)| **holds) {
            out.stock(life, span, (span.from, span.to), measure);
        }
    }
}
