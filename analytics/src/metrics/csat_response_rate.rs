//! How many surveys are answered.

use datafusion::prelude::{col, lit};

use super::{Measure, Metric, PLAIN, Rows, Show, Unit, counted_with};

/// Of the surveys sent in a bucket, those answered since.
pub(crate) const CSAT_RESPONSE_RATE: Metric = Metric {
    name: "csat_response_rate",
    unit: Unit::Share,
    meaning: "Of the surveys sent in a bucket, those answered since.",
    formula: "tickets with survey_answered_at >= survey_sent_at / tickets with survey_sent_at in the bucket",
    edge_cases: "The last survey of a ticket. By the day on which it was sent.",
    tickets: counted_with(
        Rows::SurveyedIn,
        |_| {
            let answered = col("survey_answered_at").gt_eq(col("survey_sent_at"));
            vec![Measure { name: "sent", when: lit(true) }, Measure { name: "answered", when: answered }]
        },
        None,
    ),
    shows: &[Show::Ratio { name: "answered", part: "answered", whole: "sent" }],
    ..PLAIN
};
