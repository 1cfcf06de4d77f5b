//! Tickets nobody works on.

use datafusion::prelude::col;

use super::{Measure, Metric, Rows, Unit};

/// Tickets open now that no person and no group is assigned to.
pub(crate) const UNASSIGNED: Metric = Metric {
    name: "unassigned",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open now that no person and no group is assigned to.",
    rows: Rows::Open,
    measures: |_| {
        let nobody = col("technician_id").is_null().and(col("group_id").is_null());
        vec![Measure { name: "unassigned", when: nobody }]
    },
};
