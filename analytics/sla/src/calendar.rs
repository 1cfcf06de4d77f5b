//! Calendars: when a desk works, by weekly segments, closings and a zone.
//!
//! An instant is open if its local time lies in a segment and its local date is not closed; a segment that runs past
//! midnight belongs to the day it begins on, but each of its dates is closed by that date's own closings.

mod closing;
mod versions;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

pub use self::{
    closing::{Closing, MonthDay},
    versions::CalendarVersions,
};
use crate::{Error, zone::DAY};

const DAY_SECONDS: u32 = 86_400;

/// Working hours of one weekday; an end at or before the begin lies on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Segment {
    weekday: u8,
    begin: u32,
    end: u32,
}

impl Segment {
    /// A segment from second `begin` to second `end` of `weekday` (0 is Sunday); 86400 is 24:00.
    pub fn new(weekday: u8, begin: u32, end: u32) -> Result<Self, Error> {
        if weekday > 6 {
            return Err(Error::Weekday { weekday });
        }
        if begin >= DAY_SECONDS || end > DAY_SECONDS {
            return Err(Error::Segment { begin, end });
        }
        Ok(Self { weekday, begin, end })
    }

    /// A segment from texts such as `09:00` and `24:00:00`.
    pub fn parse(weekday: u8, begin: &str, end: &str) -> Result<Self, Error> {
        Self::new(weekday, time_of_day(begin)?, time_of_day(end)?)
    }

    /// The same hours without overlaps: segments of one weekday that share time become one. Those that run past midnight
    /// are left as they are.
    pub fn united(segments: &[Self]) -> Vec<Self> {
        let mut sorted = segments.to_vec();
        sorted.sort_unstable();
        let mut united: Vec<Self> = Vec::new();
        for segment in sorted {
            match united.last_mut() {
                Some(last) if last.weekday == segment.weekday && last.begin < last.end && segment.begin < last.end => {
                    last.end = last.end.max(segment.end);
                }
                _ => united.push(segment),
            }
        }
        united
    }
}

fn time_of_day(text: &str) -> Result<u32, Error> {
    let wrong = || Error::TimeOfDay { text: text.to_owned() };
    let parts: Vec<u32> = text.split(':').map(str::parse).collect::<Result<_, _>>().map_err(|_| wrong())?;
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return Err(wrong()),
    };
    if hours > 24 || minutes > 59 || seconds > 59 {
        return Err(wrong());
    }
    Ok(hours * 3600 + minutes * 60 + seconds)
}

/// When a desk works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    zone: Tz,
    week: [Vec<(u32, u32)>; 7],
    closings: Vec<Closing>,
    always: bool,
}

impl Calendar {
    /// A calendar of `segments` in `zone`, closed during `closings`.
    pub fn new(zone: Tz, segments: &[Segment], closings: Vec<Closing>) -> Result<Self, Error> {
        let mut week: [Vec<(u32, u32)>; 7] = Default::default();
        for segment in segments {
            let (today, tomorrow) = (usize::from(segment.weekday), usize::from(segment.weekday + 1) % 7);
            if segment.end > segment.begin {
                week[today].push((segment.begin, segment.end));
            } else {
                week[today].push((segment.begin, DAY_SECONDS));
                if segment.end > 0 {
                    week[tomorrow].push((0, segment.end));
                }
            }
        }
        for (weekday, hours) in week.iter_mut().enumerate() {
            hours.sort_unstable();
            if let Some(pair) = hours.windows(2).find(|pair| pair[1].0 < pair[0].1) {
                return Err(Error::Overlap { weekday, at: pair[1].0 });
            }
        }
        Ok(Self { zone, week, closings, always: false })
    }

    /// The calendar that never closes: business time is wall time.
    pub fn always(zone: Tz) -> Self {
        Self { zone, week: Default::default(), closings: Vec::new(), always: true }
    }

    /// The IANA zone called `name`.
    pub fn zone_named(name: &str) -> Result<Tz, Error> {
        name.parse().map_err(|_| Error::Zone { name: name.to_owned() })
    }

    /// The zone of its wall clock.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// Whether it never closes.
    pub fn is_always(&self) -> bool {
        self.always
    }

    /// Whether any weekday has working hours.
    pub fn works(&self) -> bool {
        self.always || self.week.iter().any(|hours| !hours.is_empty())
    }

    /// Its closings.
    pub fn closings(&self) -> &[Closing] {
        &self.closings
    }

    /// The open stretches of a local day (days since 1970), as seconds of that day; `modular` as in [`Closing::covers`].
    pub(crate) fn hours(&self, day: i64, modular: bool) -> &[(u32, u32)] {
        // 1970-01-01 was a Thursday.
        let hours = &self.week[(day + 4).rem_euclid(7) as usize];
        if hours.is_empty() || self.is_closed(day, modular) { &[] } else { hours }
    }

    fn is_closed(&self, day: i64, modular: bool) -> bool {
        !self.closings.is_empty()
            && date(day).is_some_and(|date| self.closings.iter().any(|closing| closing.covers(date, modular)))
    }
}

/// The date of a day counted from 1970, if a calendar names it.
pub(crate) fn date(day: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(day + 719_163).ok()?)
}

/// Days from 1970 to `date`.
pub(crate) fn day(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

/// The day on which local second `local` lies, and its second of the day.
pub(crate) fn split(local: i64) -> (i64, u32) {
    (local.div_euclid(DAY), local.rem_euclid(DAY) as u32)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn impossible_calendars_are_refused() {
        assert_eq!(Segment::parse(7, "09:00", "18:00"), Err(Error::Weekday { weekday: 7 }));
        assert!(matches!(Segment::parse(1, "24:00", "18:00"), Err(Error::Segment { .. })));
        assert!(matches!(Segment::parse(1, "9am", "18:00"), Err(Error::TimeOfDay { .. })));
        assert!(matches!(Segment::parse(1, "09:00", "24:30"), Err(Error::Segment { .. })));
        let segments = |texts: &[(u8, &str, &str)]| -> Vec<Segment> {
            texts.iter().filter_map(|(day, begin, end)| Segment::parse(*day, begin, end).ok()).collect()
        };
        let overlap = segments(&[(1, "22:00", "06:00"), (2, "05:00", "09:00")]);
        assert_eq!(Calendar::new(Tz::UTC, &overlap, vec![]), Err(Error::Overlap { weekday: 2, at: 18_000 }));
        assert!(Calendar::zone_named("Mars/Olympus").is_err());
    }

    #[test]
    fn times_of_day_are_read_to_the_second() {
        let read = |text| time_of_day(text).ok();
        assert_eq!(["00:00", "09:30", "23:59:59", "24:00:00"].map(read), [0, 34_200, 86_399, 86_400].map(Some));
        for wrong in ["", "9", "25:00", "09:60", "00:00:60", "09:00:00:00", "-1:00", "09:-1"] {
            assert_eq!(time_of_day(wrong), Err(Error::TimeOfDay { text: wrong.to_owned() }));
        }
    }

    #[test]
    fn a_calendar_works_if_any_day_does() {
        let closing = Closing::yearly(MonthDay::new(1, 1).unwrap(), MonthDay::new(1, 1).unwrap());
        let never = Calendar::new(Tz::UTC, &[], vec![closing]).unwrap();
        let sundays = Calendar::new(Tz::UTC, &[Segment::new(0, 0, 1).unwrap()], vec![]).unwrap();
        assert_eq!([never.works(), sundays.works(), Calendar::always(Tz::UTC).works()], [false, true, true]);
        assert_eq!((never.closings(), sundays.closings()), (&[closing][..], &[][..]));
    }

    #[test]
    fn days_and_dates_agree() {
        assert_eq!(date(0).map(day), Some(0));
        assert_eq!(date(20_000).map(day), Some(20_000));
        assert_eq!(split(-1), (-1, 86_399));
    }
}
