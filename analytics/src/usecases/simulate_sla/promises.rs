//! Promises as their rows tell them, and how they stand on one side.

use arrow::{
    array::{Array, AsArray, PrimitiveArray, RecordBatch},
    datatypes::{ArrowPrimitiveType, Int64Type, TimestampMicrosecondType, UInt8Type},
};
use datafusion::{common::exec_datafusion_err, prelude::Expr, prelude::col};
use schemas::Instant;
use sla::{Kind, State};

use crate::{
    clocks::{AGREEMENT_KEY, CLOCK_NUMBER, Live, agreement, state_number},
    error::Error,
};

/// The columns of `clocks::standing` that promises are read from, beside dimensions.
const COLUMNS: [&str; 12] = [
    "ticket_id",
    CLOCK_NUMBER,
    AGREEMENT_KEY,
    "priority",
    "attached_at",
    "detached_at",
    "started_at",
    "stopped_at",
    "target_s",
    "calendar_id",
    URGENCY,
    IMPACT,
];
pub(super) const URGENCY: &str = "urgency";
pub(super) const IMPACT: &str = "impact";
const LIVE: [Live; 4] = [Live::State, Live::ElapsedS, Live::BreachedAt, Live::ConcludedAt];

const STATES: [State; 5] = [State::Running, State::Paused, State::Met, State::Breached, State::Cancelled];

/// One promise to one ticket. Instants and durations are seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Promise {
    pub(super) ticket: i64,
    pub(super) kind: Kind,
    /// As `clocks::agreement` takes it apart.
    pub(super) agreement: i64,
    pub(super) priority: u8,
    pub(super) urgency: u8,
    pub(super) impact: u8,
    pub(super) attached: i64,
    pub(super) detached: Option<i64>,
    pub(super) start: i64,
    pub(super) stopped: Option<i64>,
    pub(super) calendar: Option<u64>,
    pub(super) before: Side,
}

/// How a promise stands on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Side {
    pub(super) state: State,
    pub(super) target: i64,
    pub(super) elapsed: i64,
    pub(super) breached: Option<i64>,
    /// When it was broken, kept or taken back.
    pub(super) concluded: Option<i64>,
}

impl Promise {
    /// GLPI's id of the SLA or OLA.
    pub(super) fn agreement_id(&self) -> i64 {
        agreement(self.agreement).1
    }

    /// How it stands where so much of a target is used; by the rule that rows follow.
    pub(super) fn side(&self, target: i64, elapsed: i64, used_up: Option<i64>) -> Side {
        let state = match (elapsed > target, self.stopped) {
            (true, _) => State::Breached,
            // Kept in the second in which it is taken back is taken back.
            (false, Some(_)) if self.stopped == self.detached => State::Cancelled,
            (false, Some(_)) => State::Met,
            (false, None) if self.before.state == State::Paused => State::Paused,
            (false, None) => State::Running,
        };
        // Nothing can be broken before it is promised.
        let breached = used_up.filter(|_| state == State::Breached).map(|at| at.max(self.attached));
        Side { state, target, elapsed, breached, concluded: breached.or(self.stopped) }
    }
}

impl Side {
    /// Seconds beyond the target.
    pub(super) fn over_by(&self) -> i64 {
        (self.elapsed - self.target).max(0)
    }

    /// Its name; what is not decided yet is open.
    pub(super) fn name(&self) -> &'static str {
        match self.state {
            State::Running | State::Paused => "open",
            State::Met => "met",
            State::Breached => "breached",
            State::Cancelled => "cancelled",
        }
    }
}

/// The columns that [`promises`] needs; `has_urgency` where those of tickets are among them.
pub(super) fn columns(has_urgency: bool) -> Vec<Expr> {
    let plain = COLUMNS.iter().filter(|name| has_urgency || ![URGENCY, IMPACT].contains(*name));
    plain.map(|name| col(*name)).chain(LIVE.iter().map(|live| col(live.column()))).collect()
}

/// The promises of `batch`, one for each row.
pub(super) fn promises(batch: &RecordBatch) -> Result<Vec<Promise>, Error> {
    let number = |name: &str| typed::<Int64Type>(batch, name);
    let small = |name: &str| typed::<UInt8Type>(batch, name);
    let time = |name: &str| typed::<TimestampMicrosecondType>(batch, name);
    let (tickets, clocks, agreements) = (number("ticket_id")?, number(CLOCK_NUMBER)?, number(AGREEMENT_KEY)?);
    let (targets, calendars, priorities) = (number("target_s")?, number("calendar_id")?, small("priority")?);
    let (attached, detached) = (time("attached_at")?, time("detached_at")?);
    let (started, stopped) = (time("started_at")?, time("stopped_at")?);
    let (states, elapsed) = (number(Live::State.column())?, number(Live::ElapsedS.column())?);
    let (breached, concluded) = (time(Live::BreachedAt.column())?, time(Live::ConcludedAt.column())?);
    let (urgencies, impacts) = (small(URGENCY).ok(), small(IMPACT).ok());
    let one = |row: usize| -> Option<Promise> {
        let state = at(states, row)?;
        Some(Promise {
            ticket: at(tickets, row)?,
            kind: *Kind::ALL.get(usize::try_from(at(clocks, row)?).ok()?)?,
            agreement: at(agreements, row)?,
            priority: at(priorities, row)?,
            urgency: urgencies.and_then(|column| at(column, row)).unwrap_or(0),
            impact: impacts.and_then(|column| at(column, row)).unwrap_or(0),
            attached: second(attached, row)?,
            detached: second(detached, row),
            start: second(started, row)?,
            stopped: second(stopped, row),
            calendar: at(calendars, row).and_then(|id| u64::try_from(id).ok()),
            before: Side {
                state: STATES.into_iter().find(|known| state_number(*known) == state)?,
                target: at(targets, row)?,
                elapsed: at(elapsed, row)?,
                breached: second(breached, row),
                concluded: second(concluded, row),
            },
        })
    };
    let wrong = || Error::from(exec_datafusion_err!("a row of sla_clocks lacks what every row has"));
    (0..batch.num_rows()).map(|row| one(row).ok_or_else(wrong)).collect()
}

fn typed<'a, T: ArrowPrimitiveType>(batch: &'a RecordBatch, name: &str) -> Result<&'a PrimitiveArray<T>, Error> {
    let column = batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<T>());
    column.ok_or_else(|| Error::from(exec_datafusion_err!("column {name} is missing or of another type")))
}

fn at<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, row: usize) -> Option<T::Native> {
    array.is_valid(row).then(|| array.value(row))
}

fn second(array: &PrimitiveArray<TimestampMicrosecondType>, row: usize) -> Option<i64> {
    at(array, row).map(|micros| Instant(micros).seconds())
}
