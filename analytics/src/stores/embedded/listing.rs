//! What the manifest says is new.

use std::{collections::HashSet, path::Path, time::Duration};

use schemas::{
    Offset,
    manifest::{
        LAYOUT_UNSEALED, LAYOUT_VERSION, MANIFEST, TOPIC,
        seal::{BATCH_TEXT, FIGURES, FILE_TEXT, SEAL, Seal},
    },
    tables::Table,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, error::DatabaseError, sqlite::SqliteConnectOptions,
};

use crate::stores::Error;

/// How long a statement waits for the writer's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A file of a table.
#[derive(Debug)]
pub(super) struct FileEntry {
    pub(super) id: i64,
    pub(super) path: String,
    pub(super) crc32: u32,
}

/// A batch of fresh rows.
#[derive(Debug)]
pub(super) struct BatchEntry {
    pub(super) id: i64,
    pub(super) crc32: u32,
    pub(super) data: Vec<u8>,
}

/// What of one table to read.
#[derive(Debug)]
pub(super) struct TableListing {
    pub(super) table: Table,
    /// What was read before stays; otherwise the table is read from the start.
    pub(super) adds: bool,
    /// Oldest first.
    pub(super) files: Vec<FileEntry>,
    /// Oldest first; later than every file.
    pub(super) batches: Vec<BatchEntry>,
    /// The batches that are alive; only for tables that are not kept in memory.
    pub(super) alive: Option<HashSet<i64>>,
}

/// The changes between two commits.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) seq: i64,
    pub(super) offset: Offset,
    pub(super) tables: Vec<TableListing>,
}

/// Opens the manifest of a generation.
pub(super) async fn connect(folder: &Path) -> Result<SqliteConnection, Error> {
    let options =
        SqliteConnectOptions::new().filename(folder.join(MANIFEST)).read_only(true).busy_timeout(BUSY_TIMEOUT);
    let mut connection = options.connect().await.map_err(|error| at(folder, storage(error)))?;
    let version = layout(&mut connection).await.map_err(|error| at(folder, error))?;
    if matches!(version, LAYOUT_UNSEALED | LAYOUT_VERSION) {
        return Ok(connection);
    }
    let folder = folder.display();
    Err(Error::Storage(format!("{folder} has layout {version}, this version reads {LAYOUT_VERSION}")))
}

/// The newest commit.
pub(super) async fn newest(connection: &mut SqliteConnection) -> Result<i64, Error> {
    sqlx::query_scalar("select coalesce(max(seq), 0) from commits").fetch_one(connection).await.map_err(storage)
}

/// What changed after commit `since` (`None`: everything), all of it as of one commit.
pub(super) async fn changes(
    connection: &mut SqliteConnection,
    since: Option<i64>,
    known: &HashSet<i64>,
) -> Result<Listing, Error> {
    // One read transaction: no commit comes between these statements.
    let mut tx = connection.begin().await.map_err(storage)?;
    let seq = newest(&mut tx).await?;
    if layout(&mut tx).await? != LAYOUT_UNSEALED {
        check(&mut tx, since.is_none()).await?;
    }
    let offset: Option<i64> = sqlx::query_scalar("select next_offset from positions where topic = ?")
        .bind(TOPIC)
        .fetch_optional(&mut *tx)
        .await
        .map_err(storage)?;
    let mut tables = Vec::new();
    for table in Table::ALL {
        tables.push(match table {
            Table::TicketEvents | Table::SlaClocks => on_disk(&mut tx, table, known).await?,
            _ => facts(&mut tx, table, since).await?,
        });
    }
    tx.commit().await.map_err(storage)?;
    Ok(Listing { seq, offset: Offset(offset.unwrap_or(0) as u64), tables })
}

async fn layout(connection: &mut SqliteConnection) -> Result<i64, Error> {
    sqlx::query_scalar("pragma user_version").fetch_one(connection).await.map_err(storage)
}

/// Makes sure that the rows that say what the store holds are as they were written: of batches and files only where all of them
/// are about to be read.
async fn check(tx: &mut SqliteConnection, all: bool) -> Result<(), Error> {
    let row = sqlx::query_as(SEAL).fetch_optional(&mut *tx).await.map_err(storage)?;
    let seal = Seal::read(row.ok_or_else(|| broken("its seal is missing"))?).map_err(|reason| broken(&reason))?;
    let figures: Vec<String> = sqlx::query_scalar(FIGURES).fetch_all(&mut *tx).await.map_err(storage)?;
    seal.check_figures(&figures).map_err(|reason| broken(&reason))?;
    if all {
        let parts = format!("select {BATCH_TEXT} from batches union all select {FILE_TEXT} from files");
        let parts: Vec<String> = sqlx::query_scalar(AssertSqlSafe(parts)).fetch_all(tx).await.map_err(storage)?;
        seal.check_parts(&parts).map_err(|reason| broken(&reason))?;
    }
    Ok(())
}

/// The changes of a table that is kept in memory.
async fn facts(tx: &mut SqliteConnection, table: Table, since: Option<i64>) -> Result<TableListing, Error> {
    let purged: Option<i64> = sqlx::query_scalar("select through_seq from purged where table_name = ?")
        .bind(table.name())
        .fetch_optional(&mut *tx)
        .await
        .map_err(storage)?;
    let mut listing =
        TableListing { table, adds: since.is_some(), files: Vec::new(), batches: Vec::new(), alive: None };
    match since {
        // Every batch since then is there, compacted or not: no file is needed.
        Some(since) if purged.unwrap_or(0) <= since => {
            listing.batches = batches(tx, table, since, false).await?;
        }
        // Where only newer versions count, it does no harm to meet a row again.
        Some(since) if table.is_versioned() => {
            listing.files = files(tx, table, since).await?;
            listing.batches = batches(tx, table, since, true).await?;
        }
        _ => {
            listing.adds = false;
            listing.files = files(tx, table, -1).await?;
            listing.batches = batches(tx, table, -1, true).await?;
        }
    }
    Ok(listing)
}

/// The files and batches of a table that stays on disk; batches that are known already come without their bytes.
async fn on_disk(tx: &mut SqliteConnection, table: Table, known: &HashSet<i64>) -> Result<TableListing, Error> {
    let alive: Vec<i64> =
        sqlx::query_scalar("select id from batches where table_name = ? and removed_seq is null order by id")
            .bind(table.name())
            .fetch_all(&mut *tx)
            .await
            .map_err(storage)?;
    let mut batches = Vec::new();
    for id in alive.iter().filter(|id| !known.contains(id)) {
        let (crc32, data): (i64, Vec<u8>) = sqlx::query_as("select crc32, data from batches where id = ?")
            .bind(id)
            .fetch_one(&mut *tx)
            .await
            .map_err(storage)?;
        batches.push(BatchEntry { id: *id, crc32: crc32 as u32, data });
    }
    let files = files(tx, table, -1).await?;
    Ok(TableListing { table, adds: true, files, batches, alive: Some(alive.into_iter().collect()) })
}

/// The live files with rows of commits after `since`.
async fn files(tx: &mut SqliteConnection, table: Table, since: i64) -> Result<Vec<FileEntry>, Error> {
    let rows: Vec<(i64, String, i64)> = sqlx::query_as(
        "select id, path, crc32 from files where table_name = ? and removed_seq is null and through_seq > ? order by id",
    )
    .bind(table.name())
    .bind(since)
    .fetch_all(tx)
    .await
    .map_err(storage)?;
    Ok(rows.into_iter().map(|(id, path, crc32)| FileEntry { id, path, crc32: crc32 as u32 }).collect())
}

/// The batches of commits after `since`, all of them or the live ones.
async fn batches(
    tx: &mut SqliteConnection,
    table: Table,
    since: i64,
    only_live: bool,
) -> Result<Vec<BatchEntry>, Error> {
    let rows: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(
        "select id, crc32, data from batches
         where table_name = ? and added_seq > ? and (removed_seq is null or not ?) order by id",
    )
    .bind(table.name())
    .bind(since)
    .bind(only_live)
    .fetch_all(tx)
    .await
    .map_err(storage)?;
    Ok(rows.into_iter().map(|(id, crc32, data)| BatchEntry { id, crc32: crc32 as u32, data }).collect())
}

/// What an error of SQLite means for a reader.
#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
pub(super) fn storage(error: sqlx::Error) -> Error {
    const DAMAGED: [i64; 2] = [11, 26];
    let extended = error.as_database_error().and_then(DatabaseError::code).and_then(|code| code.parse::<i64>().ok());
    match extended.map(|code| code & 0xff) {
        Some(code) if DAMAGED.contains(&code) => broken(&error.to_string()),
        _ => Error::Storage(error.to_string()),
    }
}

fn broken(reason: &str) -> Error {
    Error::Damaged { place: MANIFEST.into(), reason: reason.to_owned() }
}

/// `error` with the folder of the manifest that it is about.
pub(super) fn at(folder: &Path, error: Error) -> Error {
    let place = folder.join(MANIFEST).display().to_string();
    match error {
        Error::Damaged { place: file, reason } if file == MANIFEST => Error::Damaged { place, reason },
        Error::Storage(reason) => Error::Storage(format!("{place}: {reason}")),
        other => other,
    }
}
