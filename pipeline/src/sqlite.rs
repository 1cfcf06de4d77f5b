//! Connections to SQLite that are whole whenever somebody takes one.

use sqlx::{Connection as _, error::DatabaseError, sqlite::SqlitePoolOptions};

/// A pool of at most so many connections.
///
/// On a full or failing disk SQLite undoes a transaction by itself. sqlx still counts it, and its rollback then fails, so that
/// nothing could ever begin on that connection again: it is closed, and the next caller gets a new one.
pub fn pool(connections_max: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new().max_connections(connections_max).after_release(|connection, _| {
        Box::pin(async move {
            // A rollback of somebody who went away may be under way still; the answer comes after it.
            connection.ping().await?;
            Ok(!connection.is_in_transaction())
        })
    })
}

/// Whether the same call may work later: another connection holds a lock, or the process has no file handle left just now.
pub fn is_passing(error: &sqlx::Error) -> bool {
    const BUSY: i64 = 5;
    const LOCKED: i64 = 6;
    const CANNOT_OPEN: i64 = 14;

    let extended = error.as_database_error().and_then(DatabaseError::code).and_then(|code| code.parse::<i64>().ok());
    match (error, extended.map(|code| code & 0xff)) {
        (sqlx::Error::PoolTimedOut, _) | (_, Some(BUSY | LOCKED)) => true,
        (_, Some(CANNOT_OPEN)) => is_out_of_handles(),
        _ => false,
    }
}

/// Whether no file can be opened at all; SQLite does not say why it could not open one.
fn is_out_of_handles() -> bool {
    const TOO_MANY_OF_THE_SYSTEM: i32 = 23;
    const TOO_MANY_OF_THE_PROCESS: i32 = 24;
    let refused = std::fs::File::open("/dev/null").err().and_then(|error| error.raw_os_error());
    matches!(refused, Some(TOO_MANY_OF_THE_SYSTEM | TOO_MANY_OF_THE_PROCESS))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
    use tempfile::TempDir;

    use super::*;

    #[tokio::test]
    async fn a_connection_is_of_use_after_the_disk_was_full() {
        let dir = TempDir::new().unwrap();
        let options = SqliteConnectOptions::new().filename(dir.path().join("full.sqlite"));
        let options = options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal);
        let pool = pool(1).connect_with(options).await.unwrap();
        sqlx::raw_sql("create table t (data blob); pragma max_page_count = 8").execute(&pool).await.unwrap();

        let mut tx = pool.begin_with("begin immediate").await.unwrap();
        sqlx::raw_sql("insert into t values (x'01')").execute(&mut *tx).await.unwrap();
        let full = sqlx::raw_sql("insert into t values (zeroblob(100000))").execute(&mut *tx).await.unwrap_err();
        assert!(full.to_string().contains("disk is full"), "{full}");
        drop(tx);

        let mut tx = pool.begin_with("begin immediate").await.unwrap();
        sqlx::raw_sql("insert into t values (x'02')").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let kept: Vec<Vec<u8>> = sqlx::query_scalar("select data from t").fetch_all(&pool).await.unwrap();
        assert_eq!(kept, [[2]]);
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_no_passing_trouble() {
        let dir = TempDir::new().unwrap();
        let options = SqliteConnectOptions::new().filename(dir.path().join("none.sqlite")).create_if_missing(false);
        let error = pool(1).connect_with(options).await.unwrap_err();
        assert!(!is_passing(&error) && is_passing(&sqlx::Error::PoolTimedOut), "{error}");
    }
}
