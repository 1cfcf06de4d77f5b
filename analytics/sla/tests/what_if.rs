#![allow(clippy::unwrap_used, reason = "tests")]
//! What-if columns agree with single tickets.

use chrono_tz::Tz;
use proptest::prelude::*;
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
    let backwards = Pauses::Stretches { offsets: &[0, 1, 0], starts: &[0], stops: &[1] };
    assert!(matches!(answer(backwards), Err(Error::Length { column: "pause starts", .. })));
    let nothing = Pauses::Stretches { offsets: &[0, 0, 0], starts: &[], stops: &[] };
    assert!(answer(nothing).is_ok());
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

/// A clock, its pauses as gaps and lengths, its target, and its calendar.
fn row() -> impl Strategy<Value = (i64, i64, Vec<(i64, i64)>, i64, u16)> {
    let pauses = prop::collection::vec((0..6 * HOUR, 0..6 * HOUR), 0..4);
    (0..50 * HOUR, 0..24 * HOUR, pauses, 0..16 * HOUR, 0_u16..2)
}

proptest! {
    #[test]
    fn columns_are_counted_as_seconds_are(rows in prop::collection::vec(row(), 1..4)) {
        let calendars = calendars();
        let (mut offsets, mut pause_starts, mut pause_stops) = (vec![0], Vec::new(), Vec::new());
        for (start, _, pauses, ..) in &rows {
            // From before the clock until after it, perhaps.
            let mut at = MONDAY + start - 3 * HOUR;
            for (gap, length) in pauses {
                pause_starts.push(at + gap);
                at += gap + length;
                pause_stops.push(at);
            }
            offsets.push(u32::try_from(pause_starts.len()).unwrap());
        }
        let starts: Vec<i64> = rows.iter().map(|row| MONDAY + row.0).collect();
        let stops: Vec<i64> = rows.iter().map(|row| MONDAY + row.0 + row.1).collect();
        let targets: Vec<i64> = rows.iter().map(|row| row.3).collect();
        let by: Vec<u16> = rows.iter().map(|row| row.4).collect();
        let pauses = Pauses::Stretches { offsets: &offsets, starts: &pause_starts, stops: &pause_stops };
        let columns = Columns { starts: &starts, stops: &stops, pauses, targets: &targets, calendars: &by };
        let mut outcome = Outcome::default();
        recompute_with_instants(&columns, &calendars, &mut outcome).unwrap();

        for row in 0..rows.len() {
            let own = offsets[row] as usize..offsets[row + 1] as usize;
            let is_paused = |at: i64| {
                pause_starts[own.clone()].iter().zip(&pause_stops[own.clone()]).any(|(from, to)| *from <= at && at < *to)
            };
            let calendar = &calendars[usize::from(by[row])];
            let (mut used, mut used_up) = (0, None);
            for at in starts[row]..stops[row] {
                if used == targets[row] && used_up.is_none() {
                    used_up = Some(at);
                }
                used += i64::from(!is_paused(at) && calendar.between(at, at + 1) == 1);
            }
            prop_assert_eq!(outcome.elapsed[row], used);
            prop_assert_eq!(outcome.breached[row], used > targets[row]);
            if used > targets[row] && targets[row] > 0 {
                prop_assert_eq!(outcome.used_up[row], used_up);
            }
        }
    }
}
