//! The source's place and the counts of its rows, under one checksum: a cursor that a flipped bit moved would skip changes.

use schemas::{Cursor, ingestion::RowCounts};
use sqlx::SqliteConnection;

use super::{super::Error, open, storage};

/// Sets the cursor, where there is one, and adds `rows`.
pub(super) async fn save(
    connection: &mut SqliteConnection,
    cursor: Option<&Cursor>,
    rows: &RowCounts,
) -> Result<(), Error> {
    if cursor.is_none() && *rows == RowCounts::default() {
        return Ok(());
    }
    let (before, counted) = load(connection).await?;
    let cursor = cursor.cloned().or(before);
    let rows = RowCounts {
        fetched: counted.fetched + rows.fetched,
        repeated: counted.repeated + rows.repeated,
        converted: counted.converted + rows.converted,
        filtered: counted.filtered + rows.filtered,
        dead: counted.dead + rows.dead,
    };
    sqlx::query(
        "update checkpoint set cursor = ?, fetched = ?, repeated = ?, converted = ?, filtered = ?, dead = ?, crc32 = ?",
    )
    .bind(cursor.as_ref().map(|cursor| cursor.0.as_str()))
    .bind(rows.fetched as i64)
    .bind(rows.repeated as i64)
    .bind(rows.converted as i64)
    .bind(rows.filtered as i64)
    .bind(rows.dead as i64)
    .bind(checksum(cursor.as_ref(), &rows))
    .execute(connection)
    .await
    .map_err(storage)?;
    Ok(())
}

/// The saved place and counts, as they were written.
pub(super) async fn load(connection: &mut SqliteConnection) -> Result<(Option<Cursor>, RowCounts), Error> {
    let select = if open::is_checked(connection).await? {
        "select cursor, fetched, repeated, converted, filtered, dead, crc32 from checkpoint"
    } else {
        "select cursor, fetched, repeated, converted, filtered, dead, null from checkpoint"
    };
    let row: Option<CheckpointRow> = sqlx::query_as(select).fetch_optional(connection).await.map_err(storage)?;
    let Some((cursor, fetched, repeated, converted, filtered, dead, crc32)) = row else {
        return Err(Error::Broken("the source's place is missing".to_owned()));
    };
    let cursor = cursor.map(Cursor);
    let rows = RowCounts {
        fetched: fetched as u64,
        repeated: repeated as u64,
        converted: converted as u64,
        filtered: filtered as u64,
        dead: dead as u64,
    };
    if crc32.is_some_and(|crc32| crc32 != checksum(cursor.as_ref(), &rows)) {
        return Err(Error::Broken("the checksum of the source's place and counts does not hold".to_owned()));
    }
    Ok((cursor, rows))
}

/// Cursor, counts, and their checksum; an earlier release wrote no checksum.
type CheckpointRow = (Option<String>, i64, i64, i64, i64, i64, Option<i64>);

fn checksum(cursor: Option<&Cursor>, rows: &RowCounts) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    for number in [rows.fetched, rows.repeated, rows.converted, rows.filtered, rows.dead] {
        hasher.update(&number.to_le_bytes());
    }
    if let Some(cursor) = cursor {
        hasher.update(cursor.0.as_bytes());
    }
    i64::from(hasher.finalize())
}
