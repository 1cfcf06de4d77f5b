//! Tickets whose time to resolve runs out soon.

use datafusion::prelude::{Expr, col, lit};
use schemas::Instant;

use super::{Measure, Metric, Rows, Unit, counted};
use crate::{
    lateness::WAITING,
    plans::{instant, micros},
};

/// The bands: from, and first percent after it.
const BANDS: [(&str, i64, i64); 4] = [("50", 50, 75), ("75", 75, 90), ("90", 90, 95), ("95", 95, 100)];

/// Tickets open and not pending now, by the share of the time on the wall from opening to the due instant of their time
/// to resolve that is over, in half-open bands from 50, 75, 90 and 95 %.
pub(crate) const AT_RISK: Metric = Metric {
    name: "at_risk",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open and not pending now, by the share of the time on the wall from opening to the due instant of \
              their time to resolve that is over, in half-open bands from 50, 75, 90 and 95 %.",
    formula: "tickets with 100 (now - opened_at) / (due_ttr_at - opened_at) in [50, 75), [75, 90), [90, 95), [95, 100)",
    edge_cases: "Seconds on the wall, not on a calendar. A ticket without a time to resolve, or with one before its opening, has no share.",
    tickets: counted(Rows::Open, |moment| {
        BANDS.iter().map(|(name, from, to)| Measure { name, when: share_within(moment.now, *from, *to) }).collect()
    }),
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};

fn share_within(now: Instant, from: i64, to: i64) -> Expr {
    let gone = || (micros(instant(now)) - micros(col("opened_at"))) * lit(100_i64);
    let span = || micros(col("due_ttr_at")) - micros(col("opened_at"));
    let running = col("status").not_eq(lit(WAITING)).and(span().gt(lit(0_i64)));
    running.and(gone().gt_eq(span() * lit(from))).and(gone().lt(span() * lit(to)))
}
