//! SyncTicket: asks for one ticket to be read again now, ahead of the next cycle, and tells what became of it.

use datafusion::prelude::{col, lit};
use schemas::{Instant, TicketId};
use serde::{Deserialize, Serialize};

use crate::{
    analytics::Analytics,
    answer::Answer,
    error::Error,
    filters::TicketFilters,
    inputs::ticket_id,
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

/// Which request to look for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The ticket that it is about, 1 or greater.
    pub ticket_id: i64,
    /// `id` of the receipt.
    pub receipt: i64,
}

/// Leaves the request. A viewer of the whole desk may name a ticket that Farol has not seen yet; any other must be able
/// to see it.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: Input,
    now: Instant,
) -> Result<Answer<SyncReceipt>, Error> {
    let ticket = ticket_id(input.ticket_id)?;
    if !may_ask_for(analytics, viewer, ticket).await? {
        return Err(Error::NotFound { what: "ticket", id: ticket.0 });
    }
    let receipt = analytics.sync_requests.request(ticket, now).await?;
    answer(analytics, receipt, now).await
}

/// What became of a request. One for another ticket, or for one out of sight, is as if it were not there.
pub async fn find(
    analytics: &Analytics,
    viewer: &Viewer,
    input: Receipt,
    now: Instant,
) -> Result<Answer<SyncReceipt>, Error> {
    let ticket = ticket_id(input.ticket_id)?;
    let found = analytics.sync_requests.find(input.receipt).await?.filter(|receipt| receipt.ticket_id == ticket.0);
    match found {
        Some(receipt) if may_ask_for(analytics, viewer, ticket).await? => answer(analytics, receipt, now).await,
        _ => Err(Error::NotFound { what: "sync request", id: input.receipt }),
    }
}

async fn may_ask_for(analytics: &Analytics, viewer: &Viewer, ticket: TicketId) -> Result<bool, Error> {
    if viewer.entities == Visible::All {
        return Ok(true);
    }
    let visible = analytics.read(viewer).await?.tickets(&TicketFilters::default()).await?;
    Ok(visible.filter(col("ticket_id").eq(lit(ticket.0)))?.count().await? > 0)
}

async fn answer(analytics: &Analytics, receipt: SyncReceipt, now: Instant) -> Result<Answer<SyncReceipt>, Error> {
    let status = analytics.ingestion_status().await?;
    Ok(Answer { data: receipt, meta: Note::default().meta(status.as_ref(), now) })
}
