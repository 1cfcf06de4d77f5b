//! How much is written about a ticket.

use arrow::datatypes::DataType;
use datafusion::prelude::{cast, col, lit};

use super::{Measure, Metric, PLAIN, Rows, Show, Unit, counted_with};

/// Followups, tasks and solutions of solved tickets.
pub(crate) const INTERACTIONS: Metric = Metric {
    name: "interactions",
    unit: Unit::Events,
    meaning: "Followups, tasks and solutions of solved tickets.",
    formula: "mean = sum over tickets solved last in the bucket / their number",
    edge_cases: "Private ones and refused solutions are in it; those taken away are not.",
    tickets: counted_with(
        Rows::SolvedIn,
        |_| {
            let count = |name| Measure { name, when: cast(col(name), DataType::Int64) };
            let tickets = Measure { name: "tickets", when: lit(true) };
            vec![tickets, count("followup_count"), count("task_count"), count("solution_count")]
        },
        None,
    ),
    shows: &[
        Show::Mean { name: "followups", sum: "followup_count", count: "tickets", scale: 1, count_min: 1 },
        Show::Mean { name: "tasks", sum: "task_count", count: "tickets", scale: 1, count_min: 1 },
        Show::Mean { name: "solutions", sum: "solution_count", count: "tickets", scale: 1, count_min: 1 },
    ],
    ..PLAIN
};
