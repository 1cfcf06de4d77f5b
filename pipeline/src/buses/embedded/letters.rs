//! Dead letters.

use async_trait::async_trait;
use schemas::{Instant, Origin, TicketId};
use serde::{Deserialize, de::IntoDeserializer};
use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    super::{DeadLetter, DeadLetters, Error},
    EmbeddedBus, storage,
};

/// Adds letters; one that is there already stays as it is.
pub(super) async fn add(connection: &mut SqliteConnection, letters: &[DeadLetter]) -> Result<(), Error> {
    for letter in letters {
        sqlx::query(
            "insert into dead_letters (id, at, stage, origin, ticket_id, reason, raw, redriven_at, crc32)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (id) do nothing",
        )
        .bind(&letter.id)
        .bind(letter.at.0)
        .bind(&letter.stage)
        .bind(letter.origin.as_str())
        .bind(letter.ticket_id.map(|ticket| ticket.0))
        .bind(&letter.reason)
        .bind(&letter.raw)
        .bind(letter.redriven_at.map(|at| at.0))
        .bind(checksum(letter))
        .execute(&mut *connection)
        .await
        .map_err(storage)?;
    }
    Ok(())
}

impl FromRow<'_, SqliteRow> for DeadLetter {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let origin: String = row.try_get("origin")?;
        let origin: Result<Origin, serde::de::value::Error> = Origin::deserialize(origin.into_deserializer());
        let letter = Self {
            id: row.try_get("id")?,
            at: Instant(row.try_get("at")?),
            stage: row.try_get("stage")?,
            origin: origin.map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            ticket_id: row.try_get::<Option<i64>, _>("ticket_id")?.map(TicketId),
            reason: row.try_get("reason")?,
            raw: row.try_get("raw")?,
            redriven_at: row.try_get::<Option<i64>, _>("redriven_at")?.map(Instant),
        };
        // A log of an earlier release has no such column, and its letters bear no checksum afterwards.
        match row.try_get::<Option<i64>, _>("crc32") {
            Ok(Some(crc32)) if crc32 != checksum(&letter) => Err(sqlx::Error::Decode(damaged(&letter.id).into())),
            _ => Ok(letter),
        }
    }
}

/// What is said of a letter that is not as it was written.
fn damaged(id: &str) -> String {
    Error::Broken(format!("the checksum of the dead letter {id} does not hold")).to_string()
}

/// The checksum of what never changes in a letter: not of when it was driven again.
fn checksum(letter: &DeadLetter) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    for text in [letter.id.as_str(), &letter.stage, letter.origin.as_str(), &letter.reason, &letter.raw] {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(&letter.at.0.to_le_bytes());
    hasher.update(&letter.ticket_id.map_or(-1, |ticket| ticket.0).to_le_bytes());
    i64::from(hasher.finalize())
}

#[async_trait]
impl DeadLetters for EmbeddedBus {
    async fn add(&self, letters: &[DeadLetter]) -> Result<(), Error> {
        let mut transaction = self.write().await?;
        add(&mut transaction, letters).await?;
        transaction.commit().await.map_err(storage)
    }

    async fn list(&self, after: Option<&str>, limit: u32) -> Result<Vec<DeadLetter>, Error> {
        sqlx::query_as(
            "select * from dead_letters
            where place > case when ?1 is null then 0 else (select place from dead_letters where id = ?1) end
            order by place limit ?2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(&self.reader)
        .await
        .map_err(storage)
    }

    async fn get(&self, id: &str) -> Result<Option<DeadLetter>, Error> {
        sqlx::query_as("select * from dead_letters where id = ?")
            .bind(id)
            .fetch_optional(&self.reader)
            .await
            .map_err(storage)
    }

    async fn waiting_rows(&self, itemtype: &str) -> Result<u64, Error> {
        let rows: i64 = sqlx::query_scalar(
            // The character after the slash ends the range: an index serves it.
            "select count(distinct origin) from dead_letters
            where redriven_at is null and origin > ?1 || '/' and origin < ?1 || '0'",
        )
        .bind(itemtype)
        .fetch_one(&self.reader)
        .await
        .map_err(storage)?;
        Ok(rows.cast_unsigned())
    }

    async fn mark_redriven(&self, id: &str, at: Instant) -> Result<(), Error> {
        let mut transaction = self.write().await?;
        sqlx::query("update dead_letters set redriven_at = ? where id = ?")
            .bind(at.0)
            .bind(id)
            .execute(&mut *transaction)
            .await
            .map_err(storage)?;
        transaction.commit().await.map_err(storage)
    }
}
