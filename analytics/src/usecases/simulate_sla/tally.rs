//! What promises come to on both sides, by the registry's own measures of attainment.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{ArrayRef, Int64Array, RecordBatch, TimestampMicrosecondArray},
    datatypes::{Field, Schema},
};
use datafusion::common::exec_datafusion_err;
use schemas::Instant;
use sla::State;

use super::{
    answer::{WhatIfDifference, WhatIfFigure, WhatIfFigures},
    promises::{Promise, Side},
};
use crate::{
    buckets::Buckets,
    error::Error,
    history::{AT, Dim, Frame, Measured, Share, Sheet, fill, measure_column},
    ratio::Ratio,
    reading::Reading,
    window::Window,
};

/// The measures of attainment, in the order of their columns.
const MEASURES: [(&str, &[State]); 4] = [
    ("decided", &[State::Met, State::Breached]),
    ("met", &[State::Met]),
    ("breached", &[State::Breached]),
    ("cancelled", &[State::Cancelled]),
];

/// Promises by one dimension, on both sides.
#[derive(Debug)]
pub(super) struct Tally {
    frame: Frame,
    sheets: [Sheet; 2],
}

impl Tally {
    /// Nothing yet, by `dim`.
    pub(super) fn by(dim: Dim, reading: &Reading<'_>, window: Window, now: Instant) -> Self {
        let buckets = Arc::new(Buckets::whole(window));
        let frame = Frame {
            buckets: Arc::clone(&buckets),
            trees: Frame::trees(&[dim], &reading.dimensions),
            by: vec![dim],
            zone: chrono_tz::Tz::UTC,
            now: now.0,
            share: Share::Full,
            entities: reading.entities(),
        };
        let measures = MEASURES.map(|(name, _)| Measured::flow(name)).to_vec();
        Self { frame, sheets: std::array::from_fn(|_| Sheet::new(Arc::clone(&buckets), measures.clone())) }
    }

    /// Adds the promises of `batch`.
    pub(super) fn add(&mut self, batch: &RecordBatch, promises: &[Promise], after: &[Side]) -> Result<(), Error> {
        let before: Vec<Side> = promises.iter().map(|promise| promise.before).collect();
        for (place, sides) in [before.as_slice(), after].into_iter().enumerate() {
            let rows = self.rows(batch, sides)?;
            fill(&mut self.sheets[place], &self.frame, &rows, MEASURES.len())?;
        }
        Ok(())
    }

    /// The figures of each key.
    pub(super) fn figures(&self, minimum: u64) -> Result<BTreeMap<i64, WhatIfFigures>, Error> {
        let mut counts: BTreeMap<i64, [[u64; MEASURES.len()]; 2]> = BTreeMap::new();
        for (side, sheet) in self.sheets.iter().enumerate() {
            sheet.check()?;
            for (number, key) in sheet.keys.all().iter().enumerate() {
                let (_, whole) = sheet.cells(number);
                let found = counts.entry(key[0]).or_default();
                for (place, count) in whole.counts.iter().enumerate().take(MEASURES.len()) {
                    found[side][place] = (*count).max(0) as u64;
                }
            }
        }
        Ok(counts.into_iter().map(|(key, [before, after])| (key, figures(before, after, minimum))).collect())
    }

    /// The columns that a sheet is filled from: dimensions of `batch`, and what each of `sides` is.
    fn rows(&self, batch: &RecordBatch, sides: &[Side]) -> Result<RecordBatch, Error> {
        let (mut fields, mut columns): (Vec<Field>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
        for name in self.frame.by.iter().filter_map(|dim| dim.column()) {
            let missing = || exec_datafusion_err!("column {name} is missing");
            columns.push(Arc::clone(batch.column_by_name(name).ok_or_else(missing)?));
            fields.push(batch.schema().field_with_name(name)?.clone());
        }
        let within = |at: i64| (at >= self.frame.buckets.from() && at < self.frame.buckets.to()).then_some(at);
        let concluded = |side: &Side| side.concluded.and_then(|at| within(Instant::from_seconds(at).0));
        let times: TimestampMicrosecondArray = sides.iter().map(concluded).collect();
        put(&mut fields, &mut columns, AT.to_owned(), Arc::new(times.with_timezone("UTC")));
        for (place, (_, states)) in MEASURES.iter().enumerate() {
            let flags: Int64Array = sides.iter().map(|side| Some(i64::from(states.contains(&side.state)))).collect();
            put(&mut fields, &mut columns, measure_column(place), Arc::new(flags));
        }
        Ok(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
    }
}

fn put(fields: &mut Vec<Field>, columns: &mut Vec<ArrayRef>, name: String, column: ArrayRef) {
    fields.push(Field::new(name, column.data_type().clone(), true));
    columns.push(column);
}

/// All of `parts`, which share no promise.
pub(super) fn whole<'a>(parts: impl Iterator<Item = &'a WhatIfFigures>, minimum: u64) -> WhatIfFigures {
    let mut sums = [[0; MEASURES.len()]; 2];
    for part in parts {
        for (sum, figure) in sums.iter_mut().zip([&part.before, &part.after]) {
            let counts = [figure.attainment.whole, figure.met, figure.breached, figure.cancelled];
            sum.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
        }
    }
    figures(sums[0], sums[1], minimum)
}

fn figures(before: [u64; 4], after: [u64; 4], minimum: u64) -> WhatIfFigures {
    let figure = |[decided, met, breached, cancelled]: [u64; 4]| WhatIfFigure {
        promises: decided + cancelled,
        met,
        breached,
        cancelled,
        attainment: Ratio::of(met, decided, minimum),
    };
    let (before, after) = (figure(before), figure(after));
    let less = |of: fn(&WhatIfFigure) -> u64| of(&after) as i64 - of(&before) as i64;
    let difference = WhatIfDifference {
        promises: less(|figure| figure.promises),
        met: less(|figure| figure.met),
        breached: less(|figure| figure.breached),
        cancelled: less(|figure| figure.cancelled),
        attainment: after.attainment.value.zip(before.attainment.value).map(|(after, before)| after - before),
    };
    WhatIfFigures { before, after, difference }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::CLOCK_ATTAINMENT;

    #[test]
    fn the_measures_are_those_of_attainment_in_their_order() {
        let names: Vec<&str> = MEASURES.iter().map(|(name, _)| *name).collect();
        assert_eq!(CLOCK_ATTAINMENT.measures(), names);
    }
}
