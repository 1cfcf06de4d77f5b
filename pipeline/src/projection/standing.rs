//! Standings: how the promises to a ticket stand, in the few numbers that tell when parts of their targets are used up.
//!
//! They are made with the ticket's rows and from the same clocks. What lies behind is kept as instants, what lies ahead as
//! what is left and by which hours it counts: a calendar that changes moves it without the ticket.

use serde::{Deserialize, Serialize};
use sla::{Calendars, Clock, Error as SlaError, Hours, Kind, Step, What as Happened};

use super::{
    Error,
    memory::{Memory, What, read, write},
    rows::ClockRow,
};

/// Where the standings of tickets are kept, by ticket.
pub const CLOCKS_SPACE: &str = "clocks";

/// The parts of a target that are told, in percent.
pub(crate) const PERCENTS: [u32; 5] = [50, 75, 90, 95, 100];

/// The promises to one ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub(crate) entity_id: i64,
    /// Counts include the ticket.
    pub(crate) is_counted: bool,
    /// Those of which something was used up or can be, in the order in which they were made.
    pub(crate) promises: Vec<Promise>,
}

/// One promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Promise {
    pub(crate) kind: Kind,
    pub(crate) attached: i64,
    pub(crate) agreement: i64,
    pub(crate) target: i64,
    /// When each of [`PERCENTS`] was used up, and the promise held; none for what lies ahead or never comes.
    pub(crate) used: [Option<i64>; 5],
    /// More than the target was used.
    pub(crate) is_broken: bool,
    /// The calendar that counts now, or counted last; none is all hours.
    pub(crate) calendar: Option<u64>,
    /// How it goes on counting; none while it is paused and after its end.
    pub(crate) run: Option<Run>,
    /// Who held the ticket when the target was used up, or holds it now.
    pub(crate) technician_id: Option<i64>,
    pub(crate) group_id: Option<i64>,
}

/// A clock that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Run {
    /// From when on.
    pub(crate) since: i64,
    /// What was used until then.
    pub(crate) elapsed: i64,
    /// The hours are those of the ticket's entity.
    pub(crate) is_by_entity: bool,
}

impl Standing {
    /// The standing in a working state of [`CLOCKS_SPACE`].
    pub fn read(state: &[u8]) -> Result<Self, Error> {
        read(state)
    }

    /// The standing as a working state.
    pub fn write(&self) -> Result<Vec<u8>, Error> {
        write(self)
    }
}

impl Promise {
    /// How much of the target `percent` of it are.
    pub(crate) fn part(target: i64, percent: u32) -> i64 {
        let whole = i128::from(target) * i128::from(percent);
        i64::try_from((whole + 99).div_euclid(100)).unwrap_or(i64::MAX)
    }

    /// The promise that `clock` measures and `row` shows; none if nothing of it was used up or can be.
    pub(super) fn of(
        clock: &Clock,
        row: &ClockRow,
        steps: &[Step],
        (calendars, now): (&Calendars, i64),
    ) -> Result<Option<Self>, SlaError> {
        let mut used = [None; 5];
        for (used, crossing) in used.iter_mut().zip(clock.crossings(&PERCENTS, calendars)?) {
            if clock.elapsed >= Self::part(clock.target, crossing.percent) {
                // Nothing is used up of what was not promised yet.
                *used = crossing.at.map(|at| at.max(clock.attached));
            }
        }
        let is_by_entity = steps.iter().any(|step| {
            step.at == clock.attached
                && matches!(step.what, Happened::Attached(made) if made.kind == clock.kind && made.hours == Hours::Ticket)
        });
        let run = Run { since: now.max(clock.start), elapsed: clock.elapsed, is_by_entity };
        let run = clock.runs.then_some(run);
        if run.is_none() && used.iter().all(Option::is_none) {
            return Ok(None);
        }
        Ok(Some(Self {
            kind: clock.kind,
            attached: clock.attached,
            agreement: clock.agreement.cast_signed(),
            target: clock.target,
            used,
            is_broken: clock.over_by > 0,
            calendar: clock.calendar,
            run,
            technician_id: row.technician_ids.first().copied(),
            group_id: row.group_ids.first().copied(),
        }))
    }
}

/// Whether the ticket ever bore a promise: a ticket that lost them all has a standing, too, which says so.
pub(super) fn was_promised(memory: &Memory) -> bool {
    let named = memory.named.iter().any(|named| named.agreements.iter().any(Option::is_some));
    named || memory.changes.iter().any(|change| matches!(change.what, What::Agreement { .. }))
}
