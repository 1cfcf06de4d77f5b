//! What a scenario may say.

use serde::{Deserialize, Serialize};

/// Rules of one kind.
pub const RULES_MAX: usize = 100;

/// Calendars that a scenario may spell out.
pub const CALENDARS_MAX: usize = 20;

/// Segments, and closings, of a calendar that is spelled out.
pub const LINES_MAX: usize = 400;

/// By which calendar promises count. Of several rules the first that takes a promise holds. Exactly one of `id`, `always` and
/// `hours` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CalendarRule {
    /// Takes promises of this clock alone: `tto`, `ttr`, `internal_tto` or `internal_ttr`.
    pub clock: Option<String>,
    /// Takes promises of this SLA alone.
    pub sla: Option<i64>,
    /// Takes promises of this OLA alone.
    pub ola: Option<i64>,
    /// A calendar of the desk, by its id, as it is known now.
    pub id: Option<i64>,
    /// All hours count.
    pub always: bool,
    /// A calendar spelled out.
    pub hours: Option<WorkingHours>,
}

/// A calendar spelled out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkingHours {
    /// IANA zone of its clocks; that of the desk's calendars where it is left out.
    pub tz: Option<String>,
    /// When it is open; at least one, at most 400.
    pub segments: Vec<WorkingSegment>,
    /// When it is closed all the same; at most 400.
    pub closings: Vec<ClosedDates>,
}

/// Working hours of some weekdays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkingSegment {
    /// `monday` to `sunday`.
    pub days: Vec<String>,
    /// Time of day, such as `09:00`.
    pub begin: String,
    /// Time of day, `24:00` at the latest; one at or before `begin` lies on the next day.
    pub end: String,
}

/// Dates on which nobody works.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClosedDates {
    /// The first date, such as `2026-12-24`.
    pub first: String,
    /// The last date; `first` where it is left out.
    pub last: Option<String>,
    /// In every year, on these days.
    pub yearly: bool,
}

/// What promises give. Of several rules the first that takes a promise holds. Exactly one of `amount` with `unit`, `factor`,
/// `of_sla` and `of_ola` is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TargetRule {
    /// Takes promises of this clock alone: `tto`, `ttr`, `internal_tto` or `internal_ttr`.
    pub clock: Option<String>,
    /// Takes promises of this SLA alone.
    pub sla: Option<i64>,
    /// Takes promises of this OLA alone.
    pub ola: Option<i64>,
    /// Takes tickets of these priorities alone, 1 to 6 or by name: as they are now, or as the matrix has them.
    pub priority: Vec<String>,
    /// So many units.
    pub amount: Option<i64>,
    /// `minute`, `hour`, `day` (a working day of the calendar) or `month`.
    pub unit: Option<String>,
    /// A deadline in days or months lies at the end of the working day.
    pub end_of_working_day: bool,
    /// The promise's own target so many times, 0.01 to 100.
    pub factor: Option<f64>,
    /// What this SLA gives, as it is known now.
    pub of_sla: Option<i64>,
    /// What this OLA gives, as it is known now.
    pub of_ola: Option<i64>,
}

/// In which statuses clocks stand still: `new`, `assigned`, `planned` or `pending`. What is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PauseSets {
    /// Of times to own, internal ones included; today none.
    pub own: Option<Vec<String>>,
    /// Of times to resolve, internal ones included; today `pending`.
    pub resolve: Option<Vec<String>>,
}
