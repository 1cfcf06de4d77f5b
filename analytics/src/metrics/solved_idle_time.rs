//! How long solutions wait to be closed.

use super::{Metric, PLAIN, Show, Unit, told};
use crate::history::{History, Life, Measured, Out, SOLVED};

/// Time that tickets were solved before they were closed or reopened.
pub(crate) const SOLVED_IDLE_TIME: Metric = Metric {
    name: "solved_idle_time",
    unit: Unit::Seconds,
    meaning: "Time that tickets were solved before they were closed or reopened.",
    formula: "W of each unbroken run of spans with status 5 that ended, by the bucket of its end",
    edge_cases: "What is solved still is not in it. Solved more than once gives more than one.",
    history: told(History { measures: &[Measured::flow("ended")], facts: &[], replies: false, fold }),
    shows: &[Show::Spread],
    ..PLAIN
};

fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    let mut since = None;
    for span in life.spans() {
        match (span.is_counted && span.status == SOLVED, since) {
            (true, None) => since = Some(span.from),
            (false, Some(from)) => {
                since = None;
                if span.is_counted {
                    out.event(life, span, span.from, (0, 1));
                    out.duration(life, span, (from, span.from));
                }
            }
            _ => {}
        }
    }
}
