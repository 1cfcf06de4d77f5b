//! The source's place and the counts of its rows.

use schemas::{Cursor, ingestion::RowCounts};
use sqlx::SqliteConnection;

use super::{super::Error, storage};

/// Sets the cursor, where there is one, and adds `rows`.
pub(super) async fn save(
    connection: &mut SqliteConnection,
    cursor: Option<&Cursor>,
    rows: &RowCounts,
) -> Result<(), Error> {
    if cursor.is_none() && *rows == RowCounts::default() {
        return Ok(());
    }
    sqlx::query(
        "update checkpoint set cursor = coalesce(?, cursor), fetched = fetched + ?, repeated = repeated + ?,
            converted = converted + ?, filtered = filtered + ?, dead = dead + ?",
    )
    .bind(cursor.map(|cursor| cursor.0.as_str()))
    .bind(rows.fetched as i64)
    .bind(rows.repeated as i64)
    .bind(rows.converted as i64)
    .bind(rows.filtered as i64)
    .bind(rows.dead as i64)
    .execute(connection)
    .await
    .map_err(storage)?;
    Ok(())
}

/// The saved place and counts.
pub(super) async fn load(connection: &mut SqliteConnection) -> Result<(Option<Cursor>, RowCounts), Error> {
    let (cursor, fetched, repeated, converted, filtered, dead): (Option<String>, i64, i64, i64, i64, i64) =
        sqlx::query_as("select cursor, fetched, repeated, converted, filtered, dead from checkpoint")
            .fetch_one(connection)
            .await
            .map_err(storage)?;
    let rows = RowCounts {
        fetched: fetched as u64,
        repeated: repeated as u64,
        converted: converted as u64,
        filtered: filtered as u64,
        dead: dead as u64,
    };
    Ok((cursor.map(Cursor), rows))
}
