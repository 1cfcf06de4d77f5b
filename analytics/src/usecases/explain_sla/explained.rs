//! From clocks to words.

use std::collections::BTreeMap;

use schemas::Instant;
use sla::{
    Calendars, Clock, Interval, Kind, Policy, Quirk, State, Step,
    clock::{Why, clocks},
    glpi::{Compared, compare},
};

use super::{SlaFigures, SlaInterval, SlaPromise, SlaQuirk, SlaShare, SlaSpent};
use crate::{
    clocks::{Seconds, Stretch, spent},
    error::Error,
    filters::STATUSES,
    lateness::{CLOCKS, name},
    stores::Dimensions,
    summaries::{Named, named, word},
    window::date,
};

/// What the clocks of a ticket are told with.
pub(super) struct Told<'a> {
    pub(super) stretches: Vec<Stretch>,
    pub(super) calendars: &'a Calendars,
    pub(super) dimensions: &'a Dimensions,
}

impl Told<'_> {
    /// Every promise that `steps` make until `at`.
    pub(super) fn promises(&self, steps: &[Step], at: i64) -> Result<Vec<SlaPromise>, Error> {
        let policy = Policy::default();
        let canonical = match clocks(steps, self.calendars, &policy, at) {
            // There was no ticket yet.
            Err(sla::Error::NotOpened) => return Ok(Vec::new()),
            clocks => clocks?,
        };
        let pairs = compare(steps, self.calendars, &policy, at)?;
        let pair = |clock: &Clock| {
            let same =
                |pair: &&Compared| (pair.canonical.kind, pair.canonical.attached) == (clock.kind, clock.attached);
            pairs.iter().find(same).filter(|_| clock.detached.is_none())
        };
        canonical.iter().map(|clock| self.promise(clock, pair(clock))).collect()
    }

    fn promise(&self, clock: &Clock, pair: Option<&Compared>) -> Result<SlaPromise, Error> {
        let family = if clock.kind.is_internal() { "OLA" } else { "SLA" };
        let quirk = |quirk: &Quirk| SlaQuirk { name: format!("{quirk:?}"), sentence: quirk.sentence().to_owned() };
        Ok(SlaPromise {
            clock: kind_name(clock.kind).to_owned(),
            agreement: named(family, clock.agreement.cast_signed(), self.dimensions),
            attached_at: second(clock.attached),
            detached_at: clock.detached.map(second),
            canonical: self.figures(clock),
            glpi: pair.map(|pair| self.figures(&pair.glpi)),
            modes_agree: pair.map(|pair| !pair.differs()),
            quirks: pair.map(|pair| pair.quirks.iter().map(quirk).collect()).unwrap_or_default(),
            spent: self.spent(clock)?,
        })
    }

    fn figures(&self, clock: &Clock) -> SlaFigures {
        SlaFigures {
            state: state_name(clock.state).to_owned(),
            calendar: self.calendar(clock.calendar),
            started_at: second(clock.start),
            stopped_at: clock.stopped.map(second),
            target_s: clock.target,
            elapsed_s: clock.elapsed,
            paused_s: clock.paused,
            idle_s: clock.idle,
            remaining_s: clock.remaining,
            due_at: clock.due.map(second),
            projected_due_at: clock.projected_due.map(second),
            breached_at: clock.breached_at.map(second),
            over_by_s: clock.over_by,
            intervals: clock.intervals.iter().map(|interval| self.interval(interval)).collect(),
        }
    }

    fn interval(&self, interval: &Interval) -> SlaInterval {
        let (why, status, reason) = match interval.why {
            Why::Working(status) => ("working", status, None),
            Why::Pending(status, reason) => ("pending", status, reason),
            Why::Over(status) => ("over", status, None),
        };
        SlaInterval {
            from: second(interval.from),
            to: second(interval.to),
            why: why.to_owned(),
            status: word(&STATUSES, Some(status.0.into())).to_owned(),
            pending_reason: reason.map(|id| named("PendingReason", id.cast_signed(), self.dimensions)),
            seconds: interval.seconds,
            counts: interval.counts,
            running_sum_s: interval.running_sum,
            calendar: self.calendar(interval.calendar),
        }
    }

    fn calendar(&self, id: Option<u64>) -> Option<Named> {
        id.map(|id| named("Calendar", id.cast_signed(), self.dimensions))
    }

    fn spent(&self, clock: &Clock) -> Result<SlaSpent, Error> {
        let spent = spent(clock, &self.stretches, self.calendars)?;
        let of = |kind: &'static str| move |id| named(kind, id, self.dimensions).name;
        Ok(SlaSpent {
            by_status: shares(&spent.by_status, |status| Some(word(&STATUSES, Some(status)).to_owned())),
            by_group: shares(&spent.by_group, of("Group")),
            by_technician: shares(&spent.by_technician, of("User")),
        })
    }
}

/// The most first; of equals the smaller id.
fn shares(table: &BTreeMap<Option<i64>, Seconds>, name: impl Fn(i64) -> Option<String>) -> Vec<SlaShare> {
    let share = |(id, seconds): (&Option<i64>, &Seconds)| SlaShare {
        id: *id,
        name: id.and_then(&name),
        seconds: seconds.all,
        of_target_s: seconds.of_target,
    };
    let mut shares: Vec<SlaShare> = table.iter().map(share).collect();
    shares.sort_by_key(|share| std::cmp::Reverse(share.seconds));
    shares
}

/// The clock's name in questions and answers.
fn kind_name(kind: Kind) -> &'static str {
    name(CLOCKS[kind as usize])
}

fn state_name(state: State) -> &'static str {
    match state {
        State::Running => "running",
        State::Paused => "paused",
        State::Met => "met",
        State::Breached => "breached",
        State::Cancelled => "cancelled",
    }
}

fn second(at: i64) -> chrono::DateTime<chrono::Utc> {
    date(Instant::from_seconds(at))
}
