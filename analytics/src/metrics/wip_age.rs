//! How long work in progress takes by Little's law.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out, Span};

/// Days that a ticket is in the backlog, by the mean backlog and the pace of solutions.
pub(crate) const WIP_AGE: Metric = Metric {
    name: "wip_age",
    unit: Unit::Days,
    meaning: "Days that a ticket is in the backlog, by the mean backlog and the pace of solutions.",
    formula: "days = (seconds that tickets were open in the bucket / seconds of the bucket) / (solutions / seconds of the bucket) / 86400",
    edge_cases: "Left out with fewer than 5 solutions. True where the backlog neither grows nor shrinks.",
    history: told(History {
        measures: &[Measured::time("open"), Measured::flow("solved")],
        facts: &[],
        replies: false,
        fold,
    }),
    shows: &[Show::Mean { name: "days", sum: "open", count: "solved", scale: 86_400, count_min: 5 }],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for span in life.spans().filter(Span::is_backlog) {
        out.time(life, span, (span.from, span.to), 0);
    }
    for turn in life.solves() {
        if let Some(after) = turn.after {
            out.event(life, after, turn.at, (1, 1));
        }
    }
}
