//! Promises counted anew: whole columns at once, and those that columns cannot tell from the steps of their tickets.
//!
//! Columns know whole statuses and one calendar for each promise. Whether that tells a promise to the second shows when it is
//! counted as it is: what comes out must be what its row says. Where it is not (its entity had another calendar before, or a
//! status lasted less than a second), the steps are asked.

use std::collections::HashMap;

use arrow::array::RecordBatch;
use datafusion::{
    dataframe::DataFrame,
    prelude::{Expr, col, lit},
};
use futures::StreamExt as _;
use sla::{Calendars, Clock, Kind, Step, What, clock::clocks};

use super::{
    promises::{Promise, Side},
    rules::{Give, Rules, times},
};
use crate::{
    clocks::{Counted, Known, Recount, Recounted, Stretches, read_steps},
    error::Error,
    lateness::{CLOCKS, name},
    plans::rows::Columns,
};

/// Promises of one batch, on the other side.
pub(super) struct Anew {
    /// In the order of the promises; those that the scenario does not touch are as they are.
    pub(super) after: Vec<Side>,
    /// Places of those that were counted anew.
    pub(super) touched: Vec<usize>,
    /// Places of those of them that columns cannot tell.
    pub(super) doubtful: Vec<usize>,
}

/// Counts promises by `rules` at `now`.
pub(super) struct Counter<'a> {
    pub(super) rules: &'a Rules,
    pub(super) known: &'a Known,
    pub(super) now: i64,
    recount: Recount<'a>,
}

impl<'a> Counter<'a> {
    pub(super) fn new(rules: &'a Rules, known: &'a Known, stretches: &'a Stretches, now: i64) -> Self {
        Self { rules, known, now, recount: Recount::new(&rules.calendars, stretches) }
    }

    /// How `promises` would stand.
    pub(super) fn count(&mut self, promises: &[Promise]) -> Result<Anew, Error> {
        let mut after: Vec<Side> = promises.iter().map(|promise| promise.before).collect();
        let (mut touched, mut targets) = (Vec::new(), Vec::new());
        for (place, promise) in promises.iter().enumerate() {
            let by = self.rules.terms(promise, self.known)?;
            let [was, is] = self.rules.pauses(promise.kind);
            if by.calendar == promise.calendar && by.target == promise.before.target && was == is {
                continue;
            }
            let clock = Counted {
                ticket: promise.ticket,
                start: promise.start,
                stop: promise.stopped.unwrap_or(self.now),
                target: promise.before.target,
                calendar: promise.calendar,
                pauses: was,
            };
            self.recount.push(&clock)?;
            self.recount.push(&Counted { target: by.target, calendar: by.calendar, pauses: is, ..clock })?;
            touched.push(place);
            targets.push(by.target);
        }
        let mut doubtful = Vec::new();
        for ((pair, place), target) in self.recount.run()?.chunks_exact(2).zip(&touched).zip(targets) {
            let (promise, [as_is, anew]) = (&promises[*place], [pair[0], pair[1]]);
            if !agrees(promise, as_is) {
                doubtful.push(*place);
            }
            after[*place] = promise.side(target, anew.elapsed, anew.used_up);
        }
        Ok(Anew { after, touched, doubtful })
    }

    /// How promises of tickets that lived through `steps` would stand; `None` where the steps know no such promise.
    fn by_steps(&self, promise: &Promise, steps: &[Step]) -> Result<Option<Side>, Error> {
        let (calendars, give) = (&self.rules.calendars, self.rules.give(promise));
        let hours = self.rules.swap(promise);
        let mut steps = steps.to_vec();
        for step in &mut steps {
            if let What::Attached(agreement) = &mut step.what
                && (agreement.kind, agreement.id.cast_signed()) == (promise.kind, promise.agreement_id())
            {
                agreement.hours = hours.unwrap_or(agreement.hours);
                if let Some(Give::Terms(terms)) = give {
                    agreement.terms = terms;
                }
            }
        }
        let found = match clocks(&steps, calendars, &self.rules.policy, self.now) {
            // Neither would anything else tell what a calendar that is gone had counted.
            Err(sla::Error::UnknownCalendar { .. } | sla::Error::NotOpened) => return Ok(None),
            found => found?,
        };
        let clock = found.iter().find(|clock| (clock.kind, clock.attached) == (promise.kind, promise.attached));
        let Some(clock) = clock else { return Ok(None) };
        let target = times(clock.target, give);
        Ok(Some(promise.side(target, clock.elapsed, used_up(clock, target, calendars)?)))
    }
}

/// Whether what columns make of a promise as it is, is what its row says.
fn agrees(promise: &Promise, counted: Recounted) -> bool {
    let side = promise.side(promise.before.target, counted.elapsed, counted.used_up);
    (side.elapsed, side.breached) == (promise.before.elapsed, promise.before.breached)
}

/// When so much of a clock was used, if it was.
fn used_up(clock: &Clock, target: i64, calendars: &Calendars) -> Result<Option<i64>, Error> {
    let mut before = 0;
    for interval in clock.intervals.iter().filter(|interval| interval.counts) {
        if interval.running_sum >= target {
            return Ok(calendars.get(interval.calendar)?.due(interval.from, target - before));
        }
        before = interval.running_sum;
    }
    Ok(None)
}

/// A promise among all: its ticket, clock and the second at which it was made.
type Key = (i64, Kind, i64);

/// Tickets that are named in a plan; more of them are picked out of all.
const NAMED_MAX: usize = 1_000;

/// How each of `promises` would stand, from the steps in `rows` of `sla_clocks`; as it is where they tell nothing.
pub(super) async fn from_steps(
    counter: &Counter<'_>,
    promises: &[Promise],
    rows: DataFrame,
) -> Result<Vec<Side>, Error> {
    let mut sides: Vec<Side> = promises.iter().map(|promise| promise.before).collect();
    let places: HashMap<Key, usize> = promises
        .iter()
        .enumerate()
        .map(|(place, promise)| ((promise.ticket, promise.kind, promise.attached), place))
        .collect();
    let mut rows = rows;
    if promises.len() <= NAMED_MAX {
        let tickets: Vec<Expr> = promises.iter().map(|promise| lit(promise.ticket)).collect();
        rows = rows.filter(col("ticket_id").in_list(tickets, false))?;
    }
    let mut read = rows.select_columns(&["ticket_id", "clock", "attached_at", "steps"])?.execute_stream().await?;
    while let Some(batch) = read.next().await {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            let Some(place) = key(&batch, row)?.and_then(|key| places.get(&key)) else { continue };
            let steps = Columns::of(&batch).text("steps", row)?.unwrap_or_default();
            let side = counter.by_steps(&promises[*place], &read_steps(&steps)?)?;
            sides[*place] = side.unwrap_or(sides[*place]);
        }
    }
    Ok(sides)
}

fn key(batch: &RecordBatch, row: usize) -> Result<Option<Key>, Error> {
    let columns = Columns::of(batch);
    let clock = columns.text("clock", row)?;
    let place = CLOCKS.iter().position(|known| Some(name(*known)) == clock.as_deref());
    let kind = place.map(|place| Kind::ALL[place]);
    let (ticket, attached) = (columns.integer("ticket_id", row)?, columns.instant("attached_at", row)?);
    Ok(ticket.zip(kind).zip(attached).map(|((ticket, kind), attached)| (ticket, kind, attached.seconds())))
}
