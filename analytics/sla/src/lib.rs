//! Pure SLA arithmetic: calendars, business time, due dates, clocks and breaches, in two modes.
//!
//! `canonical` is what a service-desk analyst expects; `glpi` reproduces what GLPI stores, quirk for quirk
//! ([`Quirk`] names each difference). Instants are UTC seconds since 1970 and arguments: nothing here asks for the time,
//! reads a file or knows a table.

pub mod agreement;
pub mod calendar;
pub mod clock;
pub mod compiled;
pub mod escalation;
pub mod glpi;
pub mod knowledge;
pub mod quirk;
pub mod statistics;
pub mod step;
pub mod what_if;
mod zone;

pub use agreement::{Agreement, Hours, Kind, MonthRule, Terms, Unit};
pub use calendar::{Calendar, CalendarVersions, Closing, MonthDay, Segment};
pub use clock::{Clock, Interval, Policy, State};
pub use compiled::{Calendars, Compiled};
pub use knowledge::{AsOf, Knowledge, Told};
pub use quirk::{Quirk, Quirks};
pub use step::{Status, Step, What};

/// Why a calendar, an agreement or a ticket's steps were refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Weekdays run from 0, Sunday, to 6.
    #[error("weekday {weekday} does not exist, 0 (Sunday) to 6 do")]
    Weekday {
        /// The weekday given.
        weekday: u8,
    },
    /// A segment begins within a day and ends at 24:00 at the latest.
    #[error("segment {begin} to {end} seconds does not fit a day of 86400")]
    Segment {
        /// Second of the day at which it begins.
        begin: u32,
        /// Second of the day at which it ends.
        end: u32,
    },
    /// A time of day was not `HH:MM` or `HH:MM:SS`.
    #[error("{text:?} is not a time of day")]
    TimeOfDay {
        /// The text given.
        text: String,
    },
    /// Two segments of one calendar share time.
    #[error("segments overlap on weekday {weekday} at second {at}")]
    Overlap {
        /// The weekday, 0 is Sunday.
        weekday: usize,
        /// Second of the day at which the second one begins.
        at: u32,
    },
    /// A closing ends before it begins.
    #[error("closing from {first} to {last} ends before it begins")]
    Closing {
        /// First closed date.
        first: chrono::NaiveDate,
        /// Last closed date.
        last: chrono::NaiveDate,
    },
    /// A perpetual closing names a day that no year has.
    #[error("month {month} has no day {day}")]
    MonthDay {
        /// The month given.
        month: u32,
        /// The day given.
        day: u32,
    },
    /// Versions of a calendar must start one after the other.
    #[error("calendar version valid from {from} does not follow the one before it")]
    Versions {
        /// UTC second from which the version holds.
        from: i64,
    },
    /// A zone name that IANA does not know.
    #[error("zone {name:?} is not an IANA time zone")]
    Zone {
        /// The name given.
        name: String,
    },
    /// A target too long for any calendar.
    #[error("target of {amount} units is longer than a thousand years")]
    Target {
        /// The number of units given.
        amount: u32,
    },
    /// An agreement names a calendar that was not given.
    #[error("calendar {id} is not known")]
    UnknownCalendar {
        /// The calendar's id.
        id: u64,
    },
    /// A ticket's steps do not say when it was opened.
    #[error("steps do not say when the ticket was opened")]
    NotOpened,
    /// Columns of one question have different lengths.
    #[error("column {column} has {length} rows, {expected} were expected")]
    Length {
        /// The column's name.
        column: &'static str,
        /// Its rows.
        length: usize,
        /// The rows of the first column.
        expected: usize,
    },
}
