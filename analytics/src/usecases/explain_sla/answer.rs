//! What the promises to a ticket are explained with.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::summaries::{Named, TicketSummary};

/// The promises to a ticket at an instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TicketSla {
    /// The ticket as it is now.
    pub ticket: TicketSummary,
    /// The instant that is explained.
    pub at: DateTime<Utc>,
    /// The ticket's history is whole and agrees with GLPI's row, and agreements and calendars are known. Where it is not certain,
    /// figures are the best that can be told.
    pub is_certain: bool,
    /// Every promise made until that instant, in the order in which they were made, those taken back included.
    pub promises: Vec<SlaPromise>,
}

/// One promise, in both modes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaPromise {
    /// `tto`, `ttr`, `internal_tto` or `internal_ttr`.
    pub clock: String,
    /// The SLA or OLA.
    pub agreement: Named,
    /// When it was made.
    pub attached_at: DateTime<Utc>,
    /// When it was replaced by another, or taken back.
    pub detached_at: Option<DateTime<Utc>>,
    /// By the rules of promises.
    pub canonical: SlaFigures,
    /// As GLPI reckons; `None` for a promise that the ticket no longer has, of which GLPI knows nothing.
    pub glpi: Option<SlaFigures>,
    /// Both modes tell the same target, deadline, time used and paused, and breach; `None` where GLPI tells nothing.
    pub modes_agree: Option<bool>,
    /// Why they differ, where they do.
    pub quirks: Vec<SlaQuirk>,
    /// Where the canonical time went.
    pub spent: SlaSpent,
}

/// A clock by one mode's arithmetic. Seconds are working seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaFigures {
    /// `running`, `paused`, `met`, `breached` or `cancelled`.
    pub state: String,
    /// The calendar that counts; `None` counts all hours.
    pub calendar: Option<Named>,
    /// From when time counts.
    pub started_at: DateTime<Utc>,
    /// When the promise was kept, given up or taken back.
    pub stopped_at: Option<DateTime<Utc>>,
    /// Seconds promised.
    pub target_s: i64,
    /// Seconds used.
    pub elapsed_s: i64,
    /// Seconds that a pause left out.
    pub paused_s: i64,
    /// Seconds solved or closed before a reopening.
    pub idle_s: i64,
    /// `target_s` less `elapsed_s`; negative once it is over.
    pub remaining_s: i64,
    /// When the target is used up: past, or forecast; canonically none while paused.
    pub due_at: Option<DateTime<Utc>>,
    /// When it is used up if the clock ran from this instant on.
    pub projected_due_at: Option<DateTime<Utc>>,
    /// The due instant, where it was passed while the clock ran.
    pub breached_at: Option<DateTime<Utc>>,
    /// Seconds beyond the target.
    pub over_by_s: i64,
    /// Its whole life.
    pub intervals: Vec<SlaInterval>,
}

/// A stretch of a clock's life: `from` belongs to it, `to` does not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaInterval {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub to: DateTime<Utc>,
    /// `working`, `pending` or `over`, which is solved or closed before a reopening.
    pub why: String,
    /// `new`, `assigned`, `planned`, `pending`, `solved`, `closed` or `other`.
    pub status: String,
    /// What the ticket waited for, where that is known.
    pub pending_reason: Option<Named>,
    /// Seconds of the calendar in it, whether they count or not.
    pub seconds: i64,
    /// Whether they were added to the clock.
    pub counts: bool,
    /// The clock after it.
    pub running_sum_s: i64,
    /// The calendar that counted; `None` counted all hours.
    pub calendar: Option<Named>,
}

/// A quirk of GLPI's that makes the modes differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaQuirk {
    /// Its name.
    pub name: String,
    /// What GLPI does.
    pub sentence: String,
}

/// The counted seconds of a clock by what the ticket was then. Several at once have equal parts: each list adds up to the
/// clock's `elapsed_s`, to the second.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaSpent {
    /// By status, the most first.
    pub by_status: Vec<SlaShare>,
    /// By group, likewise.
    pub by_group: Vec<SlaShare>,
    /// By person, likewise.
    pub by_technician: Vec<SlaShare>,
}

/// What one of them had of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaShare {
    /// GLPI's id or number; `None` for nobody, and for a time that history does not tell.
    pub id: Option<i64>,
    /// Its name, as far as Farol knows it.
    pub name: Option<String>,
    /// Counted seconds.
    pub seconds: i64,
    /// Those of them until the target was used up.
    pub of_target_s: i64,
}
