//! What the write side tells everybody about its progress: conservation counts and how fresh the store is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Instant, Offset};

/// Rows of the source, each counted where it happens: `fetched = repeated + converted + filtered + dead`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RowCounts {
    /// Rows that the source delivered.
    pub fetched: u64,
    /// Rows known already with the same content.
    pub repeated: u64,
    /// Rows that became events.
    pub converted: u64,
    /// Rows left out on purpose.
    pub filtered: u64,
    /// Rows that no event can be made of; each is a dead letter.
    pub dead: u64,
}

impl RowCounts {
    /// Whether the conservation equation holds.
    pub const fn balance(&self) -> bool {
        self.fetched == self.repeated + self.converted + self.filtered + self.dead
    }
}

/// Events of both topics, each counted where it happens: `appended = stored + repeated + filtered + dead` once all are processed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EventCounts {
    /// Events in the topics.
    pub appended: u64,
    /// Events whose rows are in the store.
    pub stored: u64,
    /// Events whose id was in the store already.
    pub repeated: u64,
    /// Events left out on purpose.
    pub filtered: u64,
    /// Records that are no event; each is a dead letter.
    pub dead: u64,
}

impl EventCounts {
    /// Events that a processor has not reached yet.
    pub const fn pending(&self) -> u64 {
        self.appended.saturating_sub(self.stored + self.repeated + self.filtered + self.dead)
    }
}

/// A circuit breaker's state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Breaker {
    /// Requests pass.
    #[default]
    Closed,
    /// Requests are refused at once.
    Open,
    /// One probe is under way.
    HalfOpen,
}

/// How the clocks of the desk's promises are followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockStatus {
    /// Clocks of which a part of the target is still to be used up, as of the last look.
    pub running: u64,
    /// When the next part of a target is used up, unless something happens before.
    pub next_at: Option<Instant>,
    /// Events in their topic.
    pub told: u64,
    /// Why they could not be looked at, in a sentence; `None` once they are again.
    pub error: Option<String>,
}

/// How far the write side has come, written by it after each step and read by whoever asks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct IngestionStatus {
    /// What the source is doing, in words: `backfill of Log 12000 of 39089`, `following`.
    pub phase: String,
    /// Since when it does that kind of work.
    #[serde(default)]
    pub phase_since: Option<Instant>,
    /// Rows of the first reading done and in all, while it is under way.
    #[serde(default)]
    pub progress: Option<(u64, u64)>,
    /// The source's place, readable.
    pub cursor: Option<String>,
    /// The backfill is done, the last cycle succeeded and every event of it is in the store.
    pub caught_up: bool,
    /// Every change of a ticket (its row, links, comments and history) before this instant is in the topic. Surveys, dimensions
    /// and purges are read in rounds of their own and may come later.
    pub source_watermark: Option<Instant>,
    /// The end of the topic when `source_watermark` was reached.
    pub watermark_offset: Offset,
    /// Every change of a ticket before this instant is in the store, as for `source_watermark`.
    pub stored_watermark: Option<Instant>,
    /// The end of the topic.
    pub end_offset: Offset,
    /// The offset after the last stored event.
    pub stored_offset: Offset,
    /// When the source last completed a cycle.
    pub last_success_at: Option<Instant>,
    /// The last failure of the source since then, in a sentence.
    pub last_error: Option<String>,
    /// Since when the source fails.
    #[serde(default)]
    pub error_since: Option<Instant>,
    /// The last failure of the store, in a sentence; `None` once it works again.
    #[serde(default)]
    pub store_error: Option<String>,
    /// Since when the store fails.
    #[serde(default)]
    pub store_error_since: Option<Instant>,
    /// The source's circuit breaker.
    pub breaker: Breaker,
    /// What the source holds back because GLPI answers slowly, in a sentence without a full stop.
    #[serde(default)]
    pub brake: Option<String>,
    /// Rows of the source.
    pub rows: RowCounts,
    /// Events of both topics.
    pub events: EventCounts,
    /// How clocks are followed.
    #[serde(default)]
    pub clocks: ClockStatus,
    /// Tickets whose row, or a part of what belongs to it, was told in a form that could not be read and is a dead letter still.
    #[serde(default)]
    pub unreadable_tickets: u64,
    /// Requests repeated after a transient failure.
    pub retries: u64,
    /// Times that a search or page request was refused as malformed.
    pub criteria_failures: u64,
    /// When this status was written.
    pub updated_at: Instant,
}
