//! Requests to read one ticket again at once. They survive a restart and are answered at least once.

use analytics::SyncRead;
use schemas::{Instant, TicketId};

use crate::{Control, Error};

/// A request nobody has answered yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedSync {
    /// Its number.
    pub id: i64,
    /// The ticket to read.
    pub ticket_id: TicketId,
}

/// A request and what became of it: id, ticket, when it was asked, `waiting`, `done` or `failed`, when it was answered, and
/// what was read (as JSON) or why not.
pub(crate) type SyncRow = (i64, i64, i64, String, Option<i64>, Option<String>);

impl Control {
    /// Asks for `ticket` to be read. A request for it that still waits is answered in place of a second one.
    pub(crate) async fn queue_sync(&self, ticket: TicketId, now: Instant) -> Result<SyncRow, Error> {
        let mut transaction = self.pool.begin_with("begin immediate").await?;
        let waiting: Option<SyncRow> = sqlx::query_as(
            "select id, ticket_id, requested_at, state, finished_at, detail from sync_requests
             where state = 'waiting' and ticket_id = $1 limit 1",
        )
        .bind(ticket.0)
        .fetch_optional(&mut *transaction)
        .await?;
        let row = match waiting {
            Some(waiting) => waiting,
            None => {
                sqlx::query_as(
                    "insert into sync_requests (ticket_id, requested_at, state) values ($1, $2, 'waiting')
                     returning id, ticket_id, requested_at, state, finished_at, detail",
                )
                .bind(ticket.0)
                .bind(now.0)
                .fetch_one(&mut *transaction)
                .await?
            }
        };
        transaction.commit().await?;
        Ok(row)
    }

    /// A request by its number.
    pub(crate) async fn find_sync(&self, id: i64) -> Result<Option<SyncRow>, Error> {
        Ok(sqlx::query_as(
            "select id, ticket_id, requested_at, state, finished_at, detail from sync_requests where id = $1",
        )
        .bind(id)
        .fetch_optional(&self.pool)
        .await?)
    }

    /// The oldest requests nobody has answered.
    pub async fn queued_syncs(&self, limit: u32) -> Result<Vec<QueuedSync>, Error> {
        let rows: Vec<(i64, i64)> =
            sqlx::query_as("select id, ticket_id from sync_requests where state = 'waiting' order by id limit $1")
                .bind(limit)
                .fetch_all(&self.pool)
                .await?;
        Ok(rows.into_iter().map(|(id, ticket)| QueuedSync { id, ticket_id: TicketId(ticket) }).collect())
    }

    /// Answers a request: what was read, or why nothing was.
    pub async fn finish_sync(&self, id: i64, outcome: Result<SyncRead, String>, now: Instant) -> Result<(), Error> {
        let (state, detail) = match outcome {
            Ok(read) => ("done", serde_json::to_string(&read).map_err(|error| Error::Row(error.to_string()))?),
            Err(reason) => ("failed", reason),
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
