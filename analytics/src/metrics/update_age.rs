//! How long open tickets have lain untouched.

use super::{
    Metric, Rows, Unit,
    backlog_age::{AgeBand, measures},
    counted,
};

/// The bands of the time since the last change.
pub(crate) const UPDATE_BANDS: [AgeBand; 4] = [
    AgeBand { name: "1-5d", from_days: 0, to_days: Some(5) },
    AgeBand { name: "6-10d", from_days: 5, to_days: Some(10) },
    AgeBand { name: "11-30d", from_days: 10, to_days: Some(30) },
    AgeBand { name: ">30d", from_days: 30, to_days: None },
];

/// Tickets open now, by the days of 24 hours since GLPI's date of their last change.
pub(crate) const UPDATE_AGE: Metric = Metric {
    name: "update_age",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open now, by the days of 24 hours since GLPI's date of their last change.",
    formula: "open tickets by floor((now - modified_at) / 86400 s), in half-open bands",
    edge_cases: "GLPI's date of last change, which its own cron jobs move, too. Known of now only.",
    tickets: counted(Rows::Open, |moment| measures(&UPDATE_BANDS, "modified_at", moment.now)),
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};
