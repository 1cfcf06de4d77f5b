//! How long open tickets have been open.

use datafusion::prelude::{Expr, col, lit};
use schemas::Instant;

use super::{Measure, Metric, Rows, Unit, counted, told};
use crate::{
    history::{History, Life, Measured, Out, Span},
    plans::instant,
};

/// A band of ages in whole days, half-open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AgeBand {
    pub(crate) name: &'static str,
    pub(crate) from_days: i64,
    pub(crate) to_days: Option<i64>,
}

/// The bands of the backlog's age. An age of exactly one day belongs to the second.
pub(crate) const AGE_BANDS: [AgeBand; 8] = [
    AgeBand { name: "<=1d", from_days: 0, to_days: Some(1) },
    AgeBand { name: "2-3d", from_days: 1, to_days: Some(3) },
    AgeBand { name: "4-7d", from_days: 3, to_days: Some(7) },
    AgeBand { name: "8-14d", from_days: 7, to_days: Some(14) },
    AgeBand { name: "15-30d", from_days: 14, to_days: Some(30) },
    AgeBand { name: "31-60d", from_days: 30, to_days: Some(60) },
    AgeBand { name: "61-90d", from_days: 60, to_days: Some(90) },
    AgeBand { name: ">90d", from_days: 90, to_days: None },
];

/// Tickets open now, by the days of 24 hours since their opening date.
pub(crate) const BACKLOG_AGE: Metric = Metric {
    name: "backlog_age",
    version: 1,
    unit: Unit::Tickets,
    meaning: "Tickets open now, by the days of 24 hours since their opening date.",
    formula: "backlog by floor((instant - opened_at) / 86400 s), in half-open bands",
    edge_cases: "The opening date is the one of now, for people edit it. An age of exactly one day belongs to the second band; a ticket opened in the future is as young as can be.",
    tickets: counted(Rows::Open, |moment| measures(&AGE_BANDS, "opened_at", moment.now)),
    history: told(History { measures: &BANDS, facts: &["opened_at"], replies: false, fold }),
    clocks: None,
    shows: &[],
    by: &[],
};

const BANDS: [Measured; AGE_BANDS.len()] = {
    let mut bands = [Measured::stock(""); AGE_BANDS.len()];
    let mut at = 0;
    while at < bands.len() {
        bands[at] = Measured::stock(AGE_BANDS[at].name);
        at += 1;
    }
    bands
};

/// A ticket is in a band from the instant at which it is old enough until it is too old, while it is open.
fn fold(life: &Life<'_>, out: &mut Out<'_>) {
    const DAY: i64 = 86_400_000_000;

    let opened = life.opened_at();
    let aged = |days: i64| opened.saturating_add(days * DAY);
    for span in life.spans().filter(Span::is_backlog) {
        for (measure, band) in AGE_BANDS.iter().enumerate() {
            let young = if band.from_days == 0 { span.from } else { span.from.max(aged(band.from_days)) };
            let old = band.to_days.map_or(span.to, |days| span.to.min(aged(days)));
            out.stock(life, span, (young, old), measure);
        }
    }
}

/// One measure for each band of the age of `time`.
pub(crate) fn measures(bands: &[AgeBand], time: &str, now: Instant) -> Vec<Measure> {
    bands.iter().map(|band| Measure { name: band.name, when: band.holds(time, now) }).collect()
}

impl AgeBand {
    /// The age of `time` is in the band. A time still to come is as young as can be.
    pub(crate) fn holds(&self, time: &str, now: Instant) -> Expr {
        let ago = |days: i64| instant(now.plus_seconds(-days * 86_400));
        let young = self.to_days.map(|days| col(time).gt(ago(days)));
        let old = (self.from_days > 0).then(|| col(time).lt_eq(ago(self.from_days)));
        young.into_iter().chain(old).reduce(Expr::and).unwrap_or(lit(true))
    }
}
