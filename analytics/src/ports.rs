//! What the use cases need of the write side: its state, and a place to leave requests.

use std::fmt;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use schemas::{
    Instant, TicketId,
    ingestion::{IngestionStatus, RowCounts},
};
use serde::{Deserialize, Serialize};

/// Reads what the write side tells about its progress.
#[async_trait]
pub trait IngestionStatusReader: fmt::Debug + Send + Sync {
    /// The newest status; `None` before the write side ran for the first time.
    async fn read(&self) -> Result<Option<IngestionStatus>, PortError>;
}

/// Keeps requests to read one ticket again, until a connector picks them up.
#[async_trait]
pub trait SyncRequests: fmt::Debug + Send + Sync {
    /// Leaves a request. One that is still waiting for the same ticket is answered instead of a second one.
    async fn request(&self, ticket: TicketId, now: Instant) -> Result<SyncReceipt, PortError>;

    /// The request `id`; `None` when there is none.
    async fn find(&self, id: i64) -> Result<Option<SyncReceipt>, PortError>;
}

/// What became of a request to read one ticket again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SyncReceipt {
    /// The request.
    pub id: i64,
    /// The ticket.
    pub ticket_id: i64,
    /// How far it has come.
    pub state: SyncState,
    /// When it was asked for.
    pub requested_at: DateTime<Utc>,
    /// When it was answered; `None` while it waits.
    pub finished_at: Option<DateTime<Utc>>,
    /// What was read; `None` unless it is done.
    pub read: Option<SyncRead>,
    /// Why it failed, such as that there is no such ticket; `None` unless it did.
    pub failure: Option<String>,
}

/// What a request brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SyncRead {
    /// Rows of the ticket and of what belongs to it.
    pub rows: RowCounts,
    /// Events that they became; none where nothing had changed.
    pub events: u64,
}

/// How far a request to read one ticket again has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// No connector has answered it.
    Waiting,
    /// What the ticket looks like now is in the topic.
    Done,
    /// The source did not give the ticket: `failure` says why.
    Failed,
}

/// Why the control state gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// The control state cannot be read or written.
    #[error("control state is unavailable: {0}")]
    Unavailable(String),
}
