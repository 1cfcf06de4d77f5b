//! The bus of a desk without servers: one SQLite file in the data directory.
//!
//! An append is one transaction, synced to the disk before it answers: records, dead letters, cursor, ledger and counts become
//! durable together or not at all. One writer; readers beside it, in this process or another, see whole appends only.

mod batch;
mod checkpoint;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod ledger;
mod letters;
mod open;
mod parts;
mod topic;
mod verify;

use std::path::Path;

use async_trait::async_trait;
use schemas::{Cursor, Instant, Offset, ingestion::RowCounts};
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::{Append, Bus, DeadLetters, Error, Record};
use crate::{sources::Ledger, sqlite};

pub use verify::verify;

/// The log of one desk. Cloning shares it.
#[derive(Clone, Debug)]
pub struct EmbeddedBus {
    writer: Option<SqlitePool>,
    reader: SqlitePool,
}

impl EmbeddedBus {
    /// The name of the log in the data directory.
    pub const FILE: &str = "log.sqlite";

    /// Opens the log in `data_dir` for writing, making it where there is none. It must be the only writer.
    pub async fn open(data_dir: &Path) -> Result<Self, Error> {
        let (writer, reader) = open::for_writing(data_dir).await?;
        Ok(Self { writer: Some(writer), reader })
    }

    /// Opens the log in `data_dir` for reading, beside whoever writes it.
    pub async fn open_read_only(data_dir: &Path) -> Result<Self, Error> {
        Ok(Self { writer: None, reader: open::for_reading(data_dir).await? })
    }

    /// Ends every connection, after which the file stands by itself.
    pub async fn close(&self) {
        self.reader.close().await;
        if let Some(writer) = &self.writer {
            writer.close().await;
        }
    }

    /// A transaction that holds the write lock from its start, so that it never fails half way for want of it.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        let writer = self.writer.as_ref().ok_or_else(|| Error::Storage("it is open for reading only".to_owned()))?;
        writer.begin_with("begin immediate").await.map_err(storage)
    }

    /// A transaction that sees one state of the log.
    async fn snapshot(&self) -> Result<Transaction<'static, Sqlite>, Error> {
        self.reader.begin().await.map_err(storage)
    }
}

#[async_trait]
impl Bus for EmbeddedBus {
    async fn append(&self, batch: Append) -> Result<Offset, Error> {
        let mut transaction = self.write().await?;
        let end = topic::append(&mut transaction, &batch).await?;
        letters::add(&mut transaction, &batch.dead).await?;
        ledger::save(&mut transaction, &batch.ledger).await?;
        checkpoint::save(&mut transaction, batch.cursor.as_ref(), &batch.rows).await?;
        transaction.commit().await.map_err(storage)?;
        Ok(end)
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, Error> {
        topic::read(&mut *self.snapshot().await?, topic, from, limit).await
    }

    async fn end(&self, topic: &str) -> Result<Offset, Error> {
        topic::end(&mut *self.snapshot().await?, topic).await
    }

    async fn offset_at(&self, topic: &str, at: Instant) -> Result<Offset, Error> {
        topic::offset_at(&mut *self.snapshot().await?, topic, at).await
    }

    async fn checkpoint(&self) -> Result<(Option<Cursor>, RowCounts), Error> {
        checkpoint::load(&mut *self.snapshot().await?).await
    }

    fn ledger(&self) -> &dyn Ledger {
        self
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self
    }
}

/// What SQLite says, as a situation.
#[allow(clippy::needless_pass_by_value, reason = "so that it can be handed to `map_err`")]
fn storage(error: sqlx::Error) -> Error {
    if sqlite::is_passing(&error) { Error::Busy(error.to_string()) } else { Error::Storage(error.to_string()) }
}

#[cfg(test)]
mod tests;
