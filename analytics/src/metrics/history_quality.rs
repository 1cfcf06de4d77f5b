//! How far history can be relied on.

use datafusion::prelude::{col, lit};

use super::{Measure, Metric, PLAIN, Rows, Show, Unit, counted_with};

/// Of the tickets opened in a bucket, those whose history is whole, and those whose history ends with what GLPI stores.
pub(crate) const HISTORY_QUALITY: Metric = Metric {
    name: "history_quality",
    unit: Unit::Share,
    meaning: "Of the tickets opened in a bucket, those whose history is whole, and those whose history ends with what GLPI stores.",
    formula: "history_complete / tickets and history_agrees / tickets",
    edge_cases: "What is missing was inferred: figures of history are as good as these shares.",
    tickets: counted_with(
        Rows::OpenedIn,
        |_| {
            vec![
                Measure { name: "tickets", when: lit(true) },
                Measure { name: "complete", when: col("history_complete") },
                Measure { name: "agrees", when: col("history_agrees") },
            ]
        },
        None,
    ),
    shows: &[
        Show::Ratio { name: "complete", part: "complete", whole: "tickets" },
        Show::Ratio { name: "agrees", part: "agrees", whole: "tickets" },
    ],
    ..PLAIN
};
