//! Rows of the contract's tables, as plain values and as Arrow batches.

mod cells;
mod clocks;
mod dimensions;
mod events;
mod spans;
mod tickets;

use schemas::{Confidence, Instance, Instant, Offset, TicketId, TicketState};

pub(crate) use clocks::clocks;
pub(crate) use dimensions::dimensions;
pub(crate) use events::events;
pub(crate) use spans::spans;
pub(crate) use tickets::tickets;

/// A row of `tickets`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each field is the column of the `tickets` table that has its name, documented there")]
#[allow(clippy::struct_excessive_bools, reason = "the table has them")]
pub struct TicketRow {
    pub instance: Instance,
    pub ticket_id: TicketId,
    pub ticket_version: Offset,
    pub presence: &'static str,
    pub is_counted: bool,
    pub absent_since: Option<Instant>,
    pub status: u8,
    pub is_open: bool,
    pub requester_ids: Vec<i64>,
    pub technician_ids: Vec<i64>,
    pub group_ids: Vec<i64>,
    pub technician_id: Option<i64>,
    pub group_id: Option<i64>,
    pub first_assigned_at: Option<Instant>,
    pub first_solved_at: Option<Instant>,
    pub solved_at: Option<Instant>,
    pub closed_at: Option<Instant>,
    pub reopen_count: u32,
    pub reopened_at: Option<Instant>,
    pub target_tto_s: Option<i64>,
    pub target_ttr_s: Option<i64>,
    pub target_internal_tto_s: Option<i64>,
    pub target_internal_ttr_s: Option<i64>,
    pub waiting_since: Option<Instant>,
    pub followup_count: u32,
    pub task_count: u32,
    pub solution_count: u32,
    pub survey_sent_at: Option<Instant>,
    pub survey_answered_at: Option<Instant>,
    pub survey_score: Option<f64>,
    pub history_complete: bool,
    pub history_agrees: bool,
    /// The newest row of the ticket in the source: the columns not named above are its.
    pub state: TicketState,
}

/// A row of `ticket_spans`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each field is a column of the `ticket_spans` table, documented there")]
pub struct SpanRow {
    pub instance: Instance,
    pub ticket_id: TicketId,
    pub ticket_version: Offset,
    pub start: Instant,
    pub end: Option<Instant>,
    pub status: u8,
    pub is_open: bool,
    pub is_counted: bool,
    pub priority: u8,
    pub entity_id: i64,
    pub technician_ids: Vec<i64>,
    pub group_ids: Vec<i64>,
    pub confidence: Confidence,
}

/// A row of `sla_clocks`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each field is a column of the `sla_clocks` table, documented there")]
pub struct ClockRow {
    pub instance: Instance,
    pub ticket_id: TicketId,
    pub ticket_version: Offset,
    pub clock: &'static str,
    pub agreement_id: i64,
    pub attached_at: Instant,
    pub detached_at: Option<Instant>,
    pub entity_id: i64,
    pub priority: u8,
    pub is_counted: bool,
    pub started_at: Instant,
    pub stopped_at: Option<Instant>,
    pub running_since: Option<Instant>,
    pub paused_since: Option<Instant>,
    pub target_s: i64,
    pub calendar_id: Option<i64>,
    pub elapsed_s: i64,
    pub paused_s: i64,
    pub idle_s: i64,
    pub due_at: Option<Instant>,
    pub breached_at: Option<Instant>,
    pub over_s: i64,
    pub technician_ids: Vec<i64>,
    pub group_ids: Vec<i64>,
    pub longest: Option<LongestRow>,
    pub glpi_due_at: Option<Instant>,
    pub glpi_elapsed_s: Option<i64>,
    pub glpi_paused_s: Option<i64>,
    pub glpi_breached_at: Option<Instant>,
    pub glpi_over_s: Option<i64>,
    pub quirks: Vec<i64>,
    pub is_certain: bool,
    pub steps: String,
}

/// The columns `longest_*` of a row of `sla_clocks`.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "each field is a column of the `sla_clocks` table, documented there")]
pub struct LongestRow {
    pub from: Instant,
    pub until: Instant,
    pub seconds: i64,
    pub status: u8,
    pub technician_ids: Vec<i64>,
    pub group_ids: Vec<i64>,
}

/// Whether work on a ticket of that status is still to be done: neither solved nor closed.
pub(crate) const fn is_open(status: u8) -> bool {
    !matches!(status, 5 | 6)
}

/// The name of a confidence in tables.
const fn confidence_name(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Recorded => "recorded",
        Confidence::Observed => "observed",
        Confidence::Inferred => "inferred",
    }
}
