//! How long tickets take, those not solved included.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out, seconds};

/// Time from the opening to the first solution of the tickets opened in a bucket, those still open included.
pub(crate) const RESOLUTION_SURVIVAL: Metric = Metric {
    name: "resolution_survival",
    unit: Unit::Seconds,
    meaning: "Time from the opening to the first solution of the tickets opened in a bucket, those still open included.",
    formula: "Kaplan-Meier percentiles of W(opened_at, first solution); open tickets are censored at now, those that left the counts when they did",
    edge_cases: "By the bucket of the opening. A percentile is left out where so many are open that nobody can know it.",
    history: told(History { measures: &[Measured::flow("opened")], facts: &["opened_at"], replies: false, fold }),
    shows: &[Show::Survival],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    let Some(first) = life.spans().next() else { return };
    let opened = life.opened_at();
    let since = |at: i64| (seconds(at) - seconds(opened)).max(0);
    let solved = life.solves().next().map(|turn| turn.at);
    let left = life.spans().find(|span| !span.is_counted).map(|span| span.from);
    let gone = life.spans().next_back().map_or(i64::MAX, |last| last.to);
    let (until, is_running) = match solved {
        Some(at) => (at, false),
        // Solved at an instant that history does not tell: it says nothing.
        None if !first.is_open => return,
        None => (left.unwrap_or(i64::MAX).min(gone).min(life.now), true),
    };
    out.event(life, first, opened, (0, 1));
    out.sample(life, first, opened, (since(until), is_running));
}
