//! How many open tickets lie untouched.

use datafusion::prelude::{Expr, col, lit};

use super::{Measure, Metric, PLAIN, Rows, Show, Unit, counted_with};
use crate::plans::{Moment, instant};

/// Open tickets that nothing happened to for 5 and for 30 days.
pub(crate) const STALE_SHARE: Metric = Metric {
    name: "stale_share",
    unit: Unit::Share,
    meaning: "Open tickets that nothing happened to for 5 and for 30 days.",
    formula: "open tickets with now - modified_at >= 5 d, or 30 d / open tickets",
    edge_cases: "GLPI's date of last change, which its cron jobs move, too. Known of now only: what the last change before an earlier instant was, no column tells.",
    tickets: counted_with(Rows::Open, measures, None),
    shows: &[
        Show::Ratio { name: "after_5d", part: "stale_5d", whole: "open" },
        Show::Ratio { name: "after_30d", part: "stale_30d", whole: "open" },
    ],
    ..PLAIN
};

fn measures(moment: &Moment) -> Vec<Measure> {
    let since = |days: i64| -> Expr { col("modified_at").lt_eq(instant(moment.now.plus_seconds(-days * 86_400))) };
    vec![
        Measure { name: "open", when: lit(true) },
        Measure { name: "stale_5d", when: since(5) },
        Measure { name: "stale_30d", when: since(30) },
    ]
}
