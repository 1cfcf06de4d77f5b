//! Opening the file: settings, layout, and a first look for damage.

use std::{path::Path, time::Duration};

use schemas::Offset;
use sqlx::{
    SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::{super::Error, EmbeddedBus, storage};
use crate::sqlite;

/// The layout's version, kept in SQLite's `user_version`.
const LAYOUT_VERSION: i64 = 2;
/// The layout whose cursor, ledger and letters bear no checksums.
const LAYOUT_UNCHECKED: i64 = 1;
/// How long a call waits for somebody else's lock.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections for reading: the processor, the ledger, status, and one to spare.
const READERS_MAX: u32 = 4;

/// What a log of the unchecked layout lacks. What it holds already stays without checksum until it is written again.
const CHECKSUMS: &str = "
alter table checkpoint add column crc32 integer;
alter table ledger add column crc32 integer;
alter table dead_letters add column crc32 integer;
pragma user_version = 2;
";

/// `batches` holds a row for each append, several for a large one. `topics` holds the end of each topic, so that a lost last batch is noticed.
const TABLES: &str = "
create table batches (
    id integer primary key,
    topic text not null,
    first_offset integer not null,
    next_offset integer not null,
    at integer not null,
    crc32 integer not null,
    data blob not null
) strict;
create unique index batches_place on batches (topic, first_offset, next_offset);
create index batches_time on batches (topic, at, first_offset);
create table topics (
    topic text primary key,
    next_offset integer not null
) strict, without rowid;
create table checkpoint (
    only integer primary key check (only = 1),
    cursor text,
    fetched integer not null default 0,
    repeated integer not null default 0,
    converted integer not null default 0,
    filtered integer not null default 0,
    dead integer not null default 0,
    crc32 integer
) strict;
insert into checkpoint (only) values (1);
create table ledger (
    space text not null,
    id integer not null,
    value blob not null,
    crc32 integer,
    primary key (space, id)
) strict;
create table dead_letters (
    place integer primary key autoincrement,
    id text not null unique,
    at integer not null,
    stage text not null,
    origin text not null,
    ticket_id integer,
    reason text not null,
    raw text not null,
    redriven_at integer,
    crc32 integer
) strict;
pragma user_version = 2;
";

/// Indexes that make reading quick and that a log of an earlier release may lack.
const INDEXES: &str =
    "create index if not exists dead_letters_waiting on dead_letters (origin) where redriven_at is null";

/// The writer's connection and those of readers.
pub(super) async fn for_writing(data_dir: &Path) -> Result<(SqlitePool, SqlitePool), Error> {
    std::fs::create_dir_all(data_dir)
        .map_err(|error| Error::Storage(format!("{} cannot be made: {error}", data_dir.display())))?;
    let options = options(data_dir)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let writer = pool(1).connect_with(options).await.map_err(|error| unopened(data_dir, &error))?;
    match layout(&writer).await? {
        0 => create(&writer, TABLES).await?,
        LAYOUT_UNCHECKED => {
            whole(&writer).await?;
            create(&writer, CHECKSUMS).await?;
        }
        _ => whole(&writer).await?,
    }
    sqlx::raw_sql(INDEXES).execute(&writer).await.map_err(storage)?;
    let reader = for_reading(data_dir).await?;
    Ok((writer, reader))
}

/// Whether cursor, ledger and letters of the log bear checksums.
pub(super) async fn is_checked(connection: &mut SqliteConnection) -> Result<bool, Error> {
    let found: i64 = sqlx::query_scalar("pragma user_version").fetch_one(connection).await.map_err(storage)?;
    Ok(found != LAYOUT_UNCHECKED)
}

/// The connections of readers.
pub(super) async fn for_reading(data_dir: &Path) -> Result<SqlitePool, Error> {
    let reader = pool(READERS_MAX)
        .connect_with(options(data_dir).read_only(true))
        .await
        .map_err(|error| unopened(data_dir, &error))?;
    match layout(&reader).await? {
        0 => Err(Error::Storage("it is empty: ingestion has not begun".to_owned())),
        _ => Ok(reader),
    }
}

fn unopened(data_dir: &Path, error: &sqlx::Error) -> Error {
    Error::Storage(format!("{} cannot be opened: {error}", data_dir.join(EmbeddedBus::FILE).display()))
}

fn options(data_dir: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(data_dir.join(EmbeddedBus::FILE)).busy_timeout(LOCK_TIMEOUT)
}

fn pool(connections: u32) -> SqlitePoolOptions {
    sqlite::pool(connections).idle_timeout(None).max_lifetime(None)
}

async fn layout(pool: &SqlitePool) -> Result<i64, Error> {
    let found = sqlx::query_scalar("pragma user_version").fetch_one(pool).await.map_err(storage)?;
    if found > LAYOUT_VERSION { Err(Error::Layout { found, known: LAYOUT_VERSION }) } else { Ok(found) }
}

async fn create(writer: &SqlitePool, tables: &'static str) -> Result<(), Error> {
    let mut transaction = writer.begin_with("begin immediate").await.map_err(storage)?;
    sqlx::raw_sql(tables).execute(&mut *transaction).await.map_err(storage)?;
    transaction.commit().await.map_err(storage)
}

/// Refuses a log whose batches do not follow each other from the start of each topic to its end. It reads an index only.
pub(super) async fn whole(log: &SqlitePool) -> Result<(), Error> {
    const GAP: &str = "
        select topic, expected, first_offset from (
            select topic, first_offset, next_offset,
                lag(next_offset, 1, 0) over (partition by topic order by first_offset) as expected
            from batches)
        where first_offset <> expected or next_offset <= first_offset
        limit 1";
    const END: &str = "
        select t.topic, t.next_offset, coalesce((select max(next_offset) from batches b where b.topic = t.topic), 0) as kept
        from topics t where kept <> t.next_offset
        limit 1";

    if let Some((topic, expected, first)) =
        sqlx::query_as::<_, (String, i64, i64)>(GAP).fetch_optional(log).await.map_err(storage)?
    {
        let reason = format!("a batch starts at {first} where {expected} is next");
        return Err(Error::Damaged { topic, offset: Offset(expected as u64), reason });
    }
    if let Some((topic, end, kept)) =
        sqlx::query_as::<_, (String, i64, i64)>(END).fetch_optional(log).await.map_err(storage)?
    {
        let reason = format!("batches end at {kept}, the topic at {end}");
        return Err(Error::Damaged { topic, offset: Offset(kept as u64), reason });
    }
    Ok(())
}
