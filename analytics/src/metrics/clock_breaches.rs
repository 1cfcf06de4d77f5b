//! Promises that were broken.

use datafusion::prelude::{col, lit};
use sla::State;

use super::{Measure, Metric, OfClocks, PLAIN, Unit, promised};
use crate::{
    clocks::{Live, in_state},
    lateness::{CLOCKS, name},
};

/// Clocks that used more than their target, by when it was used up.
pub(crate) const CLOCK_BREACHES: Metric = Metric {
    name: "clock_breaches",
    unit: Unit::Clocks,
    meaning: "Clocks that used more than their target, by when it was used up.",
    formula: "clocks with working seconds used > target, in the bucket of the due instant",
    edge_cases: "Once broken, for ever: neither a pause nor a solution takes it away. People and groups are those assigned then. A ticket has a clock for each promise made to it.",
    clocks: promised(OfClocks {
        rows: || in_state(State::Breached),
        time: Some(Live::BreachedAt.column()),
        measures: || CLOCKS.map(|clock| Measure { name: name(clock), when: col("clock").eq(lit(name(clock))) }).into(),
        sample: None,
    }),
    ..PLAIN
};
