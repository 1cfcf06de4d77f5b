//! One flipped byte is found and named wherever it lies; nothing is skipped.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use analytics::stores::{self, Store as _, embedded::EmbeddedStore};
use pipeline::{
    buses::{Append, Bus as _, TICKETS, embedded::EmbeddedBus},
    process::{self, Processor},
    sinks::{
        self, RowBatch, Sink,
        embedded::{Config, EmbeddedSink, publish},
    },
};
use schemas::{Codec, Instant, Offset, tables::Table};
use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use super::{
    rows::{Row, batch},
    shown::shown,
};

const NOW: Instant = Instant::from_seconds(4_000_000_000);
/// Compacts whatever there is.
const EAGER: Config = Config { fresh_rows_max: 0, fresh_bytes_max: 1 << 20, fresh_batches_max: 0, grace_s: 120 };
/// How many places of a file are tried.
const PLACES: usize = 24;

async fn open(data: &TempDir) -> EmbeddedSink {
    EmbeddedSink::open(data.path(), EAGER, || NOW).await.unwrap()
}

/// Writes ten rows of every table in one commit.
async fn write(sink: &EmbeddedSink, commit: i64) {
    let rows: Vec<Row> = (0..10).map(|id| Row { id, version: commit, serial: commit * 10 + id }).collect();
    let rows = Table::ALL.map(|table| (table, batch(table, &rows))).into();
    sink.write(RowBatch { rows, ..RowBatch::default() }, TICKETS, Offset(commit as u64)).await.unwrap();
}

fn files(data: &TempDir, ending: &str) -> Vec<PathBuf> {
    let folder = data.path().join("store/generation-1");
    let mut files: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.to_string_lossy().ends_with(ending));
    files.sort();
    files
}

/// The same store in another place.
fn copy(data: &TempDir) -> TempDir {
    let other = TempDir::new().unwrap();
    fs::create_dir_all(other.path().join("store/generation-1")).unwrap();
    let names = files(data, "").into_iter().chain([data.path().join("store/CURRENT")]);
    for path in names {
        fs::copy(&path, other.path().join(path.strip_prefix(data.path()).unwrap())).unwrap();
    }
    other
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

/// Flips a byte of `blob` where it lies in the file.
fn flip_within(path: &Path, blob: &[u8]) -> usize {
    const NEEDLE_BYTES: usize = 48;
    let bytes = fs::read(path).unwrap();
    let places = |needle: &[u8]| {
        let found = bytes.windows(NEEDLE_BYTES).enumerate().filter(|(_, window)| *window == needle);
        found.map(|(at, _)| at).collect::<Vec<_>>()
    };
    // A stretch that is there once only.
    let place = blob.chunks_exact(NEEDLE_BYTES).map(places).find(|places| places.len() == 1).unwrap()[0];
    flip(path, place);
    place
}

async fn blobs<T>(path: &Path, query: &'static str) -> Vec<T>
where
    T: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
{
    let options = SqliteConnectOptions::new().filename(path);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let found = sqlx::query_as(query).fetch_all(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    found
}

/// Whether both ways to read name `place`, and publish nothing.
async fn is_named(data: &TempDir, place: &str) {
    let read = EmbeddedStore::open(data.path()).snapshot().await;
    assert!(matches!(&read, Err(stores::Error::Damaged { place: at, .. }) if at.ends_with(place)), "{place}: {read:?}");
    let dir = data.path().join("published");
    let published = publish(data.path(), &dir).await;
    let is_named = matches!(&published, Err(sinks::Error::Damaged { place: at, .. }) if at.ends_with(place));
    assert!(is_named, "{place}: {published:?}");
    assert!(!dir.exists());
}

#[tokio::test]
async fn a_flipped_byte_of_a_parquet_file_is_named() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    write(&sink, 1).await;
    sink.compact(NOW).await.unwrap();
    let whole = shown(&EmbeddedStore::open(data.path()), &[1, 2]).await;
    let files = files(&data, ".parquet");
    assert_eq!(files.len(), Table::ALL.len());
    for file in &files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let length = fs::metadata(file).unwrap().len() as usize;
        for place in (0..PLACES).map(|place| place * (length - 1) / (PLACES - 1)) {
            flip(file, place);
            is_named(&data, name).await;
            flip(file, place);
        }
    }
    assert_eq!(shown(&EmbeddedStore::open(data.path()), &[1, 2]).await, whole);

    // A compaction that would merge it leaves everything as it is.
    write(&sink, 2).await;
    flip(&files[0], 99);
    let compacted = sink.compact(NOW).await.unwrap_err();
    let name = files[0].display().to_string();
    assert!(matches!(&compacted, sinks::Error::Damaged { place, .. } if *place == name), "{compacted}");
    flip(&files[0], 99);
    sink.compact(NOW).await.unwrap();
    assert_eq!(shown(&EmbeddedStore::open(data.path()), &[]).await.0["ticket_events"].len(), 20);
}

#[tokio::test]
async fn a_file_that_is_gone_or_cut_short_is_named() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    write(&sink, 1).await;
    sink.compact(NOW).await.unwrap();
    for file in files(&data, ".parquet") {
        let name = file.file_name().unwrap().to_str().unwrap();
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        is_named(&data, name).await;
        fs::remove_file(&file).unwrap();
        is_named(&data, name).await;
        fs::write(&file, bytes).unwrap();
    }
    EmbeddedStore::open(data.path()).snapshot().await.unwrap();
}

#[tokio::test]
async fn a_flipped_byte_of_a_fresh_batch_is_named() {
    let data = TempDir::new().unwrap();
    let sink = open(&data).await;
    for commit in 1..4 {
        write(&sink, commit).await;
    }
    sink.close().await;
    let manifest = &files(&data, "manifest.sqlite")[0];
    let batches: Vec<(i64, String, Vec<u8>)> = blobs(manifest, "select id, table_name, data from batches").await;
    assert_eq!(batches.len(), 3 * Table::ALL.len());
    for (id, table, blob) in batches {
        let damaged = copy(&data);
        flip_within(&files(&damaged, "manifest.sqlite")[0], &blob);
        let name = format!("batch {id} of {table}");
        is_named(&damaged, &name).await;
        let compacted = open(&damaged).await.compact(NOW).await.unwrap_err();
        assert!(matches!(&compacted, sinks::Error::Damaged { place, .. } if *place == name), "{compacted}");
    }
}

#[tokio::test]
async fn a_flipped_byte_of_the_log_stops_the_processor_before_it() {
    let (log, data) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let bus = EmbeddedBus::open(log.path()).await.unwrap();
    for first in [0, 3, 6] {
        let records =
            (first..first + 3).map(|at| (format!("t/{at}").into(), format!("no event {at}").repeat(9).into()));
        let batch = Append { topic: TICKETS.to_owned(), records: records.collect(), ..Append::default() };
        bus.append(batch).await.unwrap();
    }
    bus.close().await;
    let path = log.path().join(EmbeddedBus::FILE);
    let batches: Vec<(Vec<u8>,)> = blobs(&path, "select data from batches where first_offset = 3").await;
    let place = flip_within(&path, &batches[0].0);

    let bus = Arc::new(EmbeddedBus::open(log.path()).await.unwrap());
    let sink = Arc::new(open(&data).await);
    let codec = Arc::new(Codec::new().unwrap());
    let mut processor = Processor::new(bus.clone(), sink.clone(), codec, process::Config::default(), || NOW);
    for _ in 0..2 {
        let error = processor.step().await.unwrap_err();
        assert_eq!(error.to_string(), "log is damaged in tickets at offset 3: the checksum of a batch does not hold");
        assert_eq!(error.fault(), pipeline::Fault::Fatal);
        assert!(sink.position(TICKETS).await.unwrap() <= Offset(3));
    }
    bus.close().await;
    flip(&path, place);
    let bus = Arc::new(EmbeddedBus::open(log.path()).await.unwrap());
    let codec = Arc::new(Codec::new().unwrap());
    let mut processor = Processor::new(bus.clone(), sink.clone(), codec, process::Config::default(), || NOW);
    assert!(processor.step().await.unwrap().is_caught_up());
    assert_eq!(sink.counts().await.unwrap().dead, 9);
}
