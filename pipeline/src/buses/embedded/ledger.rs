//! The source's memory.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{super::Error, EmbeddedBus, storage};
use crate::sources::{self, Ledger, LedgerEntry};

/// Rows of one statement: four parameters each, of which SQLite takes 32,766.
const ROWS_MAX: usize = 1_000;

/// Remembers and forgets; of several entries for one id the last counts.
pub(super) async fn save(connection: &mut SqliteConnection, entries: &[LedgerEntry]) -> Result<(), Error> {
    // By place in the table, so that neighbours are written together.
    let mut newest: BTreeMap<(&str, i64), Option<&[u8]>> = BTreeMap::new();
    for entry in entries {
        newest.insert((entry.space, entry.id), entry.value.as_deref());
    }
    let kept: Vec<_> = newest.iter().filter_map(|(place, value)| Some((*place, (*value)?))).collect();
    let gone: Vec<_> = newest.iter().filter(|(_, value)| value.is_none()).map(|(place, _)| *place).collect();

    for rows in kept.chunks(ROWS_MAX) {
        remember(connection, rows).await?;
    }
    for places in gone.chunk_by(|(one, _), (other, _)| one == other) {
        forget(connection, places).await?;
    }
    Ok(())
}

async fn remember(connection: &mut SqliteConnection, rows: &[((&str, i64), &[u8])]) -> Result<(), Error> {
    let mut insert = QueryBuilder::<Sqlite>::new("insert into ledger (space, id, value, crc32) ");
    insert.push_values(rows, |mut row, ((space, id), value)| {
        row.push_bind(*space).push_bind(*id).push_bind(*value).push_bind(checksum(space, *id, value));
    });
    insert.push(" on conflict (space, id) do update set value = excluded.value, crc32 = excluded.crc32");
    // Only statements of full length come again.
    insert.build().persistent(rows.len() == ROWS_MAX).execute(connection).await.map_err(storage)?;
    Ok(())
}

/// Forgets ids of one space.
async fn forget(connection: &mut SqliteConnection, places: &[(&str, i64)]) -> Result<(), Error> {
    let Some((space, _)) = places.first() else { return Ok(()) };
    let ids: Vec<i64> = places.iter().map(|(_, id)| *id).collect();
    let list = serde_json::to_string(&ids).map_err(|error| Error::Storage(error.to_string()))?;
    sqlx::query("delete from ledger where space = ? and id in (select value from json_each(?))")
        .bind(*space)
        .bind(list)
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(())
}

#[async_trait]
impl Ledger for EmbeddedBus {
    async fn recall(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, sources::Error> {
        // One bound list whatever its length: SQLite limits the number of parameters, not the size of one.
        let list = serde_json::to_string(ids).map_err(|error| sources::Error::Ledger(error.to_string()))?;
        let found: Vec<Entry> = sqlx::query_as(
            "select id, value, crc32 from ledger where space = ? and id in (select value from json_each(?))",
        )
        .bind(space)
        .bind(list)
        .fetch_all(&self.reader)
        .await
        .map_err(silent)?;
        found.into_iter().map(|entry| whole(space, entry)).collect()
    }

    async fn scan(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, sources::Error> {
        let found: Vec<Entry> =
            sqlx::query_as("select id, value, crc32 from ledger where space = ? and id > ? order by id limit ?")
                .bind(space)
                .bind(after)
                .bind(limit)
                .fetch_all(&self.reader)
                .await
                .map_err(silent)?;
        found.into_iter().map(|entry| whole(space, entry)).collect()
    }
}

/// An id, its value and their checksum; an earlier release wrote no checksum.
pub(super) type Entry = (i64, Vec<u8>, Option<i64>);

/// A value that is as it was written, under the id that it was written under.
fn whole(space: &str, (id, value, crc32): Entry) -> Result<(i64, Vec<u8>), sources::Error> {
    if crc32.is_some_and(|crc32| crc32 != checksum(space, id, &value)) {
        let reason = format!("the checksum of what the ledger holds of {space} {id} does not hold");
        return Err(sources::Error::Ledger(Error::Broken(reason).to_string()));
    }
    Ok((id, value))
}

pub(super) fn checksum(space: &str, id: i64, value: &[u8]) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(space.as_bytes());
    hasher.update(&id.to_le_bytes());
    hasher.update(value);
    i64::from(hasher.finalize())
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
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::{
        Fault,
        buses::{Append, Bus},
    };

    #[test]
    fn a_busy_ledger_is_asked_again_and_a_broken_one_is_not() {
        assert_eq!(silent(sqlx::Error::PoolTimedOut).fault(), Fault::Transient);
        assert_eq!(silent(sqlx::Error::RowNotFound).fault(), Fault::Fatal);
    }

    #[tokio::test]
    async fn of_more_entries_than_a_statement_holds_the_last_of_each_id_counts() {
        let folder = tempfile::tempdir().unwrap();
        let bus = EmbeddedBus::open(folder.path()).await.unwrap();
        let entry = |space, id: i64, value: Option<&str>| LedgerEntry { space, id, value: value.map(Into::into) };
        let ids: Vec<i64> = (1..=2_500).collect();

        let mut ledger: Vec<_> = ids.iter().map(|id| entry("ticket", *id, Some("first"))).collect();
        ledger.extend([entry("User", 7, Some("other space")), entry("ticket", 7, None), entry("ticket", 8, None)]);
        ledger.extend([entry("ticket", 8, Some("again")), entry("ticket", 2_500, Some("last"))]);
        bus.append(Append { ledger, ..Append::default() }).await.unwrap();
        bus.append(Append { ledger: vec![entry("ticket", 1, None)], ..Append::default() }).await.unwrap();

        let known = bus.recall("ticket", &ids).await.unwrap();
        assert_eq!(known.len(), 2_498);
        assert!(!known.contains_key(&1) && !known.contains_key(&7));
        assert_eq!([&known[&8], &known[&9], &known[&2_500]], [&b"again"[..], b"first", b"last"]);
        assert_eq!(bus.recall("User", &[7]).await.unwrap()[&7], b"other space");
    }
}
