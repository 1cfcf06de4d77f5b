//! Working time against hand-made calendars.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;

const HOUR: i64 = 3_600;

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap()
}

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
}

/// Monday to Friday, 09:00 to 12:00 and 13:00 to 18:00, closed on `closings`.
fn office(closings: Vec<Closing>) -> Calendar {
    let segments: Vec<Segment> = (1..=5)
        .flat_map(|weekday| {
            [(9, 12), (13, 18)].map(|(begin, end)| Segment { weekday, begin: begin * HOUR, end: end * HOUR })
        })
        .collect();
    Calendar::new(&segments, closings)
}

fn closing(begin: &str, end: &str, perpetual: bool) -> Closing {
    Closing { begin: day(begin), end: day(end), perpetual }
}

#[track_caller]
fn check_end(calendar: &Calendar, start: &str, seconds: i64, walk: Walk, end: &str) {
    assert_eq!(calendar.end_date(at(start), seconds, 0, walk).unwrap(), at(end));
}

#[test]
fn working_time_skips_nights_lunch_weekends_and_closings() {
    let calendar = office(vec![closing("2026-05-01", "2026-05-01", false)]);
    let active = |from: &str, to: &str| calendar.active_seconds(at(from), at(to));
    assert_eq!(active("2026-04-29 11:30:00", "2026-04-29 13:30:00"), HOUR);
    assert_eq!(active("2026-04-30 17:00:00", "2026-05-04 10:00:00"), 2 * HOUR);
    assert_eq!(active("2026-05-01 00:00:00", "2026-05-03 23:59:59"), 0);
    assert_eq!(active("2026-05-04 10:00:00", "2026-05-04 09:00:00"), 0);
}

#[test]
fn a_delay_that_ends_at_closing_time_rolls_to_the_next_opening() {
    let calendar = office(vec![]);
    check_end(&calendar, "2026-03-06 16:00:00", 2 * HOUR, Walk::Hours, "2026-03-09 09:00:00");
    check_end(&calendar, "2026-03-06 16:00:00", 2 * HOUR - 1, Walk::Hours, "2026-03-06 17:59:59");
    check_end(&calendar, "2026-03-06 18:00:00", 0, Walk::Hours, "2026-03-06 18:00:00");
    check_end(&calendar, "2026-03-06 10:00:00", 2 * HOUR, Walk::Hours, "2026-03-06 12:00:00");
    check_end(&calendar, "2026-03-06 12:30:00", HOUR, Walk::Hours, "2026-03-06 14:00:00");
}

#[test]
fn day_delays_keep_the_clock_time_within_opening_hours() {
    let calendar = office(vec![]);
    check_end(&calendar, "2026-03-05 10:15:00", 2 * DAY_SECONDS, Walk::Days, "2026-03-09 10:15:00");
    check_end(&calendar, "2026-03-05 22:00:00", DAY_SECONDS, Walk::Days, "2026-03-06 18:00:00");
    check_end(&calendar, "2026-03-07 22:00:00", DAY_SECONDS, Walk::Days, "2026-03-10 09:00:00");
}

#[test]
fn whole_day_delays_land_on_the_last_hour_of_the_following_working_day() {
    let calendar = office(vec![closing("2026-01-01", "2026-01-01", false)]);
    check_end(&calendar, "2025-11-24 02:28:51", 5 * DAY_SECONDS, Walk::EndOfDays, "2025-12-01 18:00:00");
    check_end(&calendar, "2025-12-31 10:00:00", DAY_SECONDS, Walk::EndOfDays, "2026-01-02 18:00:00");
    check_end(&calendar, "2026-03-07 10:00:00", DAY_SECONDS, Walk::EndOfDays, "2026-03-10 18:00:00");
}

#[test]
fn waiting_is_added_in_hours_whatever_the_delay_counts_in() {
    let calendar = office(vec![]);
    let end = calendar.end_date(at("2026-03-02 10:00:00"), DAY_SECONDS, HOUR, Walk::EndOfDays).unwrap();
    assert_eq!(end, at("2026-03-04 10:00:00"));
}

#[test]
fn perpetual_closings_compare_month_and_day_and_never_cross_new_year() {
    let calendar = office(vec![closing("2019-07-14", "2019-07-15", true), closing("2019-12-24", "2020-01-02", true)]);
    assert!(!calendar.is_working(day("2026-07-14")));
    assert!(!calendar.is_working(day("2027-07-15")));
    assert!(calendar.is_working(day("2026-12-24")));
    assert!(calendar.is_working(day("2026-01-01")));
}

#[test]
fn a_calendar_without_openings_has_no_end_date() {
    let calendar = Calendar::new(&[], vec![]);
    assert_eq!(calendar.end_date(at("2026-03-02 10:00:00"), HOUR, 0, Walk::Hours), None);
    let closed_for_ever = office(vec![closing("1900-01-01", "2199-12-31", false)]);
    assert_eq!(closed_for_ever.end_date(at("2026-03-02 10:00:00"), HOUR, 0, Walk::Days), None);
    assert_eq!(closed_for_ever.end_date(at("2026-03-02 10:00:00"), HOUR, 0, Walk::Hours), None);
}

#[test]
fn dates_outside_the_prepared_years_count_alike() {
    let calendar = office(vec![closing("1999-05-03", "1999-05-03", false)]);
    assert_eq!(calendar.active_seconds(at("1999-04-30 17:00:00"), at("1999-05-04 10:00:00")), 2 * HOUR);
    assert_eq!(calendar.active_seconds(at("2079-03-01 00:00:00"), at("2079-03-08 00:00:00")), 40 * HOUR);
    let far = calendar.end_date(at("2079-03-03 16:00:00"), 2 * HOUR, 0, Walk::Hours).unwrap();
    assert_eq!(far, at("2079-03-06 09:00:00"));
}

#[test]
fn an_end_date_leaves_exactly_the_delay_of_working_time() {
    let calendar = office(vec![closing("2026-04-06", "2026-04-10", false)]);
    for step in 0..500 {
        let start = at("2026-03-30 00:00:00") + TimeDelta::seconds(step * 3_571);
        let delay = 1 + step * 997;
        let end = calendar.end_date(start, delay, 0, Walk::Hours).unwrap();
        assert_eq!(calendar.active_seconds(start, end), delay, "from {start} to {end}");
    }
}
