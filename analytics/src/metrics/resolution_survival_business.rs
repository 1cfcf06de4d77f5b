//! How long tickets take in working time, those not solved included.

use datafusion::prelude::{col, lit};

use super::{Metric, OfClocks, PLAIN, Show, Unit, all, promised};
use crate::clocks::{Live, is_kept};

/// Working seconds to the solution that holds, of tickets with a time to resolve, those not solved included.
pub(crate) const RESOLUTION_SURVIVAL_BUSINESS: Metric = Metric {
    name: "resolution_survival_business",
    unit: Unit::Seconds,
    meaning: "Working seconds to the solution that holds, of tickets with a time to resolve, those not solved included.",
    formula: "Kaplan-Meier percentiles of the working seconds used by clocks ttr, by the bucket of their start; what is not stopped is censored at now, what was taken back when it was",
    edge_cases: "A percentile is left out where so many go on that nobody can know it.",
    clocks: promised(OfClocks {
        rows: || col("clock").eq(lit("ttr")),
        time: Some("started_at"),
        measures: || all("started"),
        sample: Some(|| (col(Live::ElapsedS.column()), !is_kept())),
    }),
    shows: &[Show::Survival],
    ..PLAIN
};
