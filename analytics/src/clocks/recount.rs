//! Clocks counted anew, whole columns at once: by another calendar, for another target, with other pauses.
//!
//! When a clock starts and stops does not depend on any of them; what it uses of its target in between does.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{Int64Type, TimestampMicrosecondType, UInt8Type},
};
use datafusion::{
    common::exec_datafusion_err,
    dataframe::DataFrame,
    prelude::{col, lit},
};
use futures::StreamExt as _;
use schemas::Instant;
use sla::{
    Calendars, Compiled,
    what_if::{Columns, Outcome, Pauses, recompute_with_instants},
};

use crate::error::Error;

/// Stretches held at once, 25 bytes each and as much again while they are sorted: beyond them there is not enough memory.
const STRETCHES_MAX: usize = 32 << 20;

/// Stretches of the lives of tickets in some statuses, by ticket and time. Instants are seconds.
#[derive(Debug, Default)]
pub(crate) struct Stretches {
    /// Ascending, each once.
    tickets: Vec<i64>,
    /// Where those of each ticket begin; one more than there are tickets.
    offsets: Vec<u32>,
    starts: Vec<i64>,
    stops: Vec<i64>,
    statuses: Vec<u8>,
}

impl Stretches {
    /// The stretches of `spans` that tickets passed in one of `statuses`.
    pub(crate) async fn of(spans: DataFrame, statuses: &BTreeSet<u8>) -> Result<Self, Error> {
        let listed = statuses.iter().map(|status| lit(*status)).collect();
        // Nothing comes after a ticket's last solution that a clock would have to leave out.
        let goes_on = col("is_open").eq(lit(true)).or(col("span_end").is_not_null());
        let spans = spans.filter(col("status").in_list(listed, false))?.filter(goes_on)?;
        let names = ["ticket_id", "span_start", "span_end", "status"];
        let mut rows: Vec<(i64, i64, i64, u8)> = Vec::new();
        let mut read = spans.select_columns(&names)?.execute_stream().await?;
        while let Some(batch) = read.next().await {
            let batch = batch?;
            let told = of_batch(&batch);
            rows.extend(told.ok_or_else(|| exec_datafusion_err!("spans have other columns than the contract's"))?);
            if rows.len() > STRETCHES_MAX {
                return Err(Error::Busy);
            }
        }
        Ok(Self::sorted(rows))
    }

    /// Of rows `(ticket, from, to, status)`, which share no time of a ticket.
    pub(crate) fn sorted(mut rows: Vec<(i64, i64, i64, u8)>) -> Self {
        rows.sort_unstable();
        let mut stretches = Self::default();
        for (ticket, from, to, status) in rows {
            if stretches.tickets.last() != Some(&ticket) {
                stretches.tickets.push(ticket);
                stretches.offsets.push(stretches.starts.len() as u32);
            }
            stretches.starts.push(from);
            stretches.stops.push(to);
            stretches.statuses.push(status);
        }
        stretches.offsets.push(stretches.starts.len() as u32);
        stretches
    }

    fn of_ticket(&self, ticket: i64) -> Range<usize> {
        let place = self.tickets.binary_search(&ticket);
        place.map_or(0..0, |place| self.offsets[place] as usize..self.offsets[place + 1] as usize)
    }
}

fn of_batch(batch: &RecordBatch) -> Option<impl Iterator<Item = (i64, i64, i64, u8)>> {
    let time = |name: &str| batch.column_by_name(name)?.as_primitive_opt::<TimestampMicrosecondType>();
    let tickets = batch.column_by_name("ticket_id")?.as_primitive_opt::<Int64Type>()?;
    let (starts, ends) = (time("span_start")?, time("span_end")?);
    let status = batch.column_by_name("status")?.as_primitive_opt::<UInt8Type>()?;
    let end = move |row: usize| if ends.is_valid(row) { Instant(ends.value(row)).seconds() } else { i64::MAX };
    let row = move |row| (tickets.value(row), Instant(starts.value(row)).seconds(), end(row), status.value(row));
    Some((0..batch.num_rows()).map(row))
}

/// What a clock is counted by. Instants are seconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<'a> {
    pub(crate) ticket: i64,
    pub(crate) start: i64,
    pub(crate) stop: i64,
    pub(crate) target: i64,
    /// None is all hours.
    pub(crate) calendar: Option<u64>,
    /// Statuses during which it stands still.
    pub(crate) pauses: &'a BTreeSet<u8>,
}

/// What a clock came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recounted {
    pub(crate) elapsed: i64,
    /// When the target was used up, where more was used.
    pub(crate) used_up: Option<i64>,
}

/// Clocks put in columns, to be counted together; the buffers are used again.
#[derive(Debug)]
pub(crate) struct Recount<'a> {
    calendars: &'a Calendars,
    stretches: &'a Stretches,
    palette: Vec<&'a Compiled>,
    places: HashMap<Option<u64>, u16>,
    starts: Vec<i64>,
    stops: Vec<i64>,
    targets: Vec<i64>,
    counts_by: Vec<u16>,
    offsets: Vec<u32>,
    pause_starts: Vec<i64>,
    pause_stops: Vec<i64>,
    outcome: Outcome,
}

impl<'a> Recount<'a> {
    pub(crate) fn new(calendars: &'a Calendars, stretches: &'a Stretches) -> Self {
        Self {
            calendars,
            stretches,
            palette: Vec::new(),
            places: HashMap::new(),
            starts: Vec::new(),
            stops: Vec::new(),
            targets: Vec::new(),
            counts_by: Vec::new(),
            offsets: vec![0],
            pause_starts: Vec::new(),
            pause_stops: Vec::new(),
            outcome: Outcome::default(),
        }
    }

    /// Adds a clock.
    pub(crate) fn push(&mut self, clock: &Counted<'_>) -> Result<(), Error> {
        let place = self.place(clock.calendar)?;
        self.counts_by.push(place);
        self.starts.push(clock.start);
        self.stops.push(clock.stop.max(clock.start));
        self.targets.push(clock.target);
        if !clock.pauses.is_empty() {
            for row in self.stretches.of_ticket(clock.ticket) {
                let (from, to) = (self.stretches.starts[row], self.stretches.stops[row]);
                let is_within = from < clock.stop && to > clock.start;
                if is_within && clock.pauses.contains(&self.stretches.statuses[row]) {
                    self.pause_starts.push(from);
                    self.pause_stops.push(to);
                }
            }
        }
        self.offsets.push(self.pause_starts.len() as u32);
        Ok(())
    }

    /// What each clock came to, in the order in which they were added; then there are none.
    pub(crate) fn run(&mut self) -> Result<Vec<Recounted>, Error> {
        let columns = Columns {
            starts: &self.starts,
            stops: &self.stops,
            pauses: Pauses::Stretches { offsets: &self.offsets, starts: &self.pause_starts, stops: &self.pause_stops },
            targets: &self.targets,
            calendars: &self.counts_by,
        };
        recompute_with_instants(&columns, &self.palette, &mut self.outcome)?;
        let outcomes = self.outcome.elapsed.iter().zip(&self.outcome.used_up);
        let found = outcomes.map(|(elapsed, used_up)| Recounted { elapsed: *elapsed, used_up: *used_up }).collect();
        for column in [&mut self.starts, &mut self.stops, &mut self.targets] {
            column.clear();
        }
        self.pause_starts.clear();
        self.pause_stops.clear();
        self.counts_by.clear();
        self.offsets.truncate(1);
        Ok(found)
    }

    fn place(&mut self, calendar: Option<u64>) -> Result<u16, Error> {
        if let Some(place) = self.places.get(&calendar) {
            return Ok(*place);
        }
        let place = u16::try_from(self.palette.len()).map_err(|_| exec_datafusion_err!("more than 65536 calendars"))?;
        self.palette.push(known(self.calendars, calendar)?);
        self.places.insert(calendar, place);
        Ok(place)
    }
}

/// The calendar called `id`; one that nobody knows never closes.
pub(crate) fn known(calendars: &Calendars, id: Option<u64>) -> Result<&Compiled, Error> {
    Ok(calendars.get(id).or_else(|_| calendars.get(None))?)
}
