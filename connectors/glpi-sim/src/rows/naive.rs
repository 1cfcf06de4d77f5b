//! Naive times: `YYYY-MM-DD HH:MM:SS` without a zone, as GLPI prints and reads them.
//!
//! An hour that a zone repeats is read as its first passage, an hour that it skips as the one after.

use chrono::{LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone};

use super::{Object, Seconds};

/// The zone of an account or of a recorded file.
pub type Zone = chrono_tz::Tz;

const LENGTH: usize = 19;

/// The instant of a naive text, `None` when it is not exactly one.
pub fn to_seconds(text: &str, zone: Zone) -> Option<Seconds> {
    to_utc(parse(text)?, zone)
}

/// The instant of a naive time in `zone`.
pub fn to_utc(naive: NaiveDateTime, zone: Zone) -> Option<Seconds> {
    if zone == Zone::UTC {
        return Some(naive.and_utc().timestamp());
    }
    match zone.from_local_datetime(&naive) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.timestamp()),
        LocalResult::None => {
            zone.from_local_datetime(&(naive + TimeDelta::hours(1))).earliest().map(|at| at.timestamp())
        }
    }
}

/// The wall clock of `zone` at an instant.
pub fn to_local(at: Seconds, zone: Zone) -> NaiveDateTime {
    let utc = chrono::DateTime::from_timestamp(at, 0).unwrap_or_default().naive_utc();
    if zone == Zone::UTC {
        return utc;
    }
    utc + TimeDelta::seconds(i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc()))
}

/// The naive text of an instant.
pub fn to_text(at: Seconds, zone: Zone) -> String {
    let mut out = Vec::with_capacity(LENGTH);
    write_text(&mut out, at, zone);
    String::from_utf8(out).unwrap_or_default()
}

/// Appends the naive text of an instant.
pub fn write_text(out: &mut Vec<u8>, at: Seconds, zone: Zone) {
    use chrono::{Datelike, Timelike};
    let local = to_local(at, zone);
    let year = u32::try_from(local.year()).unwrap_or_default();
    digits(out, year / 100);
    digits(out, year % 100);
    let parts = [
        (b'-', local.month()),
        (b'-', local.day()),
        (b' ', local.hour()),
        (b':', local.minute()),
        (b':', local.second()),
    ];
    for (mark, part) in parts {
        out.push(mark);
        digits(out, part);
    }
}

/// Turns the times of an untyped row from `zone` to UTC.
pub fn to_utc_texts(object: &mut Object, zone: Zone) {
    if zone == Zone::UTC {
        return;
    }
    for (_, value) in object.iter_mut() {
        if let Some(at) = value.as_str().and_then(|text| to_seconds(text, zone)) {
            *value = to_text(at, Zone::UTC).into();
        }
    }
}

fn parse(text: &str) -> Option<NaiveDateTime> {
    let bytes = text.as_bytes();
    let marks = [(4, b'-'), (7, b'-'), (10, b' '), (13, b':'), (16, b':')];
    if bytes.len() != LENGTH || marks.iter().any(|(at, mark)| bytes[*at] != *mark) {
        return None;
    }
    let part = |from: usize, to: usize| {
        bytes[from..to]
            .iter()
            .try_fold(0u32, |sum, byte| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0')))
    };
    let day = NaiveDate::from_ymd_opt(i32::try_from(part(0, 4)?).ok()?, part(5, 7)?, part(8, 10)?)?;
    Some(day.and_time(NaiveTime::from_hms_opt(part(11, 13)?, part(14, 16)?, part(17, 19)?)?))
}

fn digits(out: &mut Vec<u8>, two: u32) {
    out.push(b'0' + (two / 10 % 10) as u8);
    out.push(b'0' + (two % 10) as u8);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn a_time_survives_the_zones() {
        for zone in [Zone::UTC, Zone::America__New_York, Zone::Asia__Kolkata] {
            let at = to_seconds("2026-11-23 13:42:58", zone).unwrap();
            assert_eq!(to_text(at, zone), "2026-11-23 13:42:58");
        }
        assert_eq!(
            to_seconds("2026-11-23 08:42:58", Zone::America__New_York),
            to_seconds("2026-11-23 13:42:58", Zone::UTC)
        );
    }

    #[test]
    fn a_skipped_hour_is_read_as_the_next_and_a_repeated_one_as_its_first() {
        let skipped = to_seconds("2026-03-29 02:30:00", Zone::Europe__Paris).unwrap();
        assert_eq!(to_text(skipped, Zone::Europe__Paris), "2026-03-29 03:30:00");
        let repeated = to_seconds("2026-10-25 02:30:00", Zone::Europe__Paris).unwrap();
        assert_eq!(to_text(repeated, Zone::UTC), "2026-10-25 00:30:00");
    }

    #[test]
    fn words_and_impossible_dates_are_no_times() {
        for text in ["", "yesterday", "2026-02-30 00:00:00", "2026-02-03", "2026-02-03T00:00:00", "2026-02-03 0a:00:00"]
        {
            assert_eq!(to_seconds(text, Zone::UTC), None, "{text}");
        }
    }
}
