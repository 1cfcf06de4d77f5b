//! Maintenance that one process asks of the process that holds the data directory.

use schemas::Instant;
use uuid::Uuid;

use crate::{Control, Error};

/// A task that waits for the process that holds the data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// Its name.
    pub id: String,
    /// What to do, as JSON of the asker's and the doer's own agreement.
    pub task: String,
    /// When it was asked for.
    pub requested_at: Instant,
}

/// What became of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MaintenanceState {
    /// Nobody has taken it.
    Queued,
    /// It is done; the answer.
    Done(String),
    /// It failed; why.
    Failed(String),
}

impl Control {
    /// Leaves a task and answers its name.
    pub async fn queue_maintenance(&self, task: &str, now: Instant) -> Result<String, Error> {
        let id = Uuid::new_v4().to_string();
        sqlx::query("insert into maintenance (id, task, requested_at, state) values ($1, $2, $3, 'queued')")
            .bind(&id)
            .bind(task)
            .bind(now.0)
            .execute(&self.pool)
            .await?;
        Ok(id)
    }

    /// The tasks that wait, oldest first.
    pub async fn queued_maintenance(&self) -> Result<Vec<Maintenance>, Error> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "select id, task, requested_at from maintenance where state = 'queued' order by requested_at, id",
        )
        .fetch_all(&self.pool)
        .await?;
        let task = |(id, task, at)| Maintenance { id, task, requested_at: Instant(at) };
        Ok(rows.into_iter().map(task).collect())
    }

    /// Says what became of a task. A task that was taken back is left as it is.
    pub async fn finish_maintenance(
        &self,
        id: &str,
        outcome: &Result<String, String>,
        now: Instant,
    ) -> Result<(), Error> {
        let (state, answer) = match outcome {
            Ok(answer) => ("done", answer),
            Err(reason) => ("failed", reason),
        };
        sqlx::query(
            "update maintenance set state = $2, answer = $3, finished_at = $4 where id = $1 and state = 'queued'",
        )
        .bind(id)
        .bind(state)
        .bind(answer)
        .bind(now.0)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Takes a task back that nobody has answered. Answers whether it was still waiting.
    pub async fn withdraw_maintenance(&self, id: &str) -> Result<bool, Error> {
        let done = sqlx::query("delete from maintenance where id = $1 and state = 'queued'")
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// What became of a task; `None` if there is none of that name.
    pub async fn maintenance_state(&self, id: &str) -> Result<Option<MaintenanceState>, Error> {
        let row: Option<(String, Option<String>)> =
            sqlx::query_as("select state, answer from maintenance where id = $1")
                .bind(id)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|(state, answer)| match state.as_str() {
            "done" => MaintenanceState::Done(answer.unwrap_or_default()),
            "failed" => MaintenanceState::Failed(answer.unwrap_or_default()),
            _ => MaintenanceState::Queued,
        }))
    }
}
