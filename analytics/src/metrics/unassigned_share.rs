//! How many tickets nobody works on.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out, Span};

/// Open tickets that no person, and that neither a person nor a group, is assigned to.
pub(crate) const UNASSIGNED_SHARE: Metric = Metric {
    name: "unassigned_share",
    unit: Unit::Share,
    meaning: "Open tickets that no person, and that neither a person nor a group, is assigned to.",
    formula: "without_person / open and unassigned / open, of the backlog at the instant",
    edge_cases: "A ticket of a group only is without a person and not unassigned.",
    history: told(History {
        measures: &[Measured::stock("open"), Measured::stock("without_person"), Measured::stock("unassigned")],
        facts: &[],
        replies: false,
        fold,
    }),
    shows: &[
        Show::Ratio { name: "without_person", part: "without_person", whole: "open" },
        Show::Ratio { name: "unassigned", part: "unassigned", whole: "open" },
    ],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for span in life.spans().filter(Span::is_backlog) {
        let (people, groups) = (life.people(span).is_empty(), life.groups(span).is_empty());
        for (measure, _) in [true, people, people && groups].iter().enumerate().filter(|(_, holds)| **holds) {
            out.stock(life, span, (span.from, span.to), measure);
        }
    }
}
