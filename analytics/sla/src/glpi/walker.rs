//! GLPI's walks over a calendar: naive local time, one step of 86400 seconds after the other.

use std::ops::ControlFlow;

use crate::{
    Calendar, Quirk, Quirks, Terms,
    calendar::split,
    compiled::of_calendar,
    zone::{self, DAY},
};

/// A calendar without a working date for nine years is taken as one that never works; GLPI would search for ever.
const IDLE_STEPS_MAX: u32 = 9 * 366;

/// A calendar as GLPI counts by it.
#[derive(Debug, Clone, Copy)]
pub struct Walker<'a> {
    calendar: &'a Calendar,
    quirks: Quirks,
}

impl<'a> Walker<'a> {
    /// GLPI's way to count by `calendar`.
    pub fn new(calendar: &'a Calendar) -> Self {
        Self { calendar, quirks: Quirks::GLPI }
    }

    /// The same way with only `quirks` left: Q7, Q8 and Q9 matter here.
    pub fn keeping(calendar: &'a Calendar, quirks: Quirks) -> Self {
        Self { calendar, quirks }
    }

    /// Working seconds from `start` to `end`.
    pub fn active(&self, start: i64, end: i64) -> i64 {
        if end < start {
            return 0;
        }
        if self.calendar.is_always() {
            return end - start;
        }
        if !self.quirks.has(Quirk::Q9) {
            return self.counted(start, end);
        }
        let ((first, begin), (last, stop)) = (self.local(start), self.local(end));
        let midnight = zone::instant(self.calendar.zone(), last * DAY + DAY - 1);
        let mut active = 0;
        for at in (start..=midnight).step_by(DAY as usize) {
            let day = self.local(at).0;
            let from = if day == first { begin } else { 0 };
            let to = if day == last { stop } else { 86_400 };
            let hours = self.hours(day).iter();
            active += hours.map(|(open, close)| i64::from(to.min(*close).saturating_sub(from.max(*open)))).sum::<i64>();
        }
        active
    }

    /// The deadline that GLPI stores for a promise of `terms` from `start`, after `waiting` seconds of pause.
    pub fn due(&self, terms: Terms, start: i64, waiting: i64) -> Option<i64> {
        self.deadline(terms, start, terms.seconds(), waiting)
    }

    /// The same for another number of seconds, as escalation levels need it.
    pub(crate) fn deadline(&self, terms: Terms, start: i64, seconds: i64, waiting: i64) -> Option<i64> {
        if self.calendar.is_always() || !self.calendar.works() {
            return Some(start + seconds + waiting);
        }
        let nominal = match (terms.in_days(), terms.end_of_working_day()) {
            (true, true) => self.end_of_day(start, seconds)?,
            (true, false) => self.in_days(start, seconds)?,
            (false, _) => self.in_hours(start, seconds)?,
        };
        // Waiting is always walked in working seconds, whatever the unit of the promise.
        if waiting > 0 { self.in_hours(nominal, waiting) } else { Some(nominal) }
    }

    /// Working seconds are consumed day by day; a delay that ends exactly at closing rolls to the next opening.
    fn in_hours(&self, start: i64, delay: i64) -> Option<i64> {
        if !self.quirks.has(Quirk::Q9) {
            return self.reached(start, delay);
        }
        let (first, begin) = self.local(start);
        let (mut left, mut at, mut idle) = (delay, start, 0);
        while idle < IDLE_STEPS_MAX {
            let day = self.local(at).0;
            let hours = self.hours(day);
            idle = if hours.is_empty() { idle + 1 } else { 0 };
            let from = if day == first { begin } else { 0 };
            for (open, close) in hours.iter().filter(|(_, close)| *close >= from) {
                let open = from.max(*open);
                let length = i64::from(close - open);
                if self.ends_within(left, length, delay) {
                    return Some(self.instant(day, i64::from(open) + left));
                }
                left -= length;
            }
            at += DAY;
        }
        None
    }

    /// Each working date after the first takes 86400 seconds; the result is no later than that date's last hour.
    fn in_days(&self, start: i64, delay: i64) -> Option<i64> {
        let first = self.working(start)?;
        let day = self.local(first).0;
        // A start on a closed date moves to the first opening after it.
        let opening = i64::from(self.hours(day).first()?.0);
        let mut at = if first == start { start } else { self.instant(day, opening) };
        let mut left = delay;
        while left > 0 {
            at = self.working(self.later(at, 1))?;
            left -= DAY;
        }
        at += left.min(0);
        let (day, second) = self.local(at);
        let close = self.hours(day).last().map_or(second, |hours| hours.1);
        Some(self.instant(day, i64::from(second.min(close))))
    }

    /// The last hour of the working date that lies the whole days of `delay` after the first one.
    fn end_of_day(&self, start: i64, delay: i64) -> Option<i64> {
        let mut at = self.working(start)?;
        for _ in 0..delay / DAY {
            at = self.working(self.later(at, 1))?;
        }
        let day = self.local(at).0;
        Some(self.instant(day, i64::from(self.hours(day).last()?.1)))
    }

    /// The first step at or after `at` that falls on a working date.
    fn working(&self, at: i64) -> Option<i64> {
        let steps = (0..i64::from(IDLE_STEPS_MAX)).map(|step| self.later(at, step));
        steps.into_iter().find(|at| !self.hours(self.local(*at).0).is_empty())
    }

    /// So many days after `at`: steps of 86,400 seconds for GLPI, the same time of day on the wall where that is corrected.
    fn later(&self, at: i64, days: i64) -> i64 {
        if self.quirks.has(Quirk::Q9) {
            return at + days * DAY;
        }
        let (day, second) = self.local(at);
        self.instant(day + days, i64::from(second))
    }

    fn ends_within(&self, left: i64, length: i64, delay: i64) -> bool {
        left < length || (left == length && (delay == 0 || !self.quirks.has(Quirk::Q7)))
    }

    /// Open seconds by the zone's real time, as [`crate::Compiled`] counts them.
    fn counted(&self, start: i64, end: i64) -> i64 {
        let mut open = 0;
        let _: ControlFlow<()> = of_calendar(self.calendar, start..end, self.is_modular(), &mut |from, to| {
            open += to - from;
            ControlFlow::Continue(())
        });
        open
    }

    fn reached(&self, start: i64, delay: i64) -> Option<i64> {
        let (mut left, mut from) = (delay, start);
        loop {
            let (to, before) = (from + i64::from(IDLE_STEPS_MAX) * DAY, left);
            let found = of_calendar(self.calendar, from..to, self.is_modular(), &mut |open, close| {
                if self.ends_within(left, close - open, delay) {
                    return ControlFlow::Break(open + left);
                }
                left -= close - open;
                ControlFlow::Continue(())
            });
            match found {
                ControlFlow::Break(instant) => return Some(instant),
                ControlFlow::Continue(()) if left == before => return None,
                ControlFlow::Continue(()) => from = to,
            }
        }
    }

    fn hours(&self, day: i64) -> &'a [(u32, u32)] {
        self.calendar.hours(day, self.is_modular())
    }

    fn is_modular(&self) -> bool {
        !self.quirks.has(Quirk::Q8)
    }

    fn local(&self, at: i64) -> (i64, u32) {
        split(zone::local(self.calendar.zone(), at))
    }

    fn instant(&self, day: i64, second: i64) -> i64 {
        zone::instant(self.calendar.zone(), day * DAY + second)
    }
}
