//! A reader that follows a writer, one that sleeps meanwhile and one that has just come see what plain rows in memory show.

use std::sync::Arc;

use analytics::stores::{Snapshot, Store, embedded::EmbeddedStore, memory::MemoryStore};
use arrow::array::RecordBatch;
use pipeline::sinks::{
    RowBatch, Sink,
    embedded::{Config, EmbeddedSink, publish},
};
use proptest::prelude::*;
use schemas::{Instant, Offset, tables::Table};
use tempfile::TempDir;

use super::{
    rows::{Row, batch},
    runner,
    shown::{Shown, of_folder, of_snapshot, shown},
};

const TOPIC: &str = "tickets";
/// Late enough that a store that was swapped out is old at once.
const START: Instant = Instant::from_seconds(4_000_000_000);
/// Longer than the grace of replaced files and batches.
const LATER_S: i64 = 200;
/// Tickets looked at one by one; there is never a ticket 77.
const SOME_TICKETS: [i64; 4] = [1, 2, 5, 77];

/// Rows as (table, id, version).
type Keys = Vec<(usize, i64, i64)>;

#[derive(Clone, Debug)]
enum Step {
    Write(Keys),
    Compact,
    /// Also removes what was replaced before.
    CompactLater,
    /// With or without the writer's farewell.
    Reopen(bool),
    /// Rows written to a new generation after all those of the old one.
    Rebuild(Keys),
}

fn steps() -> impl Strategy<Value = Vec<(Step, bool)>> {
    let keys = || prop::collection::vec((0..Table::ALL.len(), 1i64..7, 0i64..9), 1..14);
    let step = prop_oneof![
        6 => keys().prop_map(Step::Write),
        3 => Just(Step::Compact),
        3 => Just(Step::CompactLater),
        1 => any::<bool>().prop_map(Step::Reopen),
        1 => keys().prop_map(Step::Rebuild),
    ];
    prop::collection::vec((step, prop::bool::weighted(0.3)), 1..18)
}

/// Limits so small that compactions always have work, of one batch or of many.
fn limits() -> impl Strategy<Value = Config> {
    (0u64..6, 0u64..3, prop_oneof![Just(1), Just(1 << 20)]).prop_map(|(rows, batches, bytes)| Config {
        fresh_rows_max: rows,
        fresh_batches_max: batches,
        fresh_bytes_max: bytes,
        ..Config::default()
    })
}

/// A snapshot and what it showed when it was new.
type Held = (Arc<dyn Snapshot>, (Shown, Vec<String>));

/// A writer, its readers, and everything that was written.
struct Desk {
    data: TempDir,
    config: Config,
    sink: EmbeddedSink,
    now: Instant,
    written: Vec<Vec<(Table, RecordBatch)>>,
    serial: i64,
    following: EmbeddedStore,
    sleeping: EmbeddedStore,
    version: u64,
    held: Option<Held>,
}

impl Desk {
    async fn new(config: Config) -> Self {
        let data = TempDir::new().unwrap();
        Self {
            sink: EmbeddedSink::open(data.path(), config, || START).await.unwrap(),
            following: EmbeddedStore::open(data.path()),
            sleeping: EmbeddedStore::open(data.path()),
            data,
            config,
            now: START,
            written: Vec::new(),
            serial: 0,
            version: 0,
            held: None,
        }
    }

    async fn take(&mut self, step: &Step) {
        match step {
            Step::Write(keys) => {
                let rows = self.rows(keys);
                write(&self.sink, rows.clone(), self.written.len()).await;
                self.written.push(rows);
            }
            Step::Compact => drop(self.sink.compact(self.now).await.unwrap()),
            Step::CompactLater => {
                self.now = self.now.plus_seconds(LATER_S);
                self.sink.compact(self.now).await.unwrap();
            }
            Step::Reopen(says_goodbye) => {
                if *says_goodbye {
                    self.sink.close().await;
                }
                self.sink = EmbeddedSink::open(self.data.path(), self.config, || START).await.unwrap();
            }
            Step::Rebuild(keys) => self.rebuild(keys).await,
        }
    }

    async fn rebuild(&mut self, keys: &Keys) {
        let rebuilt = EmbeddedSink::create_generation(self.data.path(), self.config, || START).await.unwrap();
        for (at, rows) in self.written.iter().enumerate() {
            write(&rebuilt, rows.clone(), at).await;
        }
        rebuilt.compact(self.now).await.unwrap();
        let more = self.rows(keys);
        write(&rebuilt, more.clone(), self.written.len()).await;
        // Nobody sees anything of it before it is the one in use.
        self.agrees(&self.following).await;
        self.sink = rebuilt.activate().await.unwrap();
        self.written.push(more);
    }

    fn rows(&mut self, keys: &Keys) -> Vec<(Table, RecordBatch)> {
        let mut of_tables = Table::ALL.map(|table| (table, Vec::new()));
        for (table, id, version) in keys {
            self.serial += 1;
            of_tables[*table].1.push(Row { id: *id, version: *version, serial: self.serial });
        }
        let filled = of_tables.into_iter().filter(|(_, rows)| !rows.is_empty());
        filled.map(|(table, rows)| (table, batch(table, &rows))).collect()
    }

    async fn expected(&self) -> (Shown, Vec<String>) {
        let store = MemoryStore::new(self.written.concat()).unwrap();
        shown(&store, &SOME_TICKETS).await
    }

    async fn agrees(&self, store: &EmbeddedStore) {
        let snapshot = store.snapshot().await.unwrap();
        assert_eq!(of_snapshot(snapshot.as_ref(), &SOME_TICKETS).await, self.expected().await);
        assert_eq!(snapshot.offset(), Offset(self.written.len() as u64));
    }

    async fn check(&mut self, wakes: bool) {
        self.agrees(&self.following).await;
        let snapshot = self.following.snapshot().await.unwrap();
        assert!(snapshot.version() >= self.version, "versions never fall");
        self.version = snapshot.version();
        if wakes {
            self.agrees(&self.sleeping).await;
            self.agrees(&EmbeddedStore::open(self.data.path())).await;
            let seen = self.expected().await;
            self.held.get_or_insert((snapshot, seen));
        }
    }

    async fn check_at_the_end(&self) {
        self.agrees(&self.sleeping).await;
        self.agrees(&EmbeddedStore::open(self.data.path())).await;
        if let Some((snapshot, seen)) = &self.held {
            assert_eq!(of_snapshot(snapshot.as_ref(), &SOME_TICKETS).await, *seen, "an older snapshot has changed");
        }
        let dir = self.data.path().join("published");
        let published = publish(self.data.path(), &dir).await.unwrap();
        let (tables, _) = self.expected().await;
        assert_eq!(of_folder(&dir), tables);
        assert_eq!(published.offset, Offset(self.written.len() as u64));
        for (table, rows) in published.rows {
            assert_eq!(rows, tables[table].len() as u64);
        }
    }
}

async fn write(sink: &EmbeddedSink, rows: Vec<(Table, RecordBatch)>, at: usize) {
    let batch = RowBatch { rows, ..RowBatch::default() };
    sink.write(batch, TOPIC, Offset(at as u64 + 1)).await.unwrap();
}

#[test]
fn every_reader_sees_what_was_written_whatever_was_compacted_swept_or_swapped() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let checked = runner(16).run(&(limits(), steps()), |(config, steps)| {
        runtime.block_on(async {
            let mut desk = Desk::new(config).await;
            for (step, wakes) in &steps {
                desk.take(step).await;
                desk.check(*wakes).await;
            }
            desk.check_at_the_end().await;
        });
        Ok(())
    });
    checked.unwrap();
}
