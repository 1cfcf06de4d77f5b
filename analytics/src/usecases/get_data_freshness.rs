//! GetDataFreshness: whether answers show the desk as it is.

use chrono::{DateTime, Utc};
use schemas::Instant;
use serde::{Deserialize, Serialize};

use super::get_ingestion_lag::LAG_ALARM_S;
use crate::{analytics::Analytics, answer::Answer, error::Error, reading::Note};

/// Whether answers show the desk as it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FreshnessIndicator {
    /// In one word.
    pub state: FreshnessState,
    /// Every change of a ticket before this instant is in answers; surveys, renamed things, redefined SLAs and purged tickets
    /// may come some minutes later.
    pub watermark: Option<DateTime<Utc>>,
    /// Seconds since then.
    pub freshness_s: Option<i64>,
    /// Seconds beyond which answers are stale.
    pub stale_after_s: i64,
    /// The backfill is done and the last cycle is in the store.
    pub caught_up: bool,
}

/// Whether answers show the desk as it is, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FreshnessState {
    /// They do, but for the last five minutes.
    Fresh,
    /// Changes of the last minutes or hours are missing.
    Stale,
    /// Nothing was ingested, or the first backfill is under way.
    Unknown,
}

/// Answers the question.
pub async fn execute(analytics: &Analytics, now: Instant) -> Result<Answer<FreshnessIndicator>, Error> {
    let status = analytics.ingestion_status().await?;
    let meta = Note::default().meta(status.as_ref(), now);
    let state = match meta.freshness_s {
        None => FreshnessState::Unknown,
        Some(seconds) if seconds > LAG_ALARM_S => FreshnessState::Stale,
        Some(_) => FreshnessState::Fresh,
    };
    let data = FreshnessIndicator {
        state,
        watermark: meta.watermark,
        freshness_s: meta.freshness_s,
        stale_after_s: LAG_ALARM_S,
        caught_up: status.is_some_and(|status| status.caught_up),
    };
    Ok(Answer { data, meta })
}
