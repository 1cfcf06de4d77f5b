//! What the embedded store promises beyond the suite: durability, compaction, sweeping, generations, snapshots.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{fs, path::Path};

use arrow::array::AsArray;
use arrow::{array::RecordBatch, compute::concat_batches, datatypes::Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use schemas::{Instant, Offset, manifest, tables::Table};
use tempfile::TempDir;

use super::{Config, EmbeddedSink, folder, publish};
use crate::sinks::{
    Error, RowBatch, Sink,
    suite::{self, events, spans, tickets},
};

const TOPIC: &str = "tickets";
const NOW: Instant = Instant::from_seconds(1_000);
/// Compacts whatever there is.
const EAGER: Config = Config { fresh_rows_max: 0, fresh_bytes_max: 1 << 20, fresh_batches_max: 0, grace_s: 120 };

fn now() -> Instant {
    NOW
}

async fn open(data: &TempDir) -> EmbeddedSink {
    EmbeddedSink::open(data.path(), EAGER, now).await.unwrap()
}

async fn write(sink: &EmbeddedSink, rows: Vec<(Table, RecordBatch)>, next: u64) {
    sink.write(RowBatch { rows, ..RowBatch::default() }, TOPIC, Offset(next)).await.unwrap();
}

/// The published rows of a table: a few of its numbers.
async fn published(data: &TempDir, table: Table, columns: &[&str]) -> Vec<Vec<i64>> {
    let dir = data.path().join("published");
    publish(data.path(), &dir).await.unwrap();
    read(&dir.join(table.name()).join("part-0.parquet"), table, columns)
}

fn read(path: &Path, table: Table, columns: &[&str]) -> Vec<Vec<i64>> {
    let file = fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let batches: Vec<RecordBatch> = reader.map(Result::unwrap).collect();
    let rows = concat_batches(&table.arrow_schema(), &batches).unwrap();
    let number = |row: usize, name: &&str| {
        let column =
            arrow::compute::cast(rows.column_by_name(name).unwrap(), &arrow::datatypes::DataType::Int64).unwrap();
        column.as_primitive::<Int64Type>().value(row)
    };
    (0..rows.num_rows()).map(|row| columns.iter().map(|name| number(row, name)).collect()).collect()
}

fn parquet_files(sink: &EmbeddedSink) -> Vec<String> {
    let mut names = folder::names(&sink.generation.folder).unwrap();
    names.retain(|name| !name.starts_with(manifest::MANIFEST));
    names.sort();
    names
}

#[tokio::test]
async fn the_embedded_sink_keeps_its_promises() {
    let data = TempDir::new().unwrap();
    suite::keeps_its_promises(&open(&data).await).await;
}

#[tokio::test]
async fn a_store_opened_again_has_everything() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    write(&sink, vec![tickets(&[[1, 2, 1]]), events(&[[1, 0, 0]])], 2).await;
    sink.close().await;

    let sink = open(&data).await;
    assert_eq!(sink.position(TOPIC).await.unwrap(), Offset(2));
    assert_eq!(published(&data, Table::Tickets, &["ticket_id", "status"]).await, [[1, 1]]);
    assert_eq!(published(&data, Table::TicketEvents, &["ticket_id"]).await, [[1]]);
}

#[tokio::test]
async fn a_batch_at_or_before_the_position_is_not_written() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    write(&sink, vec![tickets(&[[1, 2, 1]])], 2).await;
    write(&sink, vec![tickets(&[[1, 9, 5]])], 2).await;
    assert_eq!(published(&data, Table::Tickets, &["ticket_version"]).await, [[2]]);
}

/// Drops `future` where it stands when it has waited so often.
async fn cut_off(future: impl Future, waits: usize) {
    let (mut future, mut left) = (std::pin::pin!(future), waits);
    let polled = std::future::poll_fn(|context| {
        let is_ready = future.as_mut().poll(context).is_ready();
        let is_over = is_ready || left == 0;
        left = left.saturating_sub(1);
        if is_over { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    });
    polled.await;
}

#[tokio::test]
async fn a_write_whose_caller_went_away_is_done_or_undone_before_the_position_is_told() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    for round in 0..60_u64 {
        let batch = RowBatch { rows: vec![events(&[[1, 0, 0]])], ..RowBatch::default() };
        cut_off(sink.write(batch, TOPIC, Offset(round + 1)), round as usize % 12).await;
        let told = sink.position(TOPIC).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        assert_eq!(sink.position(TOPIC).await.unwrap(), told, "cut off after {} waits", round % 12);
    }
}

#[tokio::test]
async fn compaction_changes_no_answer_and_keeps_newest_versions_only() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    let mut expected = Vec::new();
    for round in 0..12_i64 {
        let next = round + 1;
        let some: Vec<[i64; 3]> = (0..100).filter(|id| (id + round) % 3 == 0).map(|id| [id, next, round]).collect();
        let twice: Vec<[i64; 3]> =
            some.iter().flat_map(|[id, version, at]| [[*id, *version, *at], [*id, *version, at + 100]]).collect();
        let happened: Vec<[i64; 3]> = some.iter().map(|[id, _, at]| [*id, *at, round * 1000 + id]).collect();
        write(&sink, vec![tickets(&some), spans(&twice), events(&happened)], next as u64).await;

        let before = published(&data, Table::TicketSpans, &["ticket_id", "ticket_version", "span_start"]).await;
        sink.compact(NOW).await.unwrap();
        let after = published(&data, Table::TicketSpans, &["ticket_id", "ticket_version", "span_start"]).await;
        assert_eq!(before, after);
        expected.retain(|row: &[i64; 3]| !some.iter().any(|new| new[0] == row[0]));
        expected.extend(some);
    }
    expected.sort_unstable();
    assert_eq!(published(&data, Table::Tickets, &["ticket_id", "ticket_version", "status"]).await, expected);
    assert_eq!(published(&data, Table::TicketEvents, &["ticket_id"]).await.len(), 400);
}

#[tokio::test]
async fn a_later_row_of_the_same_version_replaces_an_earlier_one_in_a_file() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    write(&sink, vec![tickets(&[[1, 7, 1], [2, 7, 1]]), spans(&[[1, 7, 0], [1, 7, 1]])], 7).await;
    sink.compact(NOW).await.unwrap();
    sink.write(
        RowBatch { rows: vec![tickets(&[[1, 7, 5]]), spans(&[[1, 7, 3]])], ..RowBatch::default() },
        "replay",
        Offset(1),
    )
    .await
    .unwrap();
    assert_eq!(published(&data, Table::Tickets, &["ticket_id", "status"]).await, [[1, 5], [2, 1]]);
    assert_eq!(published(&data, Table::TicketSpans, &["span_start"]).await, [[3]]);
}

#[tokio::test]
async fn files_stay_few_however_many_compactions_there_were() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    for round in 0..64_i64 {
        write(&sink, vec![events(&[[round, round, round]])], round as u64 + 1).await;
        sink.compact(NOW.plus_seconds(round * 1000)).await.unwrap();
    }
    sink.compact(NOW.plus_seconds(1_000_000)).await.unwrap();
    assert!(parquet_files(&sink).len() <= 7, "{:?}", parquet_files(&sink));
    assert_eq!(published(&data, Table::TicketEvents, &["ticket_id"]).await.len(), 64);
}

#[tokio::test]
async fn replaced_batches_and_files_go_after_the_grace() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    write(&sink, vec![events(&[[1, 0, 0]])], 1).await;
    let compacted = sink.compact(NOW).await.unwrap();
    assert_eq!((compacted.batches, compacted.rows_written, compacted.swept.batches), (1, 1, 0));
    let swept = sink.compact(NOW.plus_seconds(121)).await.unwrap().swept;
    assert_eq!(swept.batches, 1);
}

#[tokio::test]
async fn files_that_a_crash_left_are_swept_when_the_store_opens() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    write(&sink, vec![events(&[[1, 0, 0]])], 1).await;
    sink.compact(NOW).await.unwrap();
    let named = parquet_files(&sink);
    fs::write(sink.generation.folder.join("ticket_events-000000000099.parquet"), b"half").unwrap();
    sink.close().await;

    let sink = open(&data).await;
    assert_eq!(parquet_files(&sink), named);
    assert_eq!(published(&data, Table::TicketEvents, &["ticket_id"]).await, [[1]]);
}

#[tokio::test]
async fn a_damaged_batch_is_named() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    write(&sink, vec![events(&[[1, 0, 0]])], 1).await;
    sqlx::query("update batches set data = zeroblob(length(data))").execute(&sink.writer).await.unwrap();
    let found = sink.compact(NOW).await;
    assert!(matches!(&found, Err(Error::Damaged { place, .. }) if place == "batch 1 of ticket_events"), "{found:?}");
}

#[tokio::test]
async fn a_damaged_file_is_named() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    write(&sink, vec![events(&[[1, 0, 0]])], 1).await;
    sink.compact(NOW).await.unwrap();
    let path = sink.generation.folder.join(&parquet_files(&sink)[0]);
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, bytes).unwrap();

    let found = publish(data.path(), &data.path().join("published")).await;
    assert!(matches!(&found, Err(Error::Damaged { place, .. }) if place.ends_with(".parquet")), "{found:?}");
    assert!(!data.path().join("published").exists());
}

#[tokio::test]
async fn a_rebuilt_store_takes_over_at_once_and_the_old_one_goes_later() {
    let data = TempDir::new().unwrap();
    let old = open(&data).await;
    write(&old, vec![tickets(&[[1, 2, 1]])], 2).await;

    let rebuilt = EmbeddedSink::create_generation(data.path(), EAGER, now).await.unwrap();
    assert_eq!(rebuilt.position(TOPIC).await.unwrap(), Offset(0));
    write(&rebuilt, vec![tickets(&[[1, 3, 5]])], 3).await;
    assert_eq!(published(&data, Table::Tickets, &["status"]).await, [[1]]);

    let rebuilt = rebuilt.activate().await.unwrap();
    assert_eq!(published(&data, Table::Tickets, &["status"]).await, [[5]]);
    old.close().await;
    assert_eq!(rebuilt.compact(NOW).await.unwrap().swept.generations, 0);
    let late = Instant::from_seconds(i64::from(u32::MAX));
    assert_eq!(rebuilt.compact(late).await.unwrap().swept.generations, 1);
}

#[tokio::test]
async fn a_snapshot_replaces_an_earlier_one_and_nothing_else() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    assert!(published(&data, Table::Tickets, &["ticket_id"]).await.is_empty());
    write(&sink, vec![tickets(&[[1, 2, 1]])], 2).await;
    assert_eq!(published(&data, Table::Tickets, &["ticket_id"]).await, [[1]]);

    let foreign = data.path().join("foreign");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join("letter.txt"), b"dear").unwrap();
    assert!(publish(data.path(), &foreign).await.is_err());
    assert!(foreign.join("letter.txt").exists());
}
