//! Dates in criteria. GLPI drops a date it cannot parse and then everything matches, so nothing unclear gets through.

use std::fmt;

use chrono::NaiveDateTime;

use crate::zone;

/// Fixed names of instants and days.
const NAMES: [&str; 11] = [
    "NOW",
    "TODAY",
    "BEGINMONTH",
    "BEGINYEAR",
    "LASTMONDAY",
    "LASTTUESDAY",
    "LASTWEDNESDAY",
    "LASTTHURSDAY",
    "LASTFRIDAY",
    "LASTSATURDAY",
    "LASTSUNDAY",
];
/// Units of a distance from now.
const UNITS: [&str; 6] = ["MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"];

/// A value for a date criterion that GLPI understands. Times are in the account's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateValue {
    at: NaiveDateTime,
    is_inclusive: bool,
}

impl DateValue {
    /// That instant, excluded by `morethan` and `lessthan`.
    pub fn at(at: NaiveDateTime) -> Self {
        Self { at, is_inclusive: false }
    }

    /// That instant, included by `morethan` and `lessthan`.
    pub fn from(at: NaiveDateTime) -> Self {
        Self { at, is_inclusive: true }
    }
}

impl fmt::Display for DateValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_inclusive { "=" } else { "" };
        write!(f, "{sign}{}", self.at.format("%Y-%m-%d %H:%M:%S"))
    }
}

impl From<DateValue> for String {
    fn from(value: DateValue) -> Self {
        value.to_string()
    }
}

/// Whether `text` is a date for `morethan`, `lessthan`, `equals` and `notequals`; a leading `=` includes the date.
pub(super) fn is_date(text: &str) -> bool {
    let text = text.strip_prefix('=').unwrap_or(text);
    is_absolute(text) || is_relative(text)
}

/// Whether `text` is what `contains` compares with a date: a comparison, or the start of a written date.
pub(super) fn is_pattern(text: &str) -> bool {
    match text.strip_prefix(['<', '>']) {
        Some(rest) => is_date(rest),
        None => is_absolute(text) || is_start_of_date(text),
    }
}

fn is_absolute(text: &str) -> bool {
    zone::parse(text).is_ok_and(|at| at.format("%Y-%m-%d %H:%M:%S").to_string() == text)
        || zone::parse_date(text).is_ok_and(|day| day.format("%Y-%m-%d").to_string() == text)
}

fn is_relative(text: &str) -> bool {
    if NAMES.contains(&text) {
        return true;
    }
    let Some(unsigned) = text.strip_prefix(['-', '+']) else { return false };
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    (1..=4).contains(&digits) && UNITS.contains(&&unsigned[digits..])
}

/// `2026` or `2026-11`.
fn is_start_of_date(text: &str) -> bool {
    matches!(text.len(), 4 | 7) && is_absolute(&format!("{text}{}", &"-01-01"[..10 - text.len()]))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn dates_glpi_understands_pass() {
        for text in
            ["2026-11-01 00:00:00", "2026-11-01", "=2026-11-01 00:00:00", "NOW", "-7DAY", "+30MINUTE", "=-1HOUR"]
        {
            assert!(is_date(text), "{text}");
        }
        for text in [">=2026-11-01", "<NOW", "2026", "2026-11", "2026-11-01"] {
            assert!(is_pattern(text), "{text}");
        }
    }

    #[test]
    fn dates_glpi_would_drop_are_refused() {
        for text in
            ["garbage", "", "=", "01/11/2026", "2026-13-01", "2026-2-3", "7DAY", "-DAY", "-7DAYS", "now", "- 7DAY"]
        {
            assert!(!is_date(text), "{text}");
        }
        for text in [">", ">=x", "26", "2026-", "2026-1", "20x6", "ééx"] {
            assert!(!is_pattern(text), "{text}");
        }
    }

    #[test]
    fn an_inclusive_instant_is_marked() {
        let at = zone::parse("2026-11-01 00:00:00").unwrap();
        assert_eq!(DateValue::from(at).to_string(), "=2026-11-01 00:00:00");
        assert_eq!(DateValue::at(at).to_string(), "2026-11-01 00:00:00");
    }
}
