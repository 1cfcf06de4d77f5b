//! Connections to the manifest.

use std::{path::Path, time::Duration};

use schemas::manifest::{LAYOUT_UNSEALED, LAYOUT_VERSION, MANIFEST, TABLES};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, SqlitePool,
    error::DatabaseError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::seal;
use crate::{sinks::Error, sqlite};

/// How long a statement waits for another connection's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Connections that read folds, positions and counts beside the writer.
const READERS_MAX: u32 = 2;

/// Makes the manifest of a new generation.
pub(super) async fn create(folder: &Path) -> Result<(), Error> {
    let mut connection = options(folder).create_if_missing(true).connect().await.map_err(storage)?;
    let mut tx = connection.begin_with("begin immediate").await.map_err(storage)?;
    sqlx::raw_sql(TABLES).execute(&mut *tx).await.map_err(storage)?;
    begin_sealed(&mut tx).await?;
    tx.commit().await.map_err(storage)?;
    connection.close().await.map_err(storage)
}

async fn begin_sealed(tx: &mut SqliteConnection) -> Result<(), Error> {
    seal::begin(&mut *tx).await?;
    let version = AssertSqlSafe(format!("pragma user_version = {LAYOUT_VERSION}"));
    sqlx::raw_sql(version).execute(tx).await.map_err(storage)?;
    Ok(())
}

/// The one connection that writes.
pub(super) async fn writer(folder: &Path) -> Result<SqlitePool, Error> {
    let pool = sqlite::pool(1).connect_with(options(folder)).await.map_err(|error| at(folder, storage(error)))?;
    let version: i64 =
        sqlx::query_scalar("pragma user_version").fetch_one(&pool).await.map_err(|error| at(folder, storage(error)))?;
    match version {
        LAYOUT_VERSION => {}
        LAYOUT_UNSEALED => upgrade(&pool).await?,
        found => return Err(Error::Layout { found, known: LAYOUT_VERSION }),
    }
    seal::check(&mut *pool.acquire().await.map_err(storage)?).await.map_err(|error| at(folder, error))?;
    Ok(pool)
}

/// Gives a manifest of an earlier release what this one checks.
async fn upgrade(pool: &SqlitePool) -> Result<(), Error> {
    let mut tx = pool.begin_with("begin immediate").await.map_err(storage)?;
    sqlx::raw_sql("alter table folds add column crc32 integer").execute(&mut *tx).await.map_err(storage)?;
    sqlx::raw_sql(TABLES).execute(&mut *tx).await.map_err(storage)?;
    begin_sealed(&mut tx).await?;
    tx.commit().await.map_err(storage)
}

/// The connections that only read.
pub(super) async fn readers(folder: &Path) -> Result<SqlitePool, Error> {
    let options = options(folder).pragma("query_only", "on");
    sqlite::pool(READERS_MAX).connect_with(options).await.map_err(storage)
}

/// The same for a store that another process may be writing.
pub(super) async fn readers_beside_a_writer(folder: &Path) -> Result<SqlitePool, Error> {
    let options = SqliteConnectOptions::new().filename(folder.join(MANIFEST)).read_only(true);
    let options = options.busy_timeout(BUSY_TIMEOUT);
    sqlite::pool(READERS_MAX).connect_with(options).await.map_err(|error| at(folder, storage(error)))
}

/// A connection that only reads and may be another process's.
pub(super) async fn beside_a_writer(folder: &Path) -> Result<SqliteConnection, Error> {
    let options = SqliteConnectOptions::new().filename(folder.join(MANIFEST)).read_only(true);
    options.busy_timeout(BUSY_TIMEOUT).connect().await.map_err(storage)
}

/// Whether anything was stored in a generation.
pub(super) async fn holds_rows(folder: &Path) -> Result<bool, Error> {
    let mut connection = beside_a_writer(folder).await?;
    let held =
        sqlx::query_scalar("select exists (select 1 from positions)").fetch_one(&mut connection).await.map_err(storage);
    connection.close().await.map_err(storage)?;
    held
}

/// Whether the manifest bears a seal; one of an earlier release does not until a writer opens it.
pub(super) async fn is_sealed(connection: &mut SqliteConnection) -> Result<bool, Error> {
    let version: i64 = sqlx::query_scalar("pragma user_version").fetch_one(connection).await.map_err(storage)?;
    Ok(version != LAYOUT_UNSEALED)
}

/// Moves everything from the write-ahead log into the manifest itself.
pub(super) async fn checkpoint(pool: &SqlitePool) -> Result<(), Error> {
    sqlx::raw_sql("pragma wal_checkpoint(truncate)").execute(pool).await.map_err(storage)?;
    Ok(())
}

/// What an error of SQLite means for a batch.
#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
pub(super) fn storage(error: sqlx::Error) -> Error {
    const DAMAGED: [i64; 2] = [11, 26];

    if sqlite::is_passing(&error) {
        return Error::Busy(error.to_string());
    }
    let extended = error.as_database_error().and_then(DatabaseError::code).and_then(|code| code.parse::<i64>().ok());
    match extended.map(|code| code & 0xff) {
        Some(code) if DAMAGED.contains(&code) => damaged(&error.to_string()),
        _ => Error::Storage(error.to_string()),
    }
}

/// The error of a manifest that is not as it was written.
pub(super) fn damaged(reason: &str) -> Error {
    Error::Damaged { place: MANIFEST.into(), reason: reason.to_owned() }
}

/// `error` with the folder of the manifest that it is about.
pub(super) fn at(folder: &Path, error: Error) -> Error {
    let place = folder.join(MANIFEST).display().to_string();
    match error {
        Error::Damaged { reason, .. } => Error::Damaged { place, reason },
        Error::Storage(reason) => Error::Storage(format!("{place}: {reason}")),
        other => other,
    }
}

fn options(folder: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(folder.join(MANIFEST))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
}
