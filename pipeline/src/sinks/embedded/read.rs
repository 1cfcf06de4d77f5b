//! What the projection asks back: position, counts and folds.

use std::collections::HashMap;

use schemas::{Offset, ingestion::EventCounts};
use sqlx::{QueryBuilder, Sqlite, SqlitePool};

use super::{database::storage, write};
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
        let mut statement = QueryBuilder::<Sqlite>::new("select id, state from folds where space = ");
        statement.push_bind(space).push(" and id in (");
        let mut list = statement.separated(", ");
        for id in filled {
            list.push_bind(*id);
        }
        statement.push(")");
        found.extend(statement.build_query_as::<(i64, Vec<u8>)>().fetch_all(pool).await.map_err(storage)?);
    }
    Ok(found)
}

pub(super) async fn scan_folds(
    pool: &SqlitePool,
    space: &str,
    after: i64,
    limit: u32,
) -> Result<Vec<(i64, Vec<u8>)>, Error> {
    sqlx::query_as("select id, state from folds where space = ? and id > ? order by id limit ?")
        .bind(space)
        .bind(after)
        .bind(limit)
        .fetch_all(pool)
        .await
        .map_err(storage)
}
