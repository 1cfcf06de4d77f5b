//! Requests to read one ticket again at once. They survive a restart and are answered at least once.

use schemas::{Instant, TicketId};
use sqlx::Row;
use uuid::Uuid;

use crate::{Control, Error};

/// A request nobody has answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedSync {
    /// Its name.
    pub id: String,
    /// The ticket to read.
    pub ticket_id: TicketId,
}

/// A request and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SyncRow {
    pub(crate) id: String,
    pub(crate) ticket_id: TicketId,
    pub(crate) requested_at: Instant,
    pub(crate) state: String,
}

impl Control {
    /// Asks for `ticket` to be read. A request for it that still waits is answered in place of a second one.
    pub(crate) async fn queue_sync(&self, ticket: TicketId, now: Instant) -> Result<SyncRow, Error> {
        let mut transaction = self.pool.begin_with("begin immediate").await?;
        let waiting: Option<(String, i64)> = sqlx::query_as(
            "select id, requested_at from sync_requests where state = 'queued' and ticket_id = $1 limit 1",
        )
        .bind(ticket.0)
        .fetch_optional(&mut *transaction)
        .await?;
        let (id, requested_at) = match waiting {
            Some(found) => found,
            None => {
                let id = Uuid::new_v4().to_string();
                sqlx::query(
                    "insert into sync_requests (id, ticket_id, requested_at, state) values ($1, $2, $3, 'queued')",
                )
                .bind(&id)
                .bind(ticket.0)
                .bind(now.0)
                .execute(&mut *transaction)
                .await?;
                (id, now.0)
            }
        };
        transaction.commit().await?;
        Ok(SyncRow { id, ticket_id: ticket, requested_at: Instant(requested_at), state: "queued".to_owned() })
    }

    /// A request by its name.
    pub(crate) async fn find_sync(&self, id: &str) -> Result<Option<SyncRow>, Error> {
        let row = sqlx::query("select id, ticket_id, requested_at, state from sync_requests where id = $1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| {
            Ok(SyncRow {
                id: row.try_get(0)?,
                ticket_id: TicketId(row.try_get(1)?),
                requested_at: Instant(row.try_get(2)?),
                state: row.try_get(3)?,
            })
        })
        .transpose()
    }

    /// The oldest requests nobody has answered.
    pub async fn queued_syncs(&self, limit: u32) -> Result<Vec<QueuedSync>, Error> {
        let rows: Vec<(String, i64)> = sqlx::query_as(
            "select id, ticket_id from sync_requests where state = 'queued' order by requested_at, id limit $1",
        )
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.into_iter().map(|(id, ticket)| QueuedSync { id, ticket_id: TicketId(ticket) }).collect())
    }

    /// Answers a request: `Ok` when the ticket was read, else why not.
    pub async fn finish_sync(&self, id: &str, outcome: Result<(), &str>, now: Instant) -> Result<(), Error> {
        let (state, detail) = match outcome {
            Ok(()) => ("done", None),
            Err(reason) => ("failed", Some(reason)),
        };
        sqlx::query("update sync_requests set state = $2, finished_at = $3, detail = $4 where id = $1")
            .bind(id)
            .bind(state)
            .bind(now.0)
            .bind(detail)
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
