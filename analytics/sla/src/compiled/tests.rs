#![allow(clippy::unwrap_used, reason = "tests")]
//! Business time on days that are easy to count by hand.

use chrono::DateTime;
use chrono_tz::Tz;

use super::*;
use crate::{Closing, MonthDay, Segment};

fn at(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp()
}

fn office(zone: Tz) -> Calendar {
    let week: Vec<Segment> = (1..=5).map(|day| Segment::parse(day, "09:00", "18:00").unwrap()).collect();
    Calendar::new(zone, &week, vec![]).unwrap()
}

#[test]
fn a_ticket_of_friday_evening_waits_for_monday() {
    let office = Compiled::new(office(Tz::UTC));
    assert_eq!(office.between(at("2026-03-06T17:00:00Z"), at("2026-03-09T10:00:00Z")), 7200);
    assert_eq!(office.due(at("2026-03-06T17:00:00Z"), 7200), Some(at("2026-03-09T10:00:00Z")));
    assert_eq!(office.next_open(at("2026-03-06T18:00:00Z")), Some(at("2026-03-09T09:00:00Z")));
    assert_eq!(office.next_open(at("2026-03-06T17:59:59Z")), Some(at("2026-03-06T17:59:59Z")));
}

#[test]
fn hours_that_end_at_closing_are_due_at_closing() {
    let office = Compiled::new(office(Tz::UTC));
    assert_eq!(office.due(at("2026-03-06T17:00:00Z"), 3600), Some(at("2026-03-06T18:00:00Z")));
}

#[test]
fn a_night_shift_counts_the_hour_that_the_clocks_skip_or_repeat() {
    let nights: Vec<Segment> = (0..7).map(|day| Segment::parse(day, "22:00", "06:00").unwrap()).collect();
    let nights = Compiled::new(Calendar::new(Tz::Europe__Lisbon, &nights, vec![]).unwrap());
    assert_eq!(nights.between(at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")), 7 * 3600);
    assert_eq!(nights.between(at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")), 9 * 3600);
    assert_eq!(nights.between(at("2026-06-24T12:00:00Z"), at("2026-06-25T12:00:00Z")), 8 * 3600);
}

#[test]
fn the_year_end_closing_runs_over_new_year() {
    let every_day: Vec<Segment> = (0..7).map(|day| Segment::parse(day, "00:00", "24:00").unwrap()).collect();
    let closing = Closing::yearly(MonthDay::new(12, 24).unwrap(), MonthDay::new(1, 2).unwrap());
    let calendar = Compiled::new(Calendar::new(Tz::UTC, &every_day, vec![closing]).unwrap());
    assert_eq!(calendar.between(at("2025-12-23T00:00:00Z"), at("2026-01-04T00:00:00Z")), 2 * 86_400);
}

#[test]
fn a_new_version_leaves_the_past_alone() {
    let versions = CalendarVersions::one(office(Tz::UTC)).then(at("2026-03-05T00:00:00Z"), Calendar::always(Tz::UTC));
    let calendar = Compiled::new(versions.unwrap());
    assert_eq!(calendar.between(at("2026-03-04T00:00:00Z"), at("2026-03-06T00:00:00Z")), 9 * 3600 + 86_400);
}

#[test]
fn instants_beyond_the_table_are_counted_all_the_same() {
    let calendar = office(Tz::America__New_York);
    let (small, large) = (
        Compiled::covering(calendar.clone(), at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z")),
        Compiled::covering(calendar, at("1950-01-01T00:00:00Z"), at("2070-01-01T00:00:00Z")),
    );
    for (start, end) in
        [("1960-05-05T05:05:05Z", "2050-01-01T10:00:00Z"), ("2030-01-01T10:00:00Z", "2031-07-01T13:00:01Z")]
    {
        let (start, end) = (at(start), at(end));
        let open = large.between(start, end);
        assert_eq!(small.between(start, end), open);
        assert_eq!(small.due(start, open), large.due(start, open));
    }
}

#[test]
fn the_ends_of_time_are_counted_without_walking_there() {
    let calendar = Compiled::covering(office(Tz::Europe__Paris), 0, 86_400 * 30);
    let year = 52_178 * 5 * 9 * 3600 / 1000;
    let open = calendar.between(i64::MIN, i64::MAX);
    assert!(open / ((1_i64 << 62) / 31_556_952) - year < 10_000, "{open}");
    let far = 1_i64 << 55;
    let due = calendar.due(-far, open / 8).unwrap();
    assert_eq!(calendar.between(-far, due), open / 8);
    let never = Compiled::new(Calendar::new(Tz::UTC, &[], vec![]).unwrap());
    assert_eq!((never.due(0, 1), never.between(i64::MIN, i64::MAX)), (None, 0));
}

/// Open seconds in [from, to), stretch by stretch.
fn by_definition(calendar: &Calendar, from: i64, to: i64) -> i64 {
    let mut open = 0;
    let _: ControlFlow<()> = stretches(&calendar.clone().into(), from..to, true, &mut |begin, end| {
        open += end - begin;
        ControlFlow::Continue(())
    });
    open
}

#[test]
fn centuries_outside_the_table_are_counted_as_their_days_are() {
    let week: Vec<Segment> = (1..=5).map(|day| Segment::parse(day, "09:00", "18:00").unwrap()).collect();
    let date = |year, month, day| chrono::NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let closings = vec![
        Closing::yearly(MonthDay::new(12, 24).unwrap(), MonthDay::new(1, 2).unwrap()),
        // Those that happen once lie far from the table, on both sides.
        Closing::dates(date(2500, 1, 4), date(2500, 3, 8)).unwrap(),
        Closing::dates(date(1500, 1, 4), date(1500, 3, 8)).unwrap(),
    ];
    let calendar = Calendar::new(Tz::Europe__Lisbon, &week, closings).unwrap();
    let compiled = Compiled::covering(calendar.clone(), at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let year = |year: i64| (year - 1970) * 31_556_952 + 12 * 3_600;
    for from in [-1_300, 1_499, 2_026, 2_600] {
        for span in [1, 400, 850] {
            let (from, to) = (year(from), year(from + span));
            let open = by_definition(&calendar, from, to);
            assert_eq!(compiled.between(from, to), open, "{from} {to}");
            for seconds in [1, open / 3, open] {
                let due = compiled.due(from, seconds).unwrap();
                assert_eq!(by_definition(&calendar, from, due), seconds, "{from} {seconds}");
                assert_eq!(by_definition(&calendar, from, due - 1), seconds - 1, "{from} {seconds}");
            }
        }
    }
}

#[test]
fn a_day_that_apia_skipped_has_no_business_time() {
    let every_day: Vec<Segment> = (0..7).map(|day| Segment::parse(day, "09:00", "17:00").unwrap()).collect();
    let apia = Compiled::new(Calendar::new(Tz::Pacific__Apia, &every_day, vec![]).unwrap());
    // 2011-12-30 did not happen: Thursday noon there to Saturday noon is one day.
    assert_eq!(apia.between(at("2011-12-29T22:00:00Z"), at("2011-12-30T22:00:00Z")), 8 * 3600);
}
