//! Dates: the instants that criteria name, absolute or relative, in the session's zone.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};

use crate::rows::Seconds;
use crate::rows::naive::{self, Zone};

/// The instant of a criterion's value; `None` when GLPI cannot read it.
pub(super) fn instant(value: &str, now: Seconds, zone: Zone) -> Option<Seconds> {
    naive::to_utc(absolute(value).or_else(|| relative(value, naive::to_local(now, zone)))?, zone)
}

fn absolute(value: &str) -> Option<NaiveDateTime> {
    let formats = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"];
    formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(value, format).ok())
        .or_else(|| Some(NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN)))
}

fn relative(value: &str, now: NaiveDateTime) -> Option<NaiveDateTime> {
    let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN);
    match value {
        "NOW" => return Some(now),
        "TODAY" => return Some(midnight(now.date())),
        "BEGINMONTH" => return now.date().with_day(1).map(midnight),
        "BEGINYEAR" => return now.date().with_month(1)?.with_day(1).map(midnight),
        _ => {}
    }
    if let Some(day) = value.strip_prefix("LAST") {
        let weekday: Weekday = day.to_lowercase().parse().ok()?;
        let back = (7 + now.weekday().num_days_from_monday() - weekday.num_days_from_monday() + 6) % 7 + 1;
        return now.date().checked_sub_days(Days::new(u64::from(back))).map(midnight);
    }
    shifted(value, now)
}

// `-7DAY`, `+3HOUR`: a signed number and a unit.
fn shifted(value: &str, now: NaiveDateTime) -> Option<NaiveDateTime> {
    if !value.starts_with(['-', '+']) {
        return None;
    }
    let unit_at = value.find(|letter: char| letter.is_ascii_alphabetic())?;
    let (count, unit) = value.split_at(unit_at);
    let count: i64 = count.trim_start_matches('+').parse().ok()?;
    match unit {
        "MINUTE" => now.checked_add_signed(TimeDelta::try_minutes(count)?),
        "HOUR" => now.checked_add_signed(TimeDelta::try_hours(count)?),
        "DAY" => now.checked_add_signed(TimeDelta::try_days(count)?),
        "WEEK" => now.checked_add_signed(TimeDelta::try_weeks(count)?),
        "MONTH" => months(now, count),
        "YEAR" => months(now, count.checked_mul(12)?),
        _ => None,
    }
}

fn months(now: NaiveDateTime, count: i64) -> Option<NaiveDateTime> {
    let size = Months::new(u32::try_from(count.unsigned_abs()).ok()?);
    if count < 0 { now.checked_sub_months(size) } else { now.checked_add_months(size) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_name_instants_or_nothing() {
        // A Monday.
        let now = naive::to_seconds("2026-11-23 13:47:57", Zone::UTC).unwrap_or_default();
        for (value, instant) in [
            ("2026-11-01 00:00:00", Some("2026-11-01 00:00:00")),
            ("2026-11-01", Some("2026-11-01 00:00:00")),
            ("NOW", Some("2026-11-23 13:47:57")),
            ("TODAY", Some("2026-11-23 00:00:00")),
            ("-7DAY", Some("2026-11-16 13:47:57")),
            ("-1MONTH", Some("2026-10-23 13:47:57")),
            ("BEGINMONTH", Some("2026-11-01 00:00:00")),
            ("BEGINYEAR", Some("2026-01-01 00:00:00")),
            ("LASTSUNDAY", Some("2026-11-22 00:00:00")),
            ("LASTMONDAY", Some("2026-11-16 00:00:00")),
            ("garbage", None),
            ("", None),
            ("-DAY", None),
        ] {
            let found = super::instant(value, now, Zone::UTC).map(|at| naive::to_text(at, Zone::UTC));
            assert_eq!(found.as_deref(), instant, "{value}");
        }
    }
}
