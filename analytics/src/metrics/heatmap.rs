//! When tickets come and go, by weekday and hour.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{CLOSED, History, Life, Measured, Out};

/// Tickets made, solutions and closings by the weekday and hour that the wall showed.
pub(crate) const HEATMAP: Metric = Metric {
    name: "heatmap",
    unit: Unit::Events,
    meaning: "Tickets made, solutions and closings by the weekday and hour that the wall showed.",
    formula: "events of the local weekday and hour; per_hour = events / hours of that kind in the window",
    edge_cases: "Days with 23 or 25 hours have one such hour less or more. Created is when GLPI made the row. Every weekday and hour is told, also where nothing happened.",
    history: told(History {
        measures: &[Measured::flow("created"), Measured::flow("solved"), Measured::flow("closed")],
        facts: &[],
        replies: false,
        fold,
    }),
    by: &["weekday", "hour"],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    if let Some(first) = life.spans().next().filter(|first| first.is_counted) {
        out.event(life, first, first.from, (0, 1));
    }
    for turn in life.solves() {
        if let Some(after) = turn.after {
            out.event(life, after, turn.at, (1, 1));
        }
    }
    for turn in life.turns() {
        let (Some(before), Some(after)) = (turn.before, turn.after) else { continue };
        if after.is_counted && after.status == CLOSED && before.status != CLOSED {
            out.event(life, after, turn.at, (2, 1));
        }
    }
}
