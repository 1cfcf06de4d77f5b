//! How many tickets are solved within a day.

use datafusion::prelude::lit;

use super::{Measure, Metric, PLAIN, Rows, Show, Unit, counted_with};
use crate::plans::seconds_between;

/// Of the tickets solved last in a bucket, those solved within 24 hours of their opening.
pub(crate) const DAY_RESOLUTION_RATE: Metric = Metric {
    name: "day_resolution_rate",
    unit: Unit::Share,
    meaning: "Of the tickets solved last in a bucket, those solved within 24 hours of their opening.",
    formula: "tickets with solved_at - opened_at <= 86400 s / tickets solved",
    edge_cases: "Hours on the wall. A ticket that is open again is not in it.",
    tickets: counted_with(
        Rows::SolvedIn,
        |_| {
            let quick = seconds_between("opened_at", "solved_at").lt_eq(lit(86_400_i64));
            vec![Measure { name: "solved", when: lit(true) }, Measure { name: "within_24h", when: quick }]
        },
        None,
    ),
    shows: &[Show::Ratio { name: "within_24h", part: "within_24h", whole: "solved" }],
    ..PLAIN
};
