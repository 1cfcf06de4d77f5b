//! Promises that will soon be broken.

use datafusion::prelude::col;
use sla::State;

use super::{Measure, Metric, OfClocks, PLAIN, Unit, promised};
use crate::clocks::{in_state, used_percent};

/// Clocks that run now, by the share of their target that is used.
pub(crate) const CLOCKS_AT_RISK: Metric = Metric {
    name: "clocks_at_risk",
    unit: Unit::Clocks,
    meaning: "Clocks that run now, by the share of their target that is used, in half-open bands from 50, 75, 90 and 95 %; and those that are over it.",
    formula: "running clocks with 100 x working seconds used / target in [50, 75), [75, 90), [90, 95), [95, 100], and beyond",
    edge_cases: "Reckoned in whole numbers, never rounded. A clock that has used all of its target and not more is in the last band. Paused clocks are in none; over are those that run on after their breach, paused or not.",
    clocks: promised(OfClocks {
        rows: || col("stopped_at").is_null(),
        time: None,
        measures: || {
            let band = |from, to| in_state(State::Running).and(used_percent(from, to));
            vec![
                Measure { name: "50", when: band(50, 75) },
                Measure { name: "75", when: band(75, 90) },
                Measure { name: "90", when: band(90, 95) },
                Measure { name: "95", when: band(95, 100) },
                Measure { name: "over", when: in_state(State::Breached) },
            ]
        },
        sample: None,
    }),
    ..PLAIN
};
