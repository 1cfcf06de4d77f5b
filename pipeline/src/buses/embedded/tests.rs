//! What only the log on disk promises: it survives, it notices damage, and it can be read beside its writer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use super::{
    super::{
        TICKETS,
        suite::{Opened, append, letter, suite, values},
    },
    *,
};

async fn open() -> Opened {
    let dir = TempDir::new().unwrap();
    let bus = EmbeddedBus::open(dir.path()).await.unwrap();
    Opened { bus: Box::new(bus), _data_dir: Some(dir) }
}

suite!(open);

/// A log of three batches, closed.
async fn written() -> TempDir {
    let dir = TempDir::new().unwrap();
    let bus = EmbeddedBus::open(dir.path()).await.unwrap();
    let first = Append {
        cursor: Some(Cursor("here".to_owned())),
        rows: RowCounts { fetched: 2, converted: 2, ..RowCounts::default() },
        dead: vec![letter("l1", "no date")],
        ..append(&["a", "b"], 1)
    };
    bus.append(first).await.unwrap();
    bus.append(append(&["c", "d"], 2)).await.unwrap();
    bus.append(append(&["e", "f"], 3)).await.unwrap();
    bus.close().await;
    dir
}

async fn tamper(dir: &TempDir, sql: &'static str) {
    let options = SqliteConnectOptions::new().filename(dir.path().join(EmbeddedBus::FILE));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn flip_last_byte(dir: &TempDir, first_offset: i64) {
    let options = SqliteConnectOptions::new().filename(dir.path().join(EmbeddedBus::FILE));
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let mut data: Vec<u8> = sqlx::query_scalar("select data from batches where first_offset = ?")
        .bind(first_offset)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    *data.last_mut().unwrap() ^= 1;
    sqlx::query("update batches set data = ? where first_offset = ?")
        .bind(data)
        .bind(first_offset)
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

async fn opening(dir: &TempDir) -> String {
    EmbeddedBus::open(dir.path()).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_log_opened_again_goes_on_where_it_was() {
    let dir = written().await;
    let bus = EmbeddedBus::open(dir.path()).await.unwrap();

    assert_eq!(bus.append(append(&["g"], 4)).await.unwrap(), Offset(7));
    assert_eq!(values(&bus, 5, 9).await, vec![(5, "f".to_owned()), (6, "g".to_owned())]);
    let (cursor, rows) = bus.checkpoint().await.unwrap();
    assert_eq!((cursor, rows.fetched), (Some(Cursor("here".to_owned())), 2));
    assert_eq!(bus.dead_letters().list(None, 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_flipped_byte_is_found_and_never_skipped() {
    let dir = written().await;
    flip_last_byte(&dir, 2).await;
    let bus = EmbeddedBus::open(dir.path()).await.unwrap();

    assert_eq!(values(&bus, 0, 2).await.len(), 2);
    for (from, limit) in [(0, 9), (2, 1), (3, 9)] {
        let error = bus.read(TICKETS, Offset(from), limit).await.unwrap_err();
        assert_eq!(error.to_string(), "log is damaged in tickets at offset 2: the checksum of a batch does not hold");
    }
    assert_eq!(values(&bus, 4, 9).await.len(), 2);
}

#[tokio::test]
async fn a_batch_under_a_wrong_offset_or_time_is_found() {
    let dir = written().await;
    tamper(&dir, "update batches set at = at + 1 where first_offset = 4").await;
    let bus = EmbeddedBus::open(dir.path()).await.unwrap();

    assert!(matches!(bus.read(TICKETS, Offset(4), 9).await, Err(Error::Damaged { offset: Offset(4), .. })));
}

#[tokio::test]
async fn a_missing_batch_is_found_when_the_log_is_opened_and_when_it_is_read() {
    let dir = written().await;
    tamper(&dir, "delete from batches where first_offset = 2").await;

    assert_eq!(opening(&dir).await, "log is damaged in tickets at offset 2: a batch starts at 4 where 2 is next");
    let reader = EmbeddedBus::open_read_only(dir.path()).await.unwrap();
    let error = reader.read(TICKETS, Offset(0), 9).await.unwrap_err();
    assert_eq!(error.to_string(), "log is damaged in tickets at offset 2: the batch of this record is missing");
}

#[tokio::test]
async fn a_missing_start_or_end_is_found() {
    let dir = written().await;
    tamper(&dir, "delete from batches where first_offset = 4").await;
    assert_eq!(opening(&dir).await, "log is damaged in tickets at offset 4: batches end at 4, the topic at 6");

    tamper(&dir, "delete from batches where first_offset = 0").await;
    assert_eq!(opening(&dir).await, "log is damaged in tickets at offset 0: a batch starts at 2 where 0 is next");
}

#[tokio::test]
async fn a_log_of_a_newer_farol_is_refused_in_words() {
    let dir = written().await;
    tamper(&dir, "pragma user_version = 3").await;

    let words = "log has layout 3, and this Farol knows layouts up to 2: start the newer one again";
    assert_eq!(opening(&dir).await, words);
    assert_eq!(EmbeddedBus::open_read_only(dir.path()).await.unwrap_err().to_string(), words);
}

#[tokio::test]
async fn a_reader_beside_the_writer_sees_each_append() {
    let dir = TempDir::new().unwrap();
    let missing = EmbeddedBus::open_read_only(dir.path()).await.unwrap_err();
    assert!(missing.to_string().contains("log.sqlite cannot be opened"), "{missing}");

    let writer = EmbeddedBus::open(dir.path()).await.unwrap();
    let reader = EmbeddedBus::open_read_only(dir.path()).await.unwrap();
    assert_eq!(values(&reader, 0, 9).await.len(), 0);
    writer.append(append(&["a"], 1)).await.unwrap();
    assert_eq!(values(&reader, 0, 9).await.len(), 1);

    let refused = reader.append(append(&["b"], 1)).await.unwrap_err();
    assert_eq!(refused.to_string(), "log cannot be written or read: it is open for reading only");
}

#[tokio::test]
async fn a_log_whose_writer_was_killed_is_whole_for_readers_and_the_next_writer() {
    let (dir, after) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let writer = EmbeddedBus::open(dir.path()).await.unwrap();
    writer.append(append(&["a", "b"], 1)).await.unwrap();
    // What a killed process leaves: the file and its write-ahead log, without the shared memory beside them.
    for name in ["log.sqlite", "log.sqlite-wal"] {
        std::fs::copy(dir.path().join(name), after.path().join(name)).unwrap();
    }

    let reader = EmbeddedBus::open_read_only(after.path()).await.unwrap();
    assert_eq!(values(&reader, 0, 9).await.len(), 2);
    let next = EmbeddedBus::open(after.path()).await.unwrap();
    assert_eq!(next.append(append(&["c"], 2)).await.unwrap(), Offset(3));
    assert_eq!(values(&reader, 0, 9).await.len(), 3);
}

#[tokio::test]
async fn a_lock_held_by_another_is_busy_and_not_broken() {
    let dir = written().await;
    let bus = EmbeddedBus::open(dir.path()).await.unwrap();
    let options = SqliteConnectOptions::new().filename(dir.path().join(EmbeddedBus::FILE));
    let mut other = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql("begin immediate").execute(&mut other).await.unwrap();

    let error = bus.append(append(&["g"], 4)).await.unwrap_err();
    assert_eq!(error.fault(), crate::Fault::Transient, "{error}");
    sqlx::raw_sql("rollback").execute(&mut other).await.unwrap();
    assert_eq!(bus.append(append(&["g"], 4)).await.unwrap(), Offset(7));
}

#[tokio::test]
async fn appends_of_several_tasks_queue_up() {
    let dir = TempDir::new().unwrap();
    let bus = EmbeddedBus::open(dir.path()).await.unwrap();
    let appends = (0..20).map(|at| {
        let bus = bus.clone();
        tokio::spawn(async move { bus.append(append(&["a", "b", "c"], at)).await })
    });
    for task in appends.collect::<Vec<_>>() {
        task.await.unwrap().unwrap();
    }

    let offsets: Vec<u64> = values(&bus, 0, 99).await.into_iter().map(|(offset, _)| offset).collect();
    assert_eq!(offsets, (0..60).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_large_append_is_several_batches_and_one_transaction() {
    let dir = TempDir::new().unwrap();
    EmbeddedBus::open(dir.path()).await.unwrap().close().await;
    tamper(
        &dir,
        "create trigger full before insert on batches when new.first_offset >= 10000
         begin select raise(abort, 'the disk is full'); end",
    )
    .await;
    let bus = EmbeddedBus::open(dir.path()).await.unwrap();
    let large = Append {
        cursor: Some(Cursor("here".to_owned())),
        rows: RowCounts { fetched: 2, converted: 2, ..RowCounts::default() },
        ..append(&vec!["a"; 12_000], 1)
    };

    let refused = bus.append(large.clone()).await.unwrap_err();
    assert!(refused.to_string().contains("the disk is full"), "{refused}");
    assert_eq!(bus.end(TICKETS).await.unwrap(), Offset(0));
    assert_eq!(bus.checkpoint().await.unwrap(), (None, RowCounts::default()));

    tamper(&dir, "drop trigger full").await;
    assert_eq!(bus.append(large).await.unwrap(), Offset(12_000));
    assert_eq!(bus.read(TICKETS, Offset(4_999), 5_002).await.unwrap().len(), 5_002);
    assert_eq!(bus.offset_at(TICKETS, Instant::from_seconds(1)).await.unwrap(), Offset(0));
    let batches: i64 = sqlx::query_scalar("select count(*) from batches").fetch_one(&bus.reader).await.unwrap();
    assert_eq!(batches, 3);
}
