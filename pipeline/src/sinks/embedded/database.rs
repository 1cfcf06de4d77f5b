//! Connections to the manifest.

use std::{path::Path, time::Duration};

use schemas::manifest::{LAYOUT_VERSION, MANIFEST, TABLES};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, SqliteConnection, SqlitePool,
    error::DatabaseError,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

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
    let version = AssertSqlSafe(format!("pragma user_version = {LAYOUT_VERSION}"));
    sqlx::raw_sql(version).execute(&mut *tx).await.map_err(storage)?;
    tx.commit().await.map_err(storage)?;
    connection.close().await.map_err(storage)
}

/// The one connection that writes.
pub(super) async fn writer(folder: &Path) -> Result<SqlitePool, Error> {
    let pool = sqlite::pool(1).connect_with(options(folder)).await.map_err(storage)?;
    let version: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&pool).await.map_err(storage)?;
    if version != LAYOUT_VERSION {
        return Err(Error::Layout { found: version, known: LAYOUT_VERSION });
    }
    Ok(pool)
}

/// The connections that only read.
pub(super) async fn readers(folder: &Path) -> Result<SqlitePool, Error> {
    let options = options(folder).pragma("query_only", "on");
    sqlite::pool(READERS_MAX).connect_with(options).await.map_err(storage)
}

/// A connection that only reads and may be another process's.
pub(super) async fn beside_a_writer(folder: &Path) -> Result<SqliteConnection, Error> {
    let options = SqliteConnectOptions::new().filename(folder.join(MANIFEST)).read_only(true);
    options.busy_timeout(BUSY_TIMEOUT).connect().await.map_err(storage)
}

/// Moves everything from the write-ahead log into the manifest itself.
pub(super) async fn checkpoint(pool: &SqlitePool) -> Result<(), Error> {
    sqlx::raw_sql("pragma wal_checkpoint(truncate)").execute(pool).await.map_err(storage)?;
    Ok(())
}

/// What an error of SQLite means for a batch.
#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
pub(super) fn storage(error: sqlx::Error) -> Error {
    const BUSY: [i64; 2] = [5, 6];
    const DAMAGED: [i64; 2] = [11, 26];

    let extended = error.as_database_error().and_then(DatabaseError::code).and_then(|code| code.parse::<i64>().ok());
    match (&error, extended.map(|code| code & 0xff)) {
        (sqlx::Error::PoolTimedOut, _) => Error::Busy(error.to_string()),
        (_, Some(code)) if BUSY.contains(&code) => Error::Busy(error.to_string()),
        (_, Some(code)) if DAMAGED.contains(&code) => {
            Error::Damaged { place: MANIFEST.into(), reason: error.to_string() }
        }
        _ => Error::Storage(error.to_string()),
    }
}

fn options(folder: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(folder.join(MANIFEST))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
}
