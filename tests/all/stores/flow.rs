//! The whole write side, cut and broken anywhere, leaves in the embedded store what one calm pass leaves in memory.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use analytics::stores::{Store as _, embedded::EmbeddedStore};
use pipeline::{
    buses::{Append, Bus, DeadLetter, TICKETS, memory::MemoryBus},
    process::{self, Processor},
    replay::{rebuild, replay},
    sinks::{
        Sink,
        embedded::{Config, EmbeddedSink},
        memory::MemorySink,
    },
};
use proptest::prelude::*;
use schemas::{Codec, Instant, ingestion::EventCounts, tables::Table};
use tempfile::TempDir;

use super::{
    desk::{Line, lines},
    runner,
    shown::{Shown, of_batches, shown},
};

const NOW: Instant = Instant::from_seconds(4_000_000_000);
const LIMITS: Config = Config { fresh_rows_max: 4, fresh_bytes_max: 1 << 20, fresh_batches_max: 2, grace_s: 120 };

/// What happens after some records were appended.
#[derive(Clone, Debug)]
enum Act {
    Nothing,
    Step,
    /// A step is cut off when it has waited so often, and the next one follows at once.
    CutOff(usize),
    /// A step is cut off, and everything begins anew from the disk.
    Crash(usize),
    Compact,
}

fn acts() -> impl Strategy<Value = Vec<(Vec<Line>, Act)>> {
    let act = prop_oneof![
        1 => Just(Act::Nothing),
        4 => Just(Act::Step),
        3 => (0usize..14).prop_map(Act::CutOff),
        3 => (0usize..14).prop_map(Act::Crash),
        2 => Just(Act::Compact),
    ];
    prop::collection::vec((lines(14), act), 1..14)
}

/// A log and the embedded store behind it.
struct Desk {
    data: TempDir,
    bus: Arc<MemoryBus>,
    sink: Arc<EmbeddedSink>,
    processor: Processor,
    cache_bytes_max: usize,
    store: EmbeddedStore,
}

impl Desk {
    async fn new(cache_bytes_max: usize) -> Self {
        let data = TempDir::new().unwrap();
        let bus = Arc::new(MemoryBus::default());
        let sink = Arc::new(EmbeddedSink::open(data.path(), LIMITS, || NOW).await.unwrap());
        let processor = processor(&bus, Arc::clone(&sink) as Arc<dyn Sink>, cache_bytes_max);
        let store = EmbeddedStore::open(data.path());
        Self { data, bus, sink, processor, cache_bytes_max, store }
    }

    async fn act(&mut self, lines: &[Line], act: &Act) {
        let (lines, later) = match act {
            Act::CutOff(_) => lines.split_at(lines.len() / 2),
            _ => (lines, [].as_slice()),
        };
        append(&self.bus, lines).await;
        match act {
            Act::Nothing => {}
            Act::Step => drop(self.processor.step().await.unwrap()),
            Act::CutOff(polls) => {
                drop(polled(self.processor.step(), *polls).await);
                // The next step takes up more records than the one that may be under way to the disk.
                append(&self.bus, later).await;
                self.processor.step().await.unwrap();
            }
            Act::Crash(polls) => {
                drop(polled(self.processor.step(), *polls).await);
                // The death of a process takes its connections along.
                self.sink.close().await;
                self.sink = Arc::new(EmbeddedSink::open(self.data.path(), LIMITS, || NOW).await.unwrap());
                self.take_sink(Arc::clone(&self.sink));
            }
            Act::Compact => drop(self.sink.compact(NOW).await.unwrap()),
        }
    }

    fn take_sink(&mut self, sink: Arc<EmbeddedSink>) {
        self.processor = processor(&self.bus, Arc::clone(&sink) as Arc<dyn Sink>, self.cache_bytes_max);
        self.sink = sink;
    }

    async fn finish(&mut self) {
        while !self.processor.step().await.unwrap().is_caught_up() {}
    }

    async fn kept(&self) -> Kept {
        Kept::of(&self.bus, self.sink.as_ref(), shown(&self.store, &[]).await.0).await
    }
}

/// All that a sink and its log tell.
#[derive(Debug, PartialEq)]
struct Kept {
    rows: Shown,
    counts: EventCounts,
    folds: Vec<Vec<(i64, Vec<u8>)>>,
    letters: Vec<DeadLetter>,
}

impl Kept {
    async fn of(bus: &MemoryBus, sink: &dyn Sink, rows: Shown) -> Self {
        let mut folds = Vec::new();
        for space in ["ticket", "SLA", "Group"] {
            folds.push(sink.scan_folds(space, i64::MIN, 1_000).await.unwrap());
        }
        let counts = EventCounts { appended: bus.end(TICKETS).await.unwrap().0, ..sink.counts().await.unwrap() };
        Self { rows, counts, folds, letters: bus.dead_letters().list(None, 10_000).await.unwrap() }
    }

    /// Nothing lost, nothing doubled.
    fn balances(&self) {
        assert_eq!(self.counts.appended, self.counts.stored + self.counts.repeated + self.counts.dead);
        let rows = self.rows["ticket_events"].len() + self.rows["dimensions"].len();
        assert_eq!(rows as u64, self.counts.stored);
        assert_eq!(self.letters.len() as u64, self.counts.dead);
    }
}

fn processor(bus: &Arc<MemoryBus>, sink: Arc<dyn Sink>, cache_bytes_max: usize) -> Processor {
    let config = process::Config { cache_bytes_max, ..process::Config::default() };
    let bus = Arc::clone(bus) as Arc<dyn Bus>;
    Processor::new(bus, sink, Arc::new(Codec::new().unwrap()), config, || NOW)
}

async fn append(bus: &MemoryBus, lines: &[Line]) {
    let codec = Codec::new().unwrap();
    let records = lines.iter().map(|line| line.record(&codec)).map(|(key, value)| (key.into(), value.into()));
    let batch = Append { topic: TICKETS.to_owned(), records: records.collect(), at: NOW, ..Append::default() };
    bus.append(batch).await.unwrap();
}

/// What one pass over everything leaves in memory.
async fn calm(lines: &[Line]) -> Kept {
    let (bus, sink) = (Arc::new(MemoryBus::default()), Arc::new(MemorySink::new()));
    append(&bus, lines).await;
    let mut processor = processor(&bus, Arc::clone(&sink) as Arc<dyn Sink>, usize::MAX);
    rebuild(&mut processor, |_| ()).await.unwrap();
    let rows = of_batches(Table::ALL.map(|table| (table, sink.rows(table))));
    Kept::of(&bus, sink.as_ref(), rows).await
}

/// The outcome of `future`, or nothing if it waits more often than that: then it is dropped where it stands.
async fn polled<T>(future: impl Future<Output = T>, waits: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = waits;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

async fn check(cache_bytes_max: usize, acts: Vec<(Vec<Line>, Act)>) {
    let mut desk = Desk::new(cache_bytes_max).await;
    for (lines, act) in &acts {
        desk.act(lines, act).await;
        let counts = desk.sink.counts().await.unwrap();
        let done = counts.stored + counts.repeated + counts.filtered + counts.dead;
        assert_eq!(desk.sink.position(TICKETS).await.unwrap().0, done, "every record before the position is counted");
        desk.store.snapshot().await.unwrap();
    }
    desk.finish().await;
    let all: Vec<Line> = acts.into_iter().flat_map(|(lines, _)| lines).collect();
    let expected = calm(&all).await;
    expected.balances();
    assert_eq!(desk.kept().await, expected);

    let always = Instant(i64::MIN)..Instant(i64::MAX);
    let codec = Codec::new().unwrap();
    replay(desk.bus.as_ref(), desk.sink.as_ref(), &codec, always, &process::Config::default()).await.unwrap();
    assert_eq!(desk.kept().await, expected, "a replay changed something");
    desk.sink.compact(NOW.plus_seconds(200)).await.unwrap();
    assert_eq!(desk.kept().await, expected, "a compaction changed something");

    let rebuilt = EmbeddedSink::create_generation(desk.data.path(), LIMITS, || NOW).await.unwrap();
    let rebuilt = Arc::new(rebuilt);
    desk.take_sink(Arc::clone(&rebuilt));
    rebuild(&mut desk.processor, |_| ()).await.unwrap();
    // Only one who holds the store alone may put it in the other's place.
    drop((desk.processor, desk.sink));
    desk.sink = Arc::new(Arc::into_inner(rebuilt).unwrap().activate().await.unwrap());
    let rows = shown(&desk.store, &[]).await.0;
    assert_eq!(Kept::of(&desk.bus, desk.sink.as_ref(), rows).await, expected, "a rebuild changed something");
}

#[test]
fn whatever_is_cut_off_or_crashes_the_store_holds_what_a_calm_pass_leaves() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let cache = prop_oneof![Just(0usize), Just(300), Just(64 << 20)];
    let checked = runner(12).run(&(cache, acts()), |(cache_bytes_max, acts)| {
        runtime.block_on(check(cache_bytes_max, acts));
        Ok(())
    });
    checked.unwrap();
}
