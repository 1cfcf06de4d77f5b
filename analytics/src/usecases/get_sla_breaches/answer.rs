//! What breaches are answered with.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::summaries::{Named, TicketSummary};

/// Clocks that went over their due instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaBreaches {
    /// How many.
    pub total: u64,
    /// The tickets they belong to.
    pub tickets: u64,
    /// Of the clocks, still running.
    pub running: u64,
    /// They by severity, the worst first.
    pub by_severity: Vec<SeverityCount>,
    /// They by clock.
    pub by_clock: Vec<ClockCount>,
    /// Clocks that are not over and run now; `None` in mode `glpi`.
    pub at_risk: Option<SlaRisk>,
    /// A page of them.
    pub breaches: Vec<SlaBreach>,
}

/// Breaches of one severity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SeverityCount {
    /// The severity.
    pub severity: String,
    /// How many.
    pub breaches: u64,
}

/// Breaches of one clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ClockCount {
    /// The clock.
    pub clock: String,
    /// How many.
    pub breaches: u64,
}

/// Clocks that are not over and run now, of the tickets and clocks that were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaRisk {
    /// How many.
    pub running: u64,
    /// Of them, due within the window; only a window that ends in the future has any.
    pub due_in_window: u64,
    /// They by the share of their target that is used, from half of it on.
    pub bands: Vec<RiskBand>,
}

/// Clocks that have used a share of their target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RiskBand {
    /// Percent used at least.
    pub from_percent: i64,
    /// Percent used less; in the last band all of it may be used, and not more.
    pub to_percent: i64,
    /// How many.
    pub clocks: u64,
}

/// A clock that went over its due instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaBreach {
    /// Ticket and clock, such as `4711/ttr`; and when the promise was made, where the ticket no longer has it.
    pub id: String,
    /// `tto`, `ttr`, `internal_tto` or `internal_ttr`.
    pub clock: String,
    /// Over by less than 25 % of the target `minor`, less than 100 % `major`, otherwise `critical`, as is every breach
    /// of a ticket of priority 6; `unknown` where the target is.
    pub severity: String,
    /// When the clock was up, and so went over.
    pub breached_at: DateTime<Utc>,
    /// Seconds beyond that, until it stopped or until now: working seconds, in mode `glpi` seconds on the wall.
    pub over_by_s: i64,
    /// Seconds of working time that the agreement allows.
    pub target_s: Option<i64>,
    /// What the clock waits for has not happened.
    pub is_running: bool,
    /// What was promised and who had it; `None` in mode `glpi`.
    pub promise: Option<BrokenPromise>,
    /// The ticket, with its priority, entity, technician and group.
    pub ticket: TicketSummary,
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BrokenPromise {
    /// The SLA or OLA.
    pub agreement: Named,
    /// When it was made.
    pub attached_at: DateTime<Utc>,
    /// When it was replaced by another, or taken back.
    pub detached_at: Option<DateTime<Utc>>,
    /// The calendar that counts; `None` counts all hours.
    pub calendar: Option<Named>,
    /// Working seconds used.
    pub elapsed_s: i64,
    /// People assigned at the breach.
    pub technicians: Vec<Named>,
    /// Groups assigned at the breach.
    pub groups: Vec<Named>,
    /// The interval of one status and the same people and groups that used the most.
    pub longest: Option<LongestInterval>,
    /// The ticket's history is whole and agrees with GLPI's row, and agreement and calendar are known.
    pub is_certain: bool,
}

/// The interval that used most of a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LongestInterval {
    /// Its beginning.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
    /// Working seconds it used.
    pub seconds: i64,
    /// `new`, `assigned`, `planned`, `pending`, `solved`, `closed` or `other`.
    pub status: String,
    /// People assigned during it.
    pub technicians: Vec<Named>,
    /// Groups assigned during it.
    pub groups: Vec<Named>,
}
