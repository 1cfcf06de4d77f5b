//! Control state: small rows that people and processes leave for each other.
//!
//! How far ingestion has come, which tickets somebody wants re-read, which maintenance somebody asked for. None of it is a
//! ticket's data: losing it loses no number.

mod maintenance;
mod ports;
mod status;
mod sync;

use std::path::Path;

use pipeline::sqlite;
use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

pub use maintenance::{Maintenance, MaintenanceState};
pub use sync::QueuedSync;

/// The file in the data directory.
const FILE: &str = "control.sqlite";
/// What a damaged one is called from then on.
pub const ASIDE: &str = "control.sqlite.damaged";
/// The layout's version, kept in SQLite's `user_version`.
const LAYOUT_VERSION: i64 = 1;
/// Connections that wait for answers at once.
const CONNECTIONS_MAX: u32 = 4;
/// How long a statement waits for another process to finish writing.
const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

const TABLES: &str = "
create table if not exists ingestion_status (
    source text primary key,
    status text not null,
    updated_at integer not null
) strict, without rowid;
create table if not exists sync_requests (
    id integer primary key autoincrement,
    ticket_id integer not null,
    requested_at integer not null,
    state text not null,
    finished_at integer,
    detail text
) strict;
create index if not exists sync_requests_open on sync_requests (state, requested_at);
create table if not exists maintenance (
    id text primary key,
    task text not null,
    requested_at integer not null,
    state text not null,
    finished_at integer,
    answer text
) strict, without rowid;
";

/// The control state of one data directory.
#[derive(Clone, Debug)]
pub struct Control {
    pool: SqlitePool,
}

impl Control {
    /// Opens the control state in `data_dir`, and makes it if there is none.
    pub async fn open(data_dir: &Path) -> Result<Self, Error> {
        let options = SqliteConnectOptions::new()
            .filename(data_dir.join(FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT);
        let pool = sqlite::pool(CONNECTIONS_MAX).connect_with(options).await?;
        let found: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&pool).await?;
        if found > LAYOUT_VERSION {
            return Err(Error::Newer { found });
        }
        if found < LAYOUT_VERSION {
            sqlx::raw_sql(TABLES).execute(&pool).await?;
            sqlx::raw_sql("pragma user_version = 1").execute(&pool).await?;
        }
        Ok(Self { pool })
    }

    /// What is wrong with the control state in `data_dir`, as far as it can be told; nothing is written. A missing one is well.
    pub async fn verify(data_dir: &Path) -> Result<(), String> {
        let path = data_dir.join(FILE);
        if !path.exists() {
            return Ok(());
        }
        let options = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY_TIMEOUT);
        let damage = |error: sqlx::Error| error.to_string();
        let pool = sqlite::pool(1).connect_with(options).await.map_err(damage)?;
        let said: Vec<String> =
            sqlx::query_scalar("pragma integrity_check(20)").fetch_all(&pool).await.map_err(damage)?;
        let wrong: Vec<String> = said.into_iter().filter(|said| said != "ok").collect();
        if !wrong.is_empty() {
            return Err(format!("its pages are damaged: {}", wrong.join("; ")));
        }
        let control = Self { pool };
        control.read_status().await.map_err(|error| error.to_string())?;
        control.pool.close().await;
        Ok(())
    }

    /// Puts a damaged control state aside, so that a new one can be made; what was wrong with it. Nobody may use the directory.
    pub async fn put_aside(data_dir: &Path) -> std::io::Result<Option<String>> {
        let Err(reason) = Self::verify(data_dir).await else { return Ok(None) };
        std::fs::rename(data_dir.join(FILE), data_dir.join(ASIDE))?;
        for beside in ["-wal", "-shm"] {
            match std::fs::remove_file(data_dir.join(format!("{FILE}{beside}"))) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(Some(reason))
    }
}

/// Why control state gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A later release wrote this file.
    #[error("control.sqlite has layout {found}, this release knows {LAYOUT_VERSION}; use the release that wrote it")]
    Newer {
        /// The layout found.
        found: i64,
    },
    /// The disk or the server refused.
    #[error("control.sqlite cannot be written or read: {0}")]
    Storage(#[from] sqlx::Error),
    /// A row is not what this release writes.
    #[error("control.sqlite holds a row that cannot be read: {0}")]
    Row(String),
}
