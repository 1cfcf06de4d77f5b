//! What the projection asks back: position, counts and folds.

use std::collections::HashMap;

use schemas::{Offset, ingestion::EventCounts};
use sqlx::{QueryBuilder, Sqlite, SqlitePool};

use super::{
    database::{self, storage},
    write,
};
use crate::sinks::Error;

/// Ids in one statement; the last one is filled up with repeats, so that there is one shape only.
const IDS_PER_STATEMENT: usize = 128;

pub(super) async fn position(pool: &SqlitePool, topic: &str) -> Result<Offset, Error> {
    let mut connection = pool.acquire().await.map_err(storage)?;
    write::position(&mut connection, topic).await
}

pub(super) async fn counts<'e>(on: impl sqlx::SqliteExecutor<'e>) -> Result<EventCounts, Error> {
    let named: Vec<(String, i64)> =
        sqlx::query_as("select name, value from counts").fetch_all(on).await.map_err(storage)?;
    let value = |name: &str| named.iter().find(|(found, _)| found == name).map_or(0, |(_, value)| *value as u64);
    Ok(EventCounts {
        appended: 0,
        stored: value("stored"),
        repeated: value("repeated"),
        filtered: value("filtered"),
        dead: value("dead"),
    })
}

pub(super) async fn folds(pool: &SqlitePool, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, Error> {
    let mut found = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(IDS_PER_STATEMENT) {
        let filled = chunk.iter().cycle().take(if chunk.len() == 1 { 1 } else { IDS_PER_STATEMENT });
        let mut statement = QueryBuilder::<Sqlite>::new("select id, state, crc32 from folds where space = ");
        statement.push_bind(space).push(" and id in (");
        let mut list = statement.separated(", ");
        for id in filled {
            list.push_bind(*id);
        }
        statement.push(")");
        let rows: Vec<FoldRow> = statement.build_query_as().fetch_all(pool).await.map_err(storage)?;
        for row in rows {
            let (id, state) = whole(space, row)?;
            found.insert(id, state);
        }
    }
    Ok(found)
}

pub(super) async fn scan_folds(
    pool: &SqlitePool,
    space: &str,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    let rows: Vec<FoldRow> =
        sqlx::query_as("select id, state, crc32 from folds where space = ? and id > ? order by id limit ?")
            .bind(space)
            .bind(after)
            .bind(limit)
            .fetch_all(pool)
            .await
            .map_err(storage)?;
    rows.into_iter().map(|row| whole(space, row)).collect()
}

/// A fold's id, state and checksum; an earlier release wrote no checksum.
type FoldRow = (i64, Vec<u8>, Option<i64>);

/// The checksum of a fold and of whose it is.
pub(super) fn fold_checksum(space: &str, id: i64, state: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(space.as_bytes());
    hasher.update(&id.to_le_bytes());
    hasher.update(state);
    hasher.finalize()
}

/// A fold that is as it was written, under the key that it was written under.
pub(super) fn whole(space: &str, (id, state, crc32): FoldRow) -> Result<(i64, Vec<u8>), Error> {
    if crc32.is_some_and(|crc32| crc32 != i64::from(fold_checksum(space, id, &state))) {
        return Err(database::damaged(&format!("the checksum of the working state of {space} {id} does not hold")));
    }
    Ok((id, state))
}
