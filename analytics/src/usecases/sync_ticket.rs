//! SyncTicket: asks for one ticket to be read again now, ahead of the next cycle.

use datafusion::prelude::{col, lit};
use schemas::{Instant, TicketId};
use serde::{Deserialize, Serialize};

use crate::{
    analytics::Analytics,
    answer::Answer,
    error::Error,
    filters::TicketFilters,
    ports::SyncReceipt,
    reading::Note,
    viewer::{Viewer, Visible},
};

/// What to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The ticket, 1 or greater.
    pub ticket_id: i64,
}

/// Leaves the request. A viewer of the whole desk may name a ticket that Farol has not seen yet; any other must be able
/// to see it.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: Input,
    now: Instant,
) -> Result<Answer<SyncReceipt>, Error> {
    if input.ticket_id < 1 {
        return Err(Error::invalid("ticket_id", format!("{} is no ticket", input.ticket_id), "1 or greater"));
    }
    if viewer.entities != Visible::All {
        let ticket = analytics.read(viewer).await?.tickets(&TicketFilters::default())?;
        if ticket.filter(col("ticket_id").eq(lit(input.ticket_id)))?.count().await? == 0 {
            return Err(Error::NotFound { what: "ticket", id: input.ticket_id });
        }
    }
    let receipt = analytics.sync_requests.request(TicketId(input.ticket_id), now).await?;
    answer(analytics, receipt, now).await
}

/// What became of the request `id`.
pub async fn find(analytics: &Analytics, id: i64, now: Instant) -> Result<Answer<SyncReceipt>, Error> {
    let receipt = analytics.sync_requests.find(id).await?;
    let receipt = receipt.ok_or(Error::NotFound { what: "sync request", id })?;
    answer(analytics, receipt, now).await
}

async fn answer(analytics: &Analytics, receipt: SyncReceipt, now: Instant) -> Result<Answer<SyncReceipt>, Error> {
    let status = analytics.ingestion_status().await?;
    Ok(Answer { data: receipt, meta: Note::default().meta(status.as_ref(), now) })
}
