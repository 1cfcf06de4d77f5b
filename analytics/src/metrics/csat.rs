//! What requesters think.

use arrow::datatypes::DataType;
use datafusion::prelude::{cast, col, lit};

use super::{Measure, Metric, PLAIN, Rows, Show, Unit, counted_with};
use crate::plans::Moment;

/// What surveys answered in a bucket say: their mean, and the share of 4 and 5.
pub(crate) const CSAT: Metric = Metric {
    name: "csat",
    unit: Unit::Points,
    meaning: "What surveys answered in a bucket say: their mean, and the share of 4 and 5.",
    formula: "mean = sum of survey_score / answers; satisfied = answers with a score of at least 4 / answers",
    edge_cases: "The last answer of a ticket, also of one reopened since. By the day of the answer. Answers without a score are not in it.",
    tickets: counted_with(Rows::AnsweredIn, measures, None),
    shows: &[
        Show::Mean { name: "score", sum: "score_thousandths", count: "answers", scale: 1_000, count_min: 1 },
        Show::Ratio { name: "satisfied", part: "satisfied", whole: "answers" },
    ],
    ..PLAIN
};

fn measures(_: &Moment) -> Vec<Measure> {
    let thousandths = cast(col("survey_score") * lit(1_000.0_f64) + lit(0.5_f64), DataType::Int64);
    vec![
        Measure { name: "answers", when: col("survey_score").is_not_null() },
        Measure { name: "satisfied", when: col("survey_score").gt_eq(lit(4.0_f64)) },
        Measure { name: "score_thousandths", when: thousandths },
    ]
}
