//! The ports of the read side that control state implements.

use analytics::{IngestionStatusReader, PortError, SyncRead, SyncReceipt, SyncRequests, SyncState};
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

fn receipt((id, ticket_id, requested_at, state, finished_at, detail): SyncRow) -> Result<SyncReceipt, Error> {
    let time = |at: i64| Instant(at).datetime().ok_or_else(|| Error::Row(format!("time {at}")));
    let read = |detail: String| {
        serde_json::from_str::<SyncRead>(&detail).map_err(|error| Error::Row(format!("answer {detail}: {error}")))
    };
    let (state, read, failure) = match state.as_str() {
        "waiting" => (SyncState::Waiting, None, None),
        "done" => (SyncState::Done, detail.map(read).transpose()?, None),
        "failed" => (SyncState::Failed, None, detail),
        other => return Err(Error::Row(format!("state {other}"))),
    };
    let (requested_at, finished_at) = (time(requested_at)?, finished_at.map(time).transpose()?);
    Ok(SyncReceipt { id, ticket_id, state, requested_at, finished_at, read, failure })
}

fn unavailable(error: &Error) -> PortError {
    PortError::Unavailable(error.to_string())
}
