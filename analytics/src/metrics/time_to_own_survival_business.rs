//! How long tickets wait for somebody in working time, those that still do included.

use datafusion::prelude::{col, lit};

use super::{Metric, OfClocks, PLAIN, Show, Unit, all, promised};
use crate::clocks::{Live, is_kept};

/// Working seconds until a ticket with a time to own was taken into account, those not yet taken included.
pub(crate) const TIME_TO_OWN_SURVIVAL_BUSINESS: Metric = Metric {
    name: "time_to_own_survival_business",
    unit: Unit::Seconds,
    meaning: "Working seconds until a ticket with a time to own was taken into account, those not yet taken included.",
    formula: "Kaplan-Meier percentiles of the working seconds used by clocks tto, by the bucket of their start; what is not stopped is censored at now, what was taken back when it was",
    edge_cases: "A percentile is left out where so many go on that nobody can know it.",
    clocks: promised(OfClocks {
        rows: || col("clock").eq(lit("tto")),
        time: Some("started_at"),
        measures: || all("started"),
        sample: Some(|| (col(Live::ElapsedS.column()), !is_kept())),
    }),
    shows: &[Show::Survival],
    ..PLAIN
};
