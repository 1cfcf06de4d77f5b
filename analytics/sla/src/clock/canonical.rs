//! Canonical clocks: a pure fold over one ticket's steps.

use super::{
    Clock, Interval, Policy, State, Why,
    timeline::{Promise, Span, Timeline},
};
use crate::{Calendars, Compiled, Error, Step};

/// Every clock of a ticket at instant `now`, in the order in which the promises were made.
///
/// Steps after `now` are not known yet. A clock whose promise was replaced or taken back ends there.
pub fn clocks(steps: &[Step], calendars: &Calendars, policy: &Policy, now: i64) -> Result<Vec<Clock>, Error> {
    let timeline = Timeline::new(steps, policy, now)?;
    timeline.promises.iter().map(|promise| clock(promise, &timeline, calendars, policy)).collect()
}

fn clock(promise: &Promise, line: &Timeline, calendars: &Calendars, policy: &Policy) -> Result<Clock, Error> {
    let kind = promise.agreement.kind;
    // An opening date may be edited to after the promise: nobody can work before it.
    let promised = if kind.is_internal() { promise.attached } else { line.opened };
    let start = promise.reset.unwrap_or(promised).max(line.opened);
    let end = promise.detached.unwrap_or(line.now).max(start);
    let kept = if kind.is_own() {
        line.owned.filter(|owned| *owned <= end)
    } else {
        over_since(line, |from| from < end || (from == end && promise.detached.is_none()))
    };
    let until = kept.map_or(end, |kept| kept.clamp(start, end));

    let hours = promise.agreement.hours;
    let target_calendar = calendars.get(hours.calendar(ticket_calendar(line, start)))?;
    let calendar = hours.calendar(ticket_calendar(line, until));
    let mut clock = Clock {
        kind,
        agreement: promise.agreement.id,
        start,
        attached: promise.attached,
        detached: promise.detached,
        stopped: kept.map(|_| until).or(promise.detached),
        runs: false,
        target: promise.agreement.terms.target(target_calendar, start, policy.months),
        elapsed: 0,
        paused: 0,
        idle: 0,
        remaining: 0,
        due: None,
        projected_due: None,
        state: State::Running,
        breached_at: None,
        over_by: 0,
        intervals: Vec::new(),
        calendar,
    };
    for span in &line.spans {
        let span = Span { from: span.from.max(start), to: span.to.min(until), ..*span };
        if span.from < span.to {
            count(&mut clock, &span, hours.calendar(span.calendar), calendars, policy)?;
        }
    }
    conclude(&mut clock, line, kept.is_some(), policy);
    forecast(&mut clock, until, calendars.get(calendar)?);
    Ok(clock)
}

/// The start of the solved or closed time that the last span which `has_begun` belongs to.
fn over_since(line: &Timeline, has_begun: impl Fn(i64) -> bool) -> Option<i64> {
    let spans = line.spans.iter().rev().filter(|span| has_begun(span.from));
    spans.take_while(|span| span.status.is_over()).last().map(|span| span.from)
}

fn ticket_calendar(line: &Timeline, at: i64) -> Option<u64> {
    let span = line.spans.iter().rev().find(|span| span.from <= at).or(line.spans.first());
    span.and_then(|span| span.calendar)
}

/// Adds one span to the clock.
fn count(
    clock: &mut Clock,
    span: &Span,
    calendar: Option<u64>,
    calendars: &Calendars,
    policy: &Policy,
) -> Result<(), Error> {
    let compiled = calendars.get(calendar)?;
    let seconds = compiled.between(span.from, span.to);
    let why = why(clock, span, policy);
    let counts = matches!(why, Why::Working(_));
    if counts {
        let before = clock.elapsed;
        clock.elapsed += seconds;
        if clock.due.is_none() && clock.elapsed >= clock.target {
            clock.due = compiled.due(span.from, clock.target - before);
        }
    } else if matches!(why, Why::Over(_)) {
        clock.idle += seconds;
    } else {
        clock.paused += seconds;
    }
    let running_sum = clock.elapsed;
    clock.intervals.push(Interval { from: span.from, to: span.to, seconds, why, counts, running_sum, calendar });
    Ok(())
}

fn why(clock: &Clock, span: &Span, policy: &Policy) -> Why {
    if span.status.is_over() && !clock.kind.is_own() {
        Why::Over(span.status)
    } else if policy.pauses(clock.kind, span.status, span.reason) {
        Why::Pending(span.status, span.reason)
    } else {
        Why::Working(span.status)
    }
}

fn conclude(clock: &mut Clock, line: &Timeline, kept: bool, policy: &Policy) {
    clock.remaining = clock.target - clock.elapsed;
    clock.over_by = (-clock.remaining).max(0);
    if clock.over_by > 0 {
        // Nothing can be broken before it is promised.
        clock.breached_at = clock.due.map(|due| due.max(clock.attached));
    }
    let now = line.spans.last();
    let pauses = now.is_some_and(|span| policy.pauses(clock.kind, span.status, span.reason));
    clock.runs = clock.stopped.is_none() && !pauses;
    clock.state = match (clock.over_by > 0, kept, clock.detached.is_some()) {
        (true, ..) => State::Breached,
        (false, true, _) => State::Met,
        (false, false, true) => State::Cancelled,
        (false, false, false) if pauses => State::Paused,
        (false, false, false) => State::Running,
    };
}

/// Says when the target will be used up if the clock runs from `at` on.
fn forecast(clock: &mut Clock, at: i64, calendar: &Compiled) {
    let reached = clock.due;
    clock.projected_due = reached.or_else(|| calendar.due(at, clock.remaining));
    if clock.state != State::Paused {
        clock.due = clock.projected_due;
    }
}
