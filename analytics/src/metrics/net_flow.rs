//! Whether more comes in than goes out.

use super::{Metric, PLAIN, Unit, told};
use crate::history::{History, Life, Measured, Out};

/// Tickets made, solutions, and the difference of both.
pub(crate) const NET_FLOW: Metric = Metric {
    name: "net_flow",
    unit: Unit::Events,
    meaning: "Tickets made, solutions, and the difference of both.",
    formula: "net = created - solved",
    edge_cases: "Created is when GLPI made the row; each solution counts, as in solve_events. Reopened tickets are in neither, so the backlog grows by more than the difference where tickets are reopened.",
    history: told(History {
        measures: &[Measured::flow("created"), Measured::flow("solved"), Measured::flow("net")],
        facts: &[],
        replies: false,
        fold,
    }),
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    if let Some(first) = life.spans().next().filter(|first| first.is_counted) {
        out.event(life, first, first.from, (0, 1));
        out.event(life, first, first.from, (2, 1));
    }
    for turn in life.solves() {
        if let Some(after) = turn.after {
            out.event(life, after, turn.at, (1, 1));
            out.event(life, after, turn.at, (2, -1));
        }
    }
}
