//! Windows in buckets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use crate::desk::at;

fn cut(from: &str, to: &str, grain: Grain, zone: &str) -> Buckets {
    let window = Window { from: at(from), to: at(to) };
    Buckets::cut(window, grain, zone.parse().unwrap(), at("2030-01-01")).unwrap()
}

/// `label hours` of each bucket, with a question mark for a partial one.
fn shown(buckets: &Buckets) -> Vec<String> {
    let line = |bucket: &Bucket| {
        let mark = if bucket.is_partial { "?" } else { "" };
        format!("{} {}{mark}", bucket.label, (bucket.to - bucket.from) / MICROS / HOUR_S)
    };
    buckets.all().iter().map(line).collect()
}

#[test]
fn days_have_as_many_hours_as_the_wall_shows() {
    let days = cut("2018-11-03 03:00", "2018-11-06 02:00", Grain::Day, "America/Sao_Paulo");
    assert_eq!(shown(&days), ["2018-11-03 24", "2018-11-04 23", "2018-11-05 24"]);
    let days = cut("2018-02-17 02:00", "2018-02-19 03:00", Grain::Day, "America/Sao_Paulo");
    assert_eq!(shown(&days), ["2018-02-17 25", "2018-02-18 24"]);
}

#[test]
fn the_ends_of_a_window_make_partial_buckets() {
    let months = cut("2026-01-15", "2026-04-01", Grain::Month, "UTC");
    assert_eq!(shown(&months), ["2026-01 408?", "2026-02 672", "2026-03 744"]);
    let window = Window { from: at("2026-01-01"), to: at("2026-02-01") };
    let now = Buckets::cut(window, Grain::Month, Tz::UTC, at("2026-01-20")).unwrap();
    assert_eq!(shown(&now), ["2026-01 744?"]);
}

#[test]
fn weeks_quarters_and_years_are_those_of_the_calendar() {
    let weeks = cut("2025-12-29", "2026-01-12", Grain::Week, "UTC");
    assert_eq!(shown(&weeks), ["2026-W01 168", "2026-W02 168"]);
    let quarters = cut("2026-02-01", "2026-07-01", Grain::Quarter, "UTC");
    assert_eq!(shown(&quarters), ["2026-Q1 1416?", "2026-Q2 2184"]);
    assert_eq!(shown(&cut("2024-01-01", "2025-01-01", Grain::Year, "UTC")), ["2024 8784"]);
}

#[test]
fn hours_follow_clocks_that_move_by_half_an_hour() {
    let hours = cut("2026-04-04 13:00", "2026-04-04 17:00", Grain::Hour, "Australia/Lord_Howe");
    let labels: Vec<_> = hours.all().iter().map(|bucket| bucket.label.as_str()).collect();
    assert_eq!(hours.all().iter().map(|bucket| bucket.to - bucket.from).sum::<i64>(), 4 * HOUR_S * MICROS);
    assert_eq!(labels[0], "2026-04-05T00:00:00+11:00");
    assert_eq!(labels.last().unwrap()[..13].to_owned(), "2026-04-05T03");
}

#[test]
fn a_day_that_a_zone_skipped_has_no_bucket() {
    let days = cut("2011-12-29 10:00", "2011-12-31 10:00", Grain::Day, "Pacific/Apia");
    assert_eq!(shown(&days), ["2011-12-29 24", "2011-12-31 24"]);
}

#[test]
fn an_instant_is_in_the_bucket_that_it_begins() {
    let days = cut("2026-03-01", "2026-03-04", Grain::Day, "UTC");
    let of = |text: &str| days.of(at(text).0);
    assert_eq!(of("2026-02-28 23:59:59"), None);
    assert_eq!(of("2026-03-01"), Some(0));
    assert_eq!(of("2026-03-01 23:59:59"), Some(0));
    assert_eq!(of("2026-03-02"), Some(1));
    assert_eq!(of("2026-03-04"), None);
    assert_eq!(days.ended_by(at("2026-03-02").0), 1);
    assert_eq!(days.ended_by(at("2027-03-02").0), 3);
}

#[test]
fn too_fine_a_grain_is_refused() {
    let window = Window { from: at("2020-01-01"), to: at("2026-01-01") };
    let refused = Buckets::cut(window, Grain::Hour, Tz::UTC, at("2026-01-01"));
    assert!(matches!(refused, Err(Error::Invalid { field: "grain", .. })));
}
