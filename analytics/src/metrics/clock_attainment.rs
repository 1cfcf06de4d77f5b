//! Whether promises were kept.

use datafusion::prelude::lit;
use sla::State;

use super::{Measure, Metric, OfClocks, PLAIN, Show, Unit, promised};
use crate::clocks::{Live, in_state};

/// Of the clocks that were decided in a bucket, those that kept their promise.
pub(crate) const CLOCK_ATTAINMENT: Metric = Metric {
    name: "clock_attainment",
    unit: Unit::Clocks,
    meaning: "Of the clocks that were decided in a bucket, those that kept their promise.",
    formula: "met / (met + breached); a clock is decided when it is breached, or when it stops unbroken",
    edge_cases: "A clock broken before it stops is breached, by the bucket of its due instant. What runs unbroken is in neither. Promises taken back, or replaced, unbroken are cancelled and counted apart.",
    clocks: promised(OfClocks {
        rows: || lit(true),
        time: Some(Live::ConcludedAt.column()),
        measures: || {
            let decided = in_state(State::Met).or(in_state(State::Breached));
            vec![
                Measure { name: "decided", when: decided },
                Measure { name: "met", when: in_state(State::Met) },
                Measure { name: "breached", when: in_state(State::Breached) },
                Measure { name: "cancelled", when: in_state(State::Cancelled) },
            ]
        },
        sample: None,
    }),
    shows: &[Show::Ratio { name: "attainment", part: "met", whole: "decided" }],
    ..PLAIN
};
