//! How many solutions do not hold.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out};

const MEASURES: [Measured; 6] = [
    Measured::flow("solved_7d"),
    Measured::flow("reopened_7d"),
    Measured::flow("immature_7d"),
    Measured::flow("solved_30d"),
    Measured::flow("reopened_30d"),
    Measured::flow("immature_30d"),
];

/// Days after a solution, and the first of their measures.
const WITHIN: [(i64, usize); 2] = [(7, 0), (30, 3)];

const DAY: i64 = 86_400_000_000;

/// Of the tickets solved in a bucket, those that were reopened within 7 and within 30 days of a solution in it.
pub(crate) const REOPEN_RATE: Metric = Metric {
    name: "reopen_rate",
    unit: Unit::Share,
    meaning: "Of the tickets solved in a bucket, those that were reopened within 7 and within 30 days of a solution in it.",
    formula: "distinct tickets with a reopening at most R days after a solution of the bucket / distinct tickets solved in it, R = 7 and 30",
    edge_cases: "By the day of the solution. A solution younger than R days is not counted but told as immature, for its time is not over. Closing is no reopening.",
    history: told(History { measures: &MEASURES, facts: &[], replies: false, fold }),
    shows: &[
        Show::Ratio { name: "within_7d", part: "reopened_7d", whole: "solved_7d" },
        Show::Ratio { name: "within_30d", part: "reopened_30d", whole: "solved_30d" },
    ],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    for turn in life.solves() {
        let Some(after) = turn.after else { continue };
        let reopened = life.reopens().map(|reopening| reopening.at).find(|at| *at > turn.at);
        for (days, measure) in WITHIN {
            let until = turn.at.saturating_add(days * DAY);
            if until > life.now {
                out.once(life, after, turn.at, measure + 2);
                continue;
            }
            out.once(life, after, turn.at, measure);
            if reopened.is_some_and(|at| at <= until) {
                out.once(life, after, turn.at, measure + 1);
            }
        }
    }
}
