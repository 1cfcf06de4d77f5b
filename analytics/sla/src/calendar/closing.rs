//! Closings: dates on which nobody works.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::Error;

/// A day of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct MonthDay {
    month: u32,
    day: u32,
}

impl MonthDay {
    /// Day `day` of month `month`; the 29th of February is a day of leap years.
    pub fn new(month: u32, day: u32) -> Result<Self, Error> {
        NaiveDate::from_ymd_opt(2024, month, day).map(|_| Self { month, day }).ok_or(Error::MonthDay { month, day })
    }

    /// The day of the year on which `date` falls.
    pub fn of(date: NaiveDate) -> Self {
        Self { month: date.month(), day: date.day() }
    }
}

/// Dates on which nobody works, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Closing {
    /// Once.
    Dates {
        /// The first closed date.
        first: NaiveDate,
        /// The last closed date.
        last: NaiveDate,
    },
    /// In every year; a range may run over New Year.
    Yearly {
        /// The first closed day.
        first: MonthDay,
        /// The last closed day.
        last: MonthDay,
    },
}

impl Closing {
    /// A closing from `first` to `last`.
    pub fn dates(first: NaiveDate, last: NaiveDate) -> Result<Self, Error> {
        if last < first { Err(Error::Closing { first, last }) } else { Ok(Self::Dates { first, last }) }
    }

    /// A closing from `first` to `last` in every year.
    pub fn yearly(first: MonthDay, last: MonthDay) -> Self {
        Self::Yearly { first, last }
    }

    /// Whether it closes `date`. Only if `modular`, a yearly range over New Year closes anything at all.
    pub fn covers(&self, date: NaiveDate, modular: bool) -> bool {
        match *self {
            Self::Dates { first, last } => (first..=last).contains(&date),
            Self::Yearly { first, last } => {
                let day = MonthDay::of(date);
                if first <= last { (first..=last).contains(&day) } else { modular && (day >= first || day <= last) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yearly_closing_over_new_year_counts_only_in_canonical_mode() {
        let Ok((first, last)) = MonthDay::new(12, 24).and_then(|first| Ok((first, MonthDay::new(1, 2)?))) else {
            return assert!(MonthDay::new(12, 24).is_ok());
        };
        let closing = Closing::yearly(first, last);
        let closed = |text: &str, modular| text.parse().is_ok_and(|date| closing.covers(date, modular));
        for date in ["2025-12-24", "2025-12-31", "2026-01-01", "2026-01-02"] {
            assert!(closed(date, true) && !closed(date, false), "{date}");
        }
        assert!(!closed("2026-01-03", true) && !closed("2025-12-23", true));
        assert!(MonthDay::new(2, 30).is_err() && MonthDay::new(2, 29).is_ok());
    }

    #[test]
    fn a_closing_that_ends_before_it_begins_is_refused() {
        let day = |text: &str| text.parse().unwrap_or_default();
        assert!(Closing::dates(day("2026-05-02"), day("2026-05-01")).is_err());
    }
}
