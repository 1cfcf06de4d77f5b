//! How long tickets are worked on.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out, PENDING, seconds};

/// Time from the opening to the last solution, without the time that a ticket was pending or solved in between.
pub(crate) const RESOLUTION_TIME_NET: Metric = Metric {
    name: "resolution_time_net",
    unit: Unit::Seconds,
    meaning: "Time from the opening to the last solution, without the time that a ticket was pending or solved in between.",
    formula: "sum of W over spans before the last solution that are open and not pending, from opened_at on",
    edge_cases: "A ticket that is open again is not in it. Where the opening date was set before the row was made, that time counts. By the bucket of the solution.",
    history: told(History { measures: &[Measured::flow("solved")], facts: &["opened_at"], replies: false, fold }),
    shows: &[Show::Spread],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    let Some(solution) = life.solution() else { return };
    let (Some(after), Some(first)) = (solution.after, life.spans().next()) else { return };
    let opened = life.opened_at();
    let worked = |from: i64, to: i64| (seconds(to.min(solution.at)) - seconds(from.max(opened))).max(0);
    let spans = life.spans().filter(|span| span.is_open && span.status != PENDING);
    let net_s: i64 = worked(opened, first.from) + spans.map(|span| worked(span.from, span.to)).sum::<i64>();
    out.event(life, after, solution.at, (0, 1));
    out.sample(life, after, solution.at, (net_s, false));
}
