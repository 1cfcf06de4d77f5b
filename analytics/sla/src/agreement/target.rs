//! The canonical target: every promise as open seconds of its calendar, days and months included.

use chrono::Months;

use super::{MonthRule, Terms, Unit};
use crate::{
    Calendar, Compiled,
    calendar::{date, day, split},
    zone::{self, DAY},
};

/// A calendar without a working date for nine years (leap days included) is taken as one that never works.
const IDLE_DAYS_MAX: i64 = 9 * 366;

impl Terms {
    /// The open seconds of `calendar` that a promise made for `start` gives.
    ///
    /// A promise in days is the open time until its deadline, found date by date in the calendar's zone.
    pub fn target(self, calendar: &Compiled, start: i64, months: MonthRule) -> i64 {
        if !self.in_days() {
            return self.seconds();
        }
        let deadline = self.deadline(calendar.versions().at(start), start, months);
        deadline.map_or(self.seconds(), |deadline| calendar.between(start, deadline))
    }

    fn deadline(self, calendar: &Calendar, start: i64, months: MonthRule) -> Option<i64> {
        let zone = calendar.zone();
        let (opened, second) = split(zone::local(zone, start));
        let calendar_months = self.unit == Unit::Month && months == MonthRule::Calendar;
        if calendar.is_always() {
            let months = calendar_months.then(|| add_months(opened, self.amount)).flatten();
            return Some(
                months.map_or(start + self.seconds(), |day| zone::instant(zone, day * DAY + i64::from(second))),
            );
        }
        let first = working(calendar, opened)?;
        let last = if calendar_months {
            working(calendar, add_months(first, self.amount)?)?
        } else {
            (0..self.seconds() / DAY).try_fold(first, |day, _| working(calendar, day + 1))?
        };
        let close = calendar.hours(last, true).last()?.1;
        let opening = calendar.hours(first, true).first()?.0;
        let second = if first == opened { second } else { opening };
        let second = if self.end_of_working_day { close } else { second.min(close) };
        Some(zone::instant(zone, last * DAY + i64::from(second)))
    }
}

fn add_months(from: i64, months: u32) -> Option<i64> {
    date(from)?.checked_add_months(Months::new(months)).map(day)
}

/// The first working date at or after `from`.
fn working(calendar: &Calendar, from: i64) -> Option<i64> {
    (from..from + IDLE_DAYS_MAX).find(|day| !calendar.hours(*day, true).is_empty())
}
