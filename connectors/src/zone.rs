//! GLPI's times without a zone, and the instants they mean.
//!
//! GLPI writes `YYYY-MM-DD HH:MM:SS` in the zone of the account that asks. Twice a year such a time is no single
//! instant: the repeated hour is read as the earlier instant, the skipped hour is moved forward by the length of the
//! gap. Both are flagged, so that whoever uses the instant can lower its confidence.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveDateTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;

use crate::text::excerpt;

/// How GLPI writes a time.
const FORMAT: &str = "%Y-%m-%d %H:%M:%S";
/// The years of four digits. Chrono's calendar goes on for a quarter of a million years, and at its ends there is no hour before
/// or after.
pub(crate) const YEARS: RangeInclusive<i32> = 1..=9_999;
/// Offsets seen through two clocks are rounded to this: no zone in use has a finer one.
const QUARTER_HOUR_SECONDS: i64 = 900;
/// The longest jump any zone ever made is a whole day (Samoa, 2011); looking back a little further always leaves a gap.
const GAP_HOURS_MAX: i64 = 26;

/// How certain the instant behind a naive time is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Exactly one instant has this time.
    Exact,
    /// Two instants have this time; the earlier one is given.
    Ambiguous,
    /// No instant has this time; it was moved forward by the length of the gap.
    Shifted,
}

/// A naive time read in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The instant.
    pub at: DateTime<Utc>,
    /// How certain it is.
    pub certainty: Certainty,
}

/// Why a time could not be understood or a zone not be trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The text is no time of the calendar.
    #[error("{text:?} is not a time of the form YYYY-MM-DD HH:MM:SS")]
    Unreadable {
        /// The start of the text, as GLPI gave it.
        text: String,
    },
    /// The account answers in another zone than the configured one.
    #[error(
        "zone {zone} is {expected_seconds} s from UTC, the account answers {seen_seconds} s from UTC: tell Farol the account's time zone"
    )]
    Mismatch {
        /// The configured zone.
        zone: String,
        /// Its offset at that instant.
        expected_seconds: i64,
        /// The offset that was seen.
        seen_seconds: i64,
    },
}

/// Reads a time as GLPI writes it.
pub fn parse(text: &str) -> Result<NaiveDateTime, Error> {
    let at = NaiveDateTime::parse_from_str(text, FORMAT).ok().filter(|at| YEARS.contains(&at.year()));
    at.ok_or_else(|| Error::Unreadable { text: excerpt(text) })
}

/// Reads a date as GLPI writes it.
pub fn parse_date(text: &str) -> Result<NaiveDate, Error> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| YEARS.contains(&day.year()));
    day.ok_or_else(|| Error::Unreadable { text: excerpt(text) })
}

/// The instant that `naive` means in `zone`.
pub fn to_utc(naive: NaiveDateTime, zone: Tz) -> Reading {
    match zone.from_local_datetime(&naive) {
        LocalResult::Single(at) => Reading { at: at.with_timezone(&Utc), certainty: Certainty::Exact },
        LocalResult::Ambiguous(one, other) => {
            Reading { at: one.min(other).with_timezone(&Utc), certainty: Certainty::Ambiguous }
        }
        LocalResult::None => Reading { at: after_gap(naive, zone), certainty: Certainty::Shifted },
    }
}

/// Reads `text` and gives the instant it means in `zone`.
pub fn read(text: &str, zone: Tz) -> Result<Reading, Error> {
    parse(text).map(|naive| to_utc(naive, zone))
}

/// The instant `at` as GLPI would write it for an account in `zone`.
pub fn render(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format(FORMAT).to_string()
}

/// The seconds that `zone` is ahead of UTC at the instant `at`.
pub fn offset_seconds(zone: Tz, at: DateTime<Utc>) -> i64 {
    i64::from(zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc())
}

/// The offset shown by a naive clock that was read at the instant `at`, rounded to the quarter hour.
pub fn offset_seen_seconds(naive: NaiveDateTime, at: DateTime<Utc>) -> i64 {
    let apart = (naive - at.naive_utc()).num_seconds();
    (apart + QUARTER_HOUR_SECONDS / 2).div_euclid(QUARTER_HOUR_SECONDS) * QUARTER_HOUR_SECONDS
}

/// Holds the offset that was seen at the instant `at` against `zone`.
pub fn verify(seen_seconds: i64, zone: Tz, at: DateTime<Utc>) -> Result<(), Error> {
    let expected_seconds = offset_seconds(zone, at);
    // A login within a quarter hour of a clock change may see either side of it.
    let margin = Duration::seconds(QUARTER_HOUR_SECONDS);
    let around = [at - margin, at, at + margin];
    if around.iter().any(|&instant| offset_seconds(zone, instant) == seen_seconds) {
        return Ok(());
    }
    Err(Error::Mismatch { zone: zone.name().to_owned(), expected_seconds, seen_seconds })
}

fn after_gap(naive: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let quarter = Duration::seconds(QUARTER_HOUR_SECONDS);
    let steps = GAP_HOURS_MAX * 3600 / QUARTER_HOUR_SECONDS;
    let mut earlier = naive;
    for _ in 0..steps {
        earlier -= quarter;
        // The offset that held before the gap, applied to the time inside it, lands the same length after the gap.
        if let Some(before) = zone.from_local_datetime(&earlier).latest() {
            return (naive - Duration::seconds(i64::from(before.offset().fix().local_minus_utc()))).and_utc();
        }
    }
    naive.and_utc()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, zone: Tz, utc: &str, certainty: Certainty) {
        let reading = read(text, zone).unwrap();
        assert_eq!((render(reading.at, Tz::UTC).as_str(), reading.certainty), (utc, certainty), "{text} in {zone}");
    }

    #[test]
    fn an_ordinary_time_is_one_instant() {
        check("2026-11-23 08:47:57", Tz::America__New_York, "2026-11-23 13:47:57", Certainty::Exact);
        check("2026-11-23 13:47:57", Tz::UTC, "2026-11-23 13:47:57", Certainty::Exact);
    }

    #[test]
    fn the_repeated_hour_is_the_earlier_instant() {
        check("2026-10-25 02:30:00", Tz::Europe__Paris, "2026-10-25 00:30:00", Certainty::Ambiguous);
        check("2026-11-01 01:59:59", Tz::America__New_York, "2026-11-01 05:59:59", Certainty::Ambiguous);
    }

    #[test]
    fn the_skipped_hour_moves_forward() {
        check("2026-03-29 02:30:00", Tz::Europe__Paris, "2026-03-29 01:30:00", Certainty::Shifted);
        check("2018-11-04 00:10:00", Tz::America__Sao_Paulo, "2018-11-04 03:10:00", Certainty::Shifted);
        check("2011-12-30 12:00:00", Tz::Pacific__Apia, "2011-12-30 22:00:00", Certainty::Shifted);
    }

    #[test]
    fn a_text_that_is_no_time_is_refused() {
        for text in ["", "0000-00-00 00:00:00", "2026-02-30 00:00:00", "2026-11-23", "garbage"] {
            assert_eq!(read(text, Tz::UTC), Err(Error::Unreadable { text: text.to_owned() }));
        }
    }

    #[test]
    fn years_at_the_ends_of_the_calendar_are_no_times_of_a_desk() {
        for text in ["-262143-01-01 00:00:00", "+262142-12-31 23:30:00", "0000-01-01 00:00:00", "12026-11-23 08:00:00"]
        {
            assert!(read(text, Tz::Europe__Paris).is_err(), "{text}");
        }
        assert!(parse_date("-262143-01-01").is_err());
        assert!(read("9999-12-31 23:59:59", Tz::Pacific__Apia).is_ok() && read("0001-01-01 00:00:00", Tz::UTC).is_ok());
    }

    #[test]
    fn a_long_text_in_place_of_a_time_is_not_repeated_in_full() {
        let error = read(&"private words ".repeat(1_000), Tz::UTC).unwrap_err().to_string();
        assert!(error.len() < 120, "{error}");
    }

    #[test]
    fn an_account_in_another_zone_is_noticed_at_login() {
        let at = parse("2026-11-23 13:47:57").unwrap().and_utc();
        let seen = offset_seen_seconds(parse("2026-11-23 08:48:01").unwrap(), at);
        assert_eq!(seen, -18_000);
        assert_eq!(verify(seen, Tz::America__New_York, at), Ok(()));
        assert!(matches!(verify(seen, Tz::UTC, at), Err(Error::Mismatch { expected_seconds: 0, .. })));
    }

    #[test]
    fn odd_offsets_are_seen_through_a_skewed_clock() {
        let at = parse("2026-11-23 13:47:57").unwrap().and_utc();
        assert_eq!(offset_seen_seconds(parse("2026-11-23 19:32:50").unwrap(), at), 20_700);
        assert_eq!(verify(20_700, Tz::Asia__Kathmandu, at), Ok(()));
    }

    proptest! {
        #[test]
        fn a_time_written_by_glpi_is_read_back(seconds in 1_000_000_000_i64..2_000_000_000) {
            let at = DateTime::from_timestamp(seconds, 0).unwrap();
            for zone in [Tz::UTC, Tz::Europe__Paris, Tz::America__Sao_Paulo, Tz::Australia__Lord_Howe] {
                let reading = read(&render(at, zone), zone).unwrap();
                if reading.certainty == Certainty::Exact {
                    prop_assert_eq!(reading.at, at);
                } else {
                    prop_assert!(reading.certainty == Certainty::Ambiguous && reading.at <= at);
                }
            }
        }
    }
}
