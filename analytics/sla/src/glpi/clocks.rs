//! Clocks as GLPI's row implies them: stored deadlines, stored waiting, and GLPI's rule for late.

use super::{
    Stored, Walker, is_late,
    stored::{self, Promise},
};
use crate::{
    Calendars, Clock, Error, Interval, Kind, Policy, Quirks, State, Status, Step,
    clock::{
        Why,
        timeline::{Span, Timeline},
    },
};

/// One clock for each promise that the row of a ticket names at instant `now`.
pub fn clocks(steps: &[Step], calendars: &Calendars, now: i64) -> Result<Vec<Clock>, Error> {
    let row = stored::stored(steps, calendars, Quirks::GLPI, now)?;
    let line = Timeline::new(steps, &Policy::default(), now)?;
    let kinds = Kind::ALL.into_iter().filter_map(|kind| Some((kind, row.promises[kind as usize]?)));
    kinds.map(|(kind, promise)| clock(kind, &promise, &row, calendars, &line)).collect()
}

fn clock(kind: Kind, promise: &Promise, row: &Stored, calendars: &Calendars, line: &Timeline) -> Result<Clock, Error> {
    let calendar = row.calendar(kind);
    let walker = Walker::new(calendars.get(calendar)?.versions().at(line.now));
    let stopped = if kind.is_own() { row.taken_into_account_at } else { row.solved_at };
    let until = stopped.unwrap_or(line.now).max(promise.start);
    let terms = promise.agreement.terms;
    let target = match walker.due(terms, promise.start, 0) {
        Some(due) if terms.in_days() => walker.active(promise.start, due),
        _ => terms.seconds(),
    };
    let late = is_late(row, kind, row.due(kind), line.now);
    let elapsed = (walker.active(promise.start, until) - row.waiting_of(kind)).max(0);
    let intervals = intervals(kind, (promise.start, until), line, |from, to| walker.active(from, to), calendar);
    Ok(Clock {
        kind,
        agreement: promise.agreement.id,
        start: promise.start,
        attached: promise.attached,
        detached: None,
        stopped,
        runs: stopped.is_none() && row.status != Status::PENDING.0,
        target,
        elapsed,
        paused: row.waiting_of(kind),
        idle: 0,
        remaining: target - elapsed,
        due: promise.due,
        projected_due: promise.due,
        state: state(row, late, stopped.is_some()),
        breached_at: promise.due.filter(|_| late),
        over_by: promise.due.filter(|_| late).map_or(0, |due| walker.active(due, until)),
        intervals,
        calendar,
    })
}

fn state(row: &Stored, late: bool, stopped: bool) -> State {
    match (late, stopped, row.status == Status::PENDING.0) {
        (true, ..) => State::Breached,
        (_, true, _) => State::Met,
        (_, _, true) => State::Paused,
        _ => State::Running,
    }
}

fn intervals(
    kind: Kind,
    (start, until): (i64, i64),
    line: &Timeline,
    active: impl Fn(i64, i64) -> i64,
    calendar: Option<u64>,
) -> Vec<Interval> {
    let mut running_sum = 0;
    let clipped = line.spans.iter().map(|span| Span { from: span.from.max(start), to: span.to.min(until), ..*span });
    let lived = clipped.filter(|span| span.from < span.to);
    lived
        .map(|span| {
            let seconds = active(span.from, span.to);
            let why = match span.status {
                status if kind.is_own() => Why::Working(status),
                status if status.is_over() => Why::Over(status),
                Status::PENDING => Why::Pending(Status::PENDING, span.reason),
                status => Why::Working(status),
            };
            let counts = matches!(why, Why::Working(_));
            running_sum += if counts { seconds } else { 0 };
            Interval { from: span.from, to: span.to, seconds, why, counts, running_sum, calendar }
        })
        .collect()
}
