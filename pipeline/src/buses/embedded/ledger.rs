//! The source's memory.

use std::collections::HashMap;

use async_trait::async_trait;
use sqlx::SqliteConnection;

use super::{super::Error, EmbeddedBus, storage};
use crate::sources::{self, Ledger, LedgerEntry};

/// Remembers and forgets.
pub(super) async fn save(connection: &mut SqliteConnection, entries: &[LedgerEntry]) -> Result<(), Error> {
    for entry in entries {
        let query = match &entry.value {
            Some(value) => sqlx::query(
                "insert into ledger (space, id, value) values (?1, ?2, ?3)
                on conflict (space, id) do update set value = excluded.value",
            )
            .bind(entry.space)
            .bind(entry.id)
            .bind(value),
            None => sqlx::query("delete from ledger where space = ?1 and id = ?2").bind(entry.space).bind(entry.id),
        };
        query.execute(&mut *connection).await.map_err(storage)?;
    }
    Ok(())
}

#[async_trait]
impl Ledger for EmbeddedBus {
    async fn recall(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, sources::Error> {
        // One bound list whatever its length: SQLite limits the number of parameters, not the size of one.
        let list = serde_json::to_string(ids).map_err(|error| sources::Error::Ledger(error.to_string()))?;
        let found: Vec<(i64, Vec<u8>)> =
            sqlx::query_as("select id, value from ledger where space = ? and id in (select value from json_each(?))")
                .bind(space)
                .bind(list)
                .fetch_all(&self.reader)
                .await
                .map_err(silent)?;
        Ok(found.into_iter().collect())
    }

    async fn scan(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, sources::Error> {
        sqlx::query_as("select id, value from ledger where space = ? and id > ? order by id limit ?")
            .bind(space)
            .bind(after)
            .bind(limit)
            .fetch_all(&self.reader)
            .await
            .map_err(silent)
    }
}

/// What SQLite says to whoever asked the ledger: a lock that somebody else holds is no reason to stop.
fn silent(error: sqlx::Error) -> sources::Error {
    match storage(error) {
        Error::Busy(reason) => sources::Error::LedgerBusy(reason),
        other => sources::Error::Ledger(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fault;

    #[test]
    fn a_busy_ledger_is_asked_again_and_a_broken_one_is_not() {
        assert_eq!(silent(sqlx::Error::PoolTimedOut).fault(), Fault::Transient);
        assert_eq!(silent(sqlx::Error::RowNotFound).fault(), Fault::Fatal);
    }
}
