//! Where the time of a clock went: its counted seconds by status, group and person, to the second.

use std::collections::BTreeMap;

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type},
};
use datafusion::common::exec_datafusion_err;
use schemas::Instant;
use sla::{Calendars, Clock};

use crate::error::Error;

/// A stretch of a ticket's life with one status and the same owners. Instants are seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) status: u8,
    pub(crate) technicians: Vec<i64>,
    pub(crate) groups: Vec<i64>,
}

/// Counted seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seconds {
    /// All of them.
    pub(crate) all: i64,
    /// Those until the target was used up.
    pub(crate) of_target: i64,
}

/// The counted seconds of a clock by what the ticket was then. None is nobody, or a time before its history begins. Several
/// at once have equal parts: each table adds up to the clock's own figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spent {
    pub(crate) by_status: BTreeMap<Option<i64>, Seconds>,
    pub(crate) by_group: BTreeMap<Option<i64>, Seconds>,
    pub(crate) by_technician: BTreeMap<Option<i64>, Seconds>,
    /// The stretch that used most of the target, cut to what counted, and what it used; the earliest of equals.
    pub(crate) longest: Option<(Stretch, i64)>,
}

/// Where the time of `clock` went, on a ticket that lived `stretches`.
pub(crate) fn spent(clock: &Clock, stretches: &[Stretch], calendars: &Calendars) -> Result<Spent, Error> {
    let mut spent = Spent::default();
    let due = clock.due.unwrap_or(i64::MAX);
    let mut known = Seconds::default();
    for stretch in stretches {
        let mut seconds = Seconds::default();
        let (mut from, mut to) = (i64::MAX, i64::MIN);
        for interval in clock.intervals.iter().filter(|interval| interval.counts) {
            let (first, last) = (interval.from.max(stretch.from), interval.to.min(stretch.to));
            if first < last {
                let calendar = calendars.get(interval.calendar)?;
                seconds.all += calendar.between(first, last);
                seconds.of_target += calendar.between(first, last.min(due));
                (from, to) = (from.min(first), to.max(last));
            }
        }
        known.all += seconds.all;
        known.of_target += seconds.of_target;
        spent.add(stretch, seconds);
        if seconds.all > spent.longest.as_ref().map_or(0, |(_, most)| *most) {
            spent.longest = Some((Stretch { from, to, ..stretch.clone() }, seconds.all));
        }
    }
    let used = clock.elapsed.min(clock.target);
    spent.add_unknown(Seconds { all: clock.elapsed - known.all, of_target: used - known.of_target });
    Ok(spent)
}

impl Spent {
    fn add(&mut self, stretch: &Stretch, seconds: Seconds) {
        if seconds.all == 0 {
            return;
        }
        put(&mut self.by_status, Some(stretch.status.into()), seconds);
        share(&mut self.by_group, &stretch.groups, seconds);
        share(&mut self.by_technician, &stretch.technicians, seconds);
    }

    fn add_unknown(&mut self, seconds: Seconds) {
        if seconds.all > 0 {
            put(&mut self.by_status, None, seconds);
            put(&mut self.by_group, None, seconds);
            put(&mut self.by_technician, None, seconds);
        }
    }
}

fn share(table: &mut BTreeMap<Option<i64>, Seconds>, ids: &[i64], seconds: Seconds) {
    let parts = ids.len() as i64;
    let part = |whole: i64, place: i64| whole / parts + i64::from(place < whole % parts);
    for (place, id) in (0..).zip(ids) {
        let seconds = Seconds { all: part(seconds.all, place), of_target: part(seconds.of_target, place) };
        put(table, Some(*id), seconds);
    }
    if ids.is_empty() {
        put(table, None, seconds);
    }
}

fn put(table: &mut BTreeMap<Option<i64>, Seconds>, key: Option<i64>, seconds: Seconds) {
    let known = table.entry(key).or_default();
    known.all += seconds.all;
    known.of_target += seconds.of_target;
}

/// The stretches that rows of `ticket_spans` are, in their order.
pub(crate) fn stretches(batches: &[RecordBatch]) -> Result<Vec<Stretch>, Error> {
    let mut stretches = Vec::new();
    for batch in batches {
        let read = of_batch(batch);
        stretches.extend(read.ok_or_else(|| exec_datafusion_err!("spans have other columns than the contract's"))?);
    }
    Ok(stretches)
}

fn of_batch(batch: &RecordBatch) -> Option<Vec<Stretch>> {
    let time = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<TimestampMicrosecondType>();
    let (starts, ends) = (time("span_start")?, time("span_end")?);
    let status = batch.column_by_name("status")?.as_primitive_opt::<UInt8Type>()?;
    let (people, groups) = (ids(batch, "technician_ids")?, ids(batch, "group_ids")?);
    let rows = people.into_iter().zip(groups).enumerate();
    let stretch = |(row, (technicians, groups))| Stretch {
        from: Instant(starts.value(row)).seconds(),
        to: if ends.is_valid(row) { Instant(ends.value(row)).seconds() } else { i64::MAX },
        status: status.value(row),
        technicians,
        groups,
    };
    Some(rows.map(stretch).collect())
}

/// The lists of ids in `column`, one for each row.
pub(crate) fn ids(batch: &RecordBatch, column: &str) -> Option<Vec<Vec<i64>>> {
    let lists = batch.column_by_name(column)?.as_list_opt::<i32>()?;
    let values = lists.values().as_primitive_opt::<Int64Type>()?.values();
    let offsets = lists.value_offsets();
    Some(offsets.windows(2).map(|pair| values[pair[0] as usize..pair[1] as usize].to_vec()).collect())
}
