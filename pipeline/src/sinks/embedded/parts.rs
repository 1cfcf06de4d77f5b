//! The files and batches that a table consists of.

use std::path::{Path, PathBuf};

use schemas::{
    manifest,
    tables::{Part, Table},
};
use sqlx::SqliteConnection;

use super::{database::storage, merge::Run};
use crate::sinks::Error;

/// A file of the manifest.
#[derive(Clone, Debug)]
pub(super) struct FileEntry {
    pub(super) id: i64,
    pub(super) path: String,
    pub(super) rows: i64,
    pub(super) crc32: u32,
}

/// A batch of the manifest.
#[derive(Clone, Debug)]
pub(super) struct BatchEntry {
    pub(super) id: i64,
    pub(super) added_seq: i64,
    pub(super) rows: i64,
    pub(super) crc32: u32,
    pub(super) data: Vec<u8>,
}

/// The live files of a table, oldest first.
pub(super) async fn files(connection: &mut SqliteConnection, table: Table) -> Result<Vec<FileEntry>, Error> {
    let rows: Vec<(i64, String, i64, i64)> = sqlx::query_as(
        "select id, path, rows, crc32 from files where table_name = ? and removed_seq is null order by id",
    )
    .bind(table.name())
    .fetch_all(connection)
    .await
    .map_err(storage)?;
    Ok(rows.into_iter().map(|(id, path, rows, crc32)| FileEntry { id, path, rows, crc32: crc32 as u32 }).collect())
}

/// The live batches of a table, oldest first, up to the one that makes them hold `bytes_max`.
pub(super) async fn batches(
    connection: &mut SqliteConnection,
    table: Table,
    bytes_max: u64,
) -> Result<Vec<BatchEntry>, Error> {
    let rows: Vec<(i64, i64, i64, i64, Vec<u8>)> = sqlx::query_as(
        "select id, added_seq, rows, crc32, data from batches where table_name = ? and removed_seq is null and id <= (
             select coalesce(min(id), 9223372036854775807) from (
                 select id, sum(bytes) over (order by id) as total from batches
                 where table_name = ? and removed_seq is null
             ) where total >= ?
         ) order by id",
    )
    .bind(table.name())
    .bind(table.name())
    .bind(i64::try_from(bytes_max).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await
    .map_err(storage)?;
    let entry = |(id, added_seq, rows, crc32, data): (i64, i64, i64, i64, Vec<u8>)| BatchEntry {
        id,
        added_seq,
        rows,
        crc32: crc32 as u32,
        data,
    };
    Ok(rows.into_iter().map(entry).collect())
}

/// A table's files and batches as runs, oldest first.
pub(super) fn runs(
    table: Table,
    folder: &Path,
    files: &[FileEntry],
    batches: &[BatchEntry],
) -> Result<Vec<Run>, Error> {
    let path = |file: &FileEntry| -> PathBuf { folder.join(&file.path) };
    let mut runs = files.iter().map(|file| Run::file(table, &path(file), file.crc32)).collect::<Result<Vec<_>, _>>()?;
    let parts = batches.iter().map(|batch| part(table, batch)).collect::<Result<Vec<_>, _>>()?;
    runs.push(Run::fresh(table, &parts)?);
    Ok(runs)
}

fn part(table: Table, batch: &BatchEntry) -> Result<Part, Error> {
    let rows = manifest::unpack(table, &batch.data, batch.crc32).map_err(|error| Error::Damaged {
        place: format!("batch {} of {}", batch.id, table.name()),
        reason: error.to_string(),
    })?;
    Ok(Part { age: batch.added_seq as u64, rows })
}
