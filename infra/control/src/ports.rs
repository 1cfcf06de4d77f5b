//! The ports of the read side that control state implements.

use analytics::{IngestionStatusReader, PortError, SyncReceipt, SyncRequests, SyncState};
use async_trait::async_trait;
use schemas::{Instant, TicketId, ingestion::IngestionStatus};

use crate::{Control, Error, sync::SyncRow};

#[async_trait]
impl IngestionStatusReader for Control {
    async fn read(&self) -> Result<Option<IngestionStatus>, PortError> {
        self.read_status().await.map_err(|error| unavailable(&error))
    }
}

#[async_trait]
impl SyncRequests for Control {
    async fn request(&self, ticket: TicketId, now: Instant) -> Result<SyncReceipt, PortError> {
        self.queue_sync(ticket, now).await.and_then(receipt).map_err(|error| unavailable(&error))
    }

    async fn find(&self, id: i64) -> Result<Option<SyncReceipt>, PortError> {
        self.find_sync(id).await.and_then(|row| row.map(receipt).transpose()).map_err(|error| unavailable(&error))
    }
}

fn receipt((id, ticket_id, requested_at, state): SyncRow) -> Result<SyncReceipt, Error> {
    let state = match state.as_str() {
        "waiting" => SyncState::Waiting,
        "done" => SyncState::Done,
        "failed" => SyncState::Failed,
        other => return Err(Error::Row(format!("state {other}"))),
    };
    let requested_at = Instant(requested_at).datetime().ok_or_else(|| Error::Row(format!("time {requested_at}")))?;
    Ok(SyncReceipt { id, ticket_id, state, requested_at })
}

fn unavailable(error: &Error) -> PortError {
    PortError::Unavailable(error.to_string())
}
