//! GetIngestionLag: how far the store is behind the desk, and whether every row is accounted for.

use chrono::{DateTime, Utc};
use schemas::{
    Instant,
    ingestion::{Breaker, EventCounts, RowCounts},
};
use serde::{Deserialize, Serialize};

use crate::{analytics::Analytics, answer::Answer, error::Error, reading::Note, window::date};

/// Seconds of lag beyond which somebody should look.
pub const LAG_ALARM_S: i64 = 300;

/// How far the store is behind the desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LagReport {
    /// Seconds since the instant up to which everything is in the store; `None` before the first backfill is done.
    pub lag_s: Option<i64>,
    /// The lag is above [`LAG_ALARM_S`].
    pub is_alarming: bool,
    /// What the source is doing, in words; `None` before it ran for the first time.
    pub phase: Option<String>,
    /// The source's place.
    pub cursor: Option<String>,
    /// The backfill is done, the last cycle succeeded and every event of it is in the store.
    pub caught_up: bool,
    /// The end of the topic.
    pub end_offset: u64,
    /// The offset after the last stored event.
    pub stored_offset: u64,
    /// Events that no processor has reached.
    pub pending_events: u64,
    /// Rows of the source.
    pub rows: RowCounts,
    /// Every fetched row is repeated, converted, filtered or dead.
    pub rows_balance: bool,
    /// Events of the topic.
    pub events: EventCounts,
    /// The source's circuit breaker.
    pub breaker: Breaker,
    /// What the source holds back because GLPI answers slowly, and why; `None` while it answers as usual.
    pub brake: Option<String>,
    /// Requests repeated after a transient failure.
    pub retries: u64,
    /// Requests that the source refused as malformed.
    pub criteria_failures: u64,
    /// When the source last completed a cycle.
    pub last_success_at: Option<DateTime<Utc>>,
    /// The last failure of the source since then.
    pub last_error: Option<String>,
    /// When the write side wrote all this.
    pub updated_at: Option<DateTime<Utc>>,
}

/// Answers the question.
pub async fn execute(analytics: &Analytics, now: Instant) -> Result<Answer<LagReport>, Error> {
    let found = analytics.ingestion_status().await?;
    let meta = Note::default().meta(found.as_ref(), now);
    let lag_s = meta.freshness_s;
    let written = found.is_some();
    let status = found.unwrap_or_default();
    let data = LagReport {
        lag_s,
        is_alarming: lag_s.is_some_and(|lag| lag > LAG_ALARM_S),
        phase: written.then_some(status.phase),
        cursor: status.cursor,
        caught_up: status.caught_up,
        end_offset: status.end_offset.0,
        stored_offset: status.stored_offset.0,
        pending_events: status.events.pending(),
        rows_balance: status.rows.balance(),
        rows: status.rows,
        events: status.events,
        breaker: status.breaker,
        brake: status.brake,
        retries: status.retries,
        criteria_failures: status.criteria_failures,
        last_success_at: status.last_success_at.map(date),
        last_error: status.last_error,
        updated_at: written.then(|| date(status.updated_at)),
    };
    Ok(Answer { data, meta })
}
