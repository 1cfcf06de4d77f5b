//! How much work tickets take.

use datafusion::prelude::{col, lit};

use super::{Measure, Metric, PLAIN, Rows, Show, Unit, counted_with};

/// Seconds worked on tickets, by their tasks.
pub(crate) const ACTION_TIME: Metric = Metric {
    name: "action_time",
    unit: Unit::Seconds,
    meaning: "Seconds worked on tickets, by their tasks.",
    formula: "mean = sum of action_s / tickets solved last in the bucket",
    edge_cases: "As far as people write times into tasks: tickets without any count with 0, and are told apart.",
    tickets: counted_with(
        Rows::SolvedIn,
        |_| {
            vec![
                Measure { name: "tickets", when: lit(true) },
                Measure { name: "action_s", when: col("action_s") },
                Measure { name: "without_action", when: col("action_s").eq(lit(0_i64)) },
            ]
        },
        None,
    ),
    shows: &[Show::Mean { name: "per_ticket", sum: "action_s", count: "tickets", scale: 1, count_min: 1 }],
    ..PLAIN
};
