//! Calendars of a scenario: those of the desk by id, and those that it spells out.

use std::sync::Arc;

use chrono::NaiveDate;
use sla::{Calendar, Closing, Compiled, MonthDay, Segment};

use super::{CALENDARS_MAX, CalendarRule, ClosedDates, LINES_MAX, WorkingHours, WorkingSegment, few};
use crate::{clocks::Known, error::Error};

const FIELD: &str = "calendars";

const WEEKDAYS: [(&str, u8); 7] =
    [("sunday", 0), ("monday", 1), ("tuesday", 2), ("wednesday", 3), ("thursday", 4), ("friday", 5), ("saturday", 6)];

/// The calendar that the rule at place `at` gives, none for all hours; one that is spelled out joins `spelled`.
pub(super) fn calendar(
    at: usize,
    rule: &CalendarRule,
    known: &Known,
    spelled: &mut Vec<(u64, Arc<Compiled>)>,
) -> Result<Option<u64>, Error> {
    let refuse = |problem: String, allowed: &str| Error::invalid(FIELD, format!("rule {at}: {problem}"), allowed);
    match (rule.id, rule.always, &rule.hours) {
        (Some(id), false, None) => {
            let id = u64::try_from(id).ok().filter(|id| known.calendars.get(Some(*id)).is_ok());
            id.map(Some).ok_or_else(|| refuse("no such calendar".to_owned(), "the id of a calendar of the desk"))
        }
        (None, true, None) => Ok(None),
        (None, false, Some(hours)) => {
            few(FIELD, spelled.len() + 1, CALENDARS_MAX)?;
            let calendar = of_hours(hours, known).map_err(|problem| {
                refuse(problem, "hours such as monday, 09:00 to 18:00, and dates such as 2026-12-25")
            })?;
            // No desk has so many calendars that ids meet from both ends.
            let id = u64::MAX - spelled.len() as u64;
            spelled.push((id, Arc::new(Compiled::new(calendar))));
            Ok(Some(id))
        }
        _ => Err(refuse("says not exactly one thing".to_owned(), "one of id, always and hours")),
    }
}

fn of_hours(hours: &WorkingHours, known: &Known) -> Result<Calendar, String> {
    let zone = match &hours.tz {
        Some(name) => Calendar::zone_named(name).map_err(|error| error.to_string())?,
        None => known.knowledge.zone(),
    };
    if hours.segments.is_empty() {
        return Err("a calendar without segments never opens".to_owned());
    }
    if hours.segments.len().max(hours.closings.len()) > LINES_MAX {
        return Err(format!("more than {LINES_MAX} segments or closings"));
    }
    let mut segments = Vec::new();
    for segment in &hours.segments {
        segments.extend(of_days(segment)?);
    }
    let closings = hours.closings.iter().map(closing).collect::<Result<Vec<_>, _>>()?;
    Calendar::new(zone, &segments, closings).map_err(|error| error.to_string())
}

fn of_days(segment: &WorkingSegment) -> Result<Vec<Segment>, String> {
    if segment.days.is_empty() || segment.days.len() > WEEKDAYS.len() {
        return Err("a segment has one to seven days".to_owned());
    }
    let day = |name: &String| {
        let found = WEEKDAYS.iter().find(|(known, _)| known == name);
        let (_, day) = found.ok_or_else(|| format!("{name:?} is no weekday"))?;
        Segment::parse(*day, &segment.begin, &segment.end).map_err(|error| error.to_string())
    };
    segment.days.iter().map(day).collect()
}

fn closing(dates: &ClosedDates) -> Result<Closing, String> {
    let date = |text: &String| text.parse::<NaiveDate>().map_err(|_| format!("{text:?} is no date"));
    let first = date(&dates.first)?;
    let last = dates.last.as_ref().map_or(Ok(first), date)?;
    if dates.yearly {
        return Ok(Closing::yearly(MonthDay::of(first), MonthDay::of(last)));
    }
    Closing::dates(first, last).map_err(|error| error.to_string())
}
