//! Working time as GLPI counts it: active seconds between two instants, and the end of a delay.
//!
//! All instants are naive server time. GLPI's quirks are kept on purpose: a delay that ends exactly at closing time
//! rolls to the next opening, a perpetual closing over New Year never matches, waiting is always added in hours.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};

/// Seconds of a day, the unit of day delays.
pub const DAY_SECONDS: i64 = 86_400;

/// First year of the table of working seconds; days outside the table are walked.
const TABLE_FIRST_YEAR: i32 = 2005;
/// Days in the table, some 40 years.
const TABLE_DAYS: usize = 14_610;
/// How many days are looked at for a working day before a calendar counts as always closed.
const SEARCH_DAYS_MAX: i32 = 3_700;

/// One opening of a weekday, in seconds from midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// 0 = Sunday .. 6 = Saturday, as GLPI numbers days.
    pub weekday: u8,
    /// Opening second.
    pub begin: i64,
    /// Closing second; 86,400 is midnight at the end.
    pub end: i64,
}

/// Days without work, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closing {
    /// First closed day.
    pub begin: NaiveDate,
    /// Last closed day.
    pub end: NaiveDate,
    /// Every year again: only month and day are compared.
    pub perpetual: bool,
}

impl Closing {
    fn covers(&self, date: NaiveDate) -> bool {
        if !self.perpetual {
            return self.begin <= date && date <= self.end;
        }
        let month_day = |d: NaiveDate| (d.month(), d.day());
        month_day(self.begin) <= month_day(date) && month_day(date) <= month_day(self.end)
    }
}

/// How a delay is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk {
    /// Consumes working seconds.
    Hours,
    /// Steps whole working days and keeps the clock time.
    Days,
    /// Steps whole working days and lands on the last working second of one.
    EndOfDays,
}

/// Weekly openings and closings, ready for fast arithmetic.
#[derive(Debug, Clone)]
pub struct Calendar {
    week: [Vec<Segment>; 7],
    closings: Vec<Closing>,
    table_begin: i32,
    /// Working seconds from the table's first day up to each day.
    before: Vec<i64>,
}

impl Calendar {
    /// A calendar of `segments` without the days of `closings`.
    pub fn new(segments: &[Segment], closings: Vec<Closing>) -> Self {
        let mut week: [Vec<Segment>; 7] = Default::default();
        for segment in segments {
            week[usize::from(segment.weekday % 7)].push(*segment);
        }
        for day in &mut week {
            day.sort_by_key(|s| s.begin);
        }
        let table_begin = NaiveDate::from_ymd_opt(TABLE_FIRST_YEAR, 1, 1).map_or(1, |d| d.num_days_from_ce());
        let mut calendar = Self { week, closings, table_begin, before: Vec::new() };
        calendar.before = calendar.table();
        calendar
    }

    /// Working seconds in [`from`, `to`); 0 when `to` is earlier.
    pub fn active_seconds(&self, from: NaiveDateTime, to: NaiveDateTime) -> i64 {
        if to <= from {
            return 0;
        }
        self.count_at(to) - self.count_at(from)
    }

    /// Where a delay of `seconds` from `start` ends, with `extra` working seconds added after it.
    /// `None` when the calendar has no working day.
    pub fn end_date(&self, start: NaiveDateTime, seconds: i64, extra: i64, walk: Walk) -> Option<NaiveDateTime> {
        if self.week.iter().all(Vec::is_empty) {
            return None;
        }
        let end = match walk {
            Walk::Hours => self.after_hours(start, seconds)?,
            Walk::Days => self.after_days(start, seconds)?,
            Walk::EndOfDays => self.after_whole_days(start, seconds / DAY_SECONDS)?,
        };
        if extra > 0 { self.after_hours(end, extra) } else { Some(end) }
    }

    /// Whether any work is done on that day.
    pub fn is_working(&self, date: NaiveDate) -> bool {
        self.works_on(date.num_days_from_ce())
    }

    fn table(&self) -> Vec<i64> {
        let mut before = Vec::with_capacity(TABLE_DAYS + 1);
        let mut sum = 0;
        before.push(sum);
        for day in 0..TABLE_DAYS as i32 {
            sum += self.seconds_of(self.table_begin + day);
            before.push(sum);
        }
        before
    }

    /// Openings of a day, none when it is closed. Days count from the common era.
    fn openings(&self, day: i32) -> &[Segment] {
        // Day 1 of the common era was a Monday, so Sundays are multiples of seven.
        let openings = &self.week[day.rem_euclid(7) as usize];
        if openings.is_empty() || self.closings.is_empty() {
            return openings;
        }
        match NaiveDate::from_num_days_from_ce_opt(day) {
            Some(date) if !self.closings.iter().any(|c| c.covers(date)) => openings,
            _ => &[],
        }
    }

    fn seconds_of(&self, day: i32) -> i64 {
        self.openings(day).iter().map(|s| (s.end - s.begin).max(0)).sum()
    }

    fn works_on(&self, day: i32) -> bool {
        match self.table_index(day) {
            Some(index) if index < TABLE_DAYS => self.before[index + 1] > self.before[index],
            _ => !self.openings(day).is_empty(),
        }
    }

    fn table_index(&self, day: i32) -> Option<usize> {
        usize::try_from(day - self.table_begin).ok().filter(|&index| index <= TABLE_DAYS)
    }

    /// Working seconds between the table's first day and `day`, negative before the table.
    fn count_before(&self, day: i32) -> i64 {
        if let Some(index) = self.table_index(day) {
            return self.before[index];
        }
        let table_end = self.table_begin + TABLE_DAYS as i32;
        if day < self.table_begin {
            -(day..self.table_begin).map(|d| self.seconds_of(d)).sum::<i64>()
        } else {
            self.before[TABLE_DAYS] + (table_end..day).map(|d| self.seconds_of(d)).sum::<i64>()
        }
    }

    fn count_at(&self, at: NaiveDateTime) -> i64 {
        let (day, second) = split(at);
        let mut count = self.count_before(day);
        if self.works_on(day) {
            count += self.openings(day).iter().map(|s| (second.min(s.end) - s.begin).max(0)).sum::<i64>();
        }
        count
    }

    fn after_hours(&self, start: NaiveDateTime, seconds: i64) -> Option<NaiveDateTime> {
        let (first, second) = split(start);
        if seconds <= 0 && self.closes_at(first, second) {
            return Some(start);
        }
        let target = self.count_at(start) + seconds.max(0);
        let day = self.first_day_past(first, target)?;
        let mut left = target - self.count_before(day);
        for segment in self.openings(day) {
            // Seconds before the start were counted into `left`, so segments that already ended are skipped with it.
            let length = segment.end - segment.begin;
            let begun = if day == first { (second - segment.begin).clamp(0, length) } else { 0 };
            if left <= length && begun < length {
                return join(day, segment.begin + left);
            }
            left -= length;
        }
        None
    }

    /// The first day, from `first` on, whose end lies past `target` working seconds.
    fn first_day_past(&self, first: i32, target: i64) -> Option<i32> {
        if let Some(index) = self.table_index(first)
            && self.before[TABLE_DAYS] > target
        {
            let steps = self.before[index..].partition_point(|&count| count <= target);
            return Some(first + steps as i32 - 1);
        }
        let (mut day, mut count, mut idle_days) = (first, self.count_before(first), 0);
        while idle_days < SEARCH_DAYS_MAX {
            let seconds = self.seconds_of(day);
            count += seconds;
            if count > target {
                return Some(day);
            }
            idle_days = if seconds == 0 { idle_days + 1 } else { 0 };
            day += 1;
        }
        None
    }

    fn closes_at(&self, day: i32, second: i64) -> bool {
        self.works_on(day) && self.closing_second(day) == second
    }

    fn after_days(&self, start: NaiveDateTime, seconds: i64) -> Option<NaiveDateTime> {
        let (mut day, mut second) = split(start);
        if !self.works_on(day) {
            day = self.next_working(day)?;
            second = self.openings(day).first().map_or(0, |s| s.begin);
        }
        let mut left = seconds;
        while left > 0 {
            day = self.next_working(day + 1)?;
            left -= DAY_SECONDS;
        }
        // A delay that is no multiple of a day stepped too far by the surplus.
        second += left;
        join(day, second.min(self.closing_second(day)))
    }

    fn after_whole_days(&self, start: NaiveDateTime, days: i64) -> Option<NaiveDateTime> {
        let mut day = self.next_working(split(start).0)?;
        for _ in 0..days {
            // The day reached counts as one, so the step leads past it.
            day = self.next_working(day + 1)?;
        }
        join(day, self.closing_second(day))
    }

    fn next_working(&self, from: i32) -> Option<i32> {
        (from..from + SEARCH_DAYS_MAX).find(|&day| self.works_on(day))
    }

    fn closing_second(&self, day: i32) -> i64 {
        self.openings(day).iter().map(|s| s.end).max().unwrap_or(DAY_SECONDS)
    }
}

fn split(at: NaiveDateTime) -> (i32, i64) {
    (at.date().num_days_from_ce(), i64::from(at.time().num_seconds_from_midnight()))
}

fn join(day: i32, second: i64) -> Option<NaiveDateTime> {
    let day = day + second.div_euclid(DAY_SECONDS) as i32;
    let date = NaiveDate::from_num_days_from_ce_opt(day)?;
    let midnight = date.and_time(NaiveTime::MIN);
    midnight.checked_add_signed(TimeDelta::seconds(second.rem_euclid(DAY_SECONDS)))
}

#[cfg(test)]
mod tests;
