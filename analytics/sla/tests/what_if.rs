#![allow(clippy::unwrap_used, reason = "tests")]
//! What-if columns agree with single tickets.

use chrono_tz::Tz;
use sla::{
    Calendar, Compiled, Error, Segment,
    what_if::{Columns, Outcome, Pauses, recompute, recompute_with_instants},
};

const HOUR: i64 = 3600;
/// Monday 2026-03-02 00:00 UTC.
const MONDAY: i64 = 1_772_409_600;

fn calendars() -> [Compiled; 2] {
    let week: Vec<Segment> = (1..=5).map(|day| Segment::parse(day, "09:00", "18:00").unwrap()).collect();
    [Compiled::new(Calendar::new(Tz::UTC, &week, vec![]).unwrap()), Compiled::always(Tz::UTC)]
}

fn answer(pauses: Pauses<'_>) -> Result<Outcome, Error> {
    let starts = [MONDAY + 10 * HOUR; 2];
    let stops = [MONDAY + 34 * HOUR; 2];
    let columns =
        Columns { starts: &starts, stops: &stops, pauses, targets: &[9 * HOUR, 24 * HOUR - 1], calendars: &[0, 1] };
    let mut outcome = Outcome::default();
    recompute(&columns, &calendars(), &mut outcome).map(|()| outcome)
}

#[test]
fn each_ticket_is_counted_by_its_own_calendar() {
    let outcome = answer(Pauses::None).unwrap();
    assert_eq!((outcome.elapsed, outcome.breached), (vec![9 * HOUR, 24 * HOUR], vec![false, true]));
}

#[test]
fn pauses_are_left_out_as_seconds_or_as_stretches() {
    assert_eq!(answer(Pauses::Seconds(&[HOUR, HOUR])).unwrap().elapsed, [8 * HOUR, 23 * HOUR]);
    // The second pause began before the ticket, and only its office hour counts.
    let starts = [MONDAY + 17 * HOUR, MONDAY];
    let stops = [MONDAY + 20 * HOUR, MONDAY + 12 * HOUR];
    let stretches = Pauses::Stretches { offsets: &[0, 1, 2], starts: &starts, stops: &stops };
    assert_eq!(answer(stretches).unwrap().elapsed, [8 * HOUR, 22 * HOUR]);
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    assert!(matches!(answer(Pauses::Seconds(&[1])), Err(Error::Length { column: "pauses", .. })));
    let wild = Pauses::Stretches { offsets: &[0, 9, 9], starts: &[0], stops: &[1] };
    assert!(matches!(answer(wild), Err(Error::Length { column: "pause starts", length: 1, expected: 9 })));
}

#[test]
fn a_broken_promise_tells_when_its_target_was_used_up() {
    let starts = [MONDAY + 10 * HOUR; 2];
    let stops = [MONDAY + 34 * HOUR; 2];
    // An hour's pause, then one that began before the clock.
    let pauses = Pauses::Stretches {
        offsets: &[0, 1, 2],
        starts: &[MONDAY + 12 * HOUR, MONDAY],
        stops: &[MONDAY + 13 * HOUR, MONDAY + 11 * HOUR],
    };
    let columns = Columns { starts: &starts, stops: &stops, pauses, targets: &[3 * HOUR, HOUR], calendars: &[0, 1] };
    let mut outcome = Outcome::default();
    recompute_with_instants(&columns, &calendars(), &mut outcome).unwrap();
    assert_eq!(outcome.used_up, [Some(MONDAY + 14 * HOUR), Some(MONDAY + 12 * HOUR)]);
    let kept = Columns { targets: &[8 * HOUR, 23 * HOUR], ..columns };
    recompute_with_instants(&kept, &calendars(), &mut outcome).unwrap();
    assert_eq!(outcome.used_up, [None, None]);
}
