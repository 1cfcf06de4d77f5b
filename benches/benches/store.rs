//! The embedded store: a small commit, the reader that follows it, and putting fresh rows away in files.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use analytics::stores::{Store as _, embedded::EmbeddedStore};
use arrow::compute::concat_batches;
use benches::{Home, now, processed, served};
use criterion::{BatchSize, Criterion, Throughput};
use pipeline::{
    buses::TICKETS,
    process::{self, Processor},
    projection::TICKET_SPACE,
    sinks::{Fold, RowBatch, Sink as _, embedded, embedded::EmbeddedSink},
};
use schemas::{Offset, TicketId, tables::Table};
use tokio::runtime::Runtime;

const DESK_TICKETS: usize = 2_000;
/// Tickets of a small commit: what a busy desk changes between two polls.
const CHANGED_TICKETS: usize = 20;

fn main() {
    let runtime = Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (home, batch) = runtime.block_on(async {
        let desk = served(DESK_TICKETS, 1).unwrap();
        let home = Home::open(dir.path()).await.unwrap();
        home.fill(&desk.sim.url()).await.unwrap();
        let batch = changed(&home, dir.path()).await;
        (home, batch)
    });
    let mut next = runtime.block_on(home.sink.position(TICKETS)).unwrap();
    let mut advance = || {
        next = Offset(next.0 + 1);
        next
    };

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("store");
    group.throughput(Throughput::Elements(CHANGED_TICKETS as u64));
    group.bench_function("commit of 20 tickets", |bencher| {
        bencher.iter_batched(
            || (batch.clone(), advance()),
            |(batch, next)| runtime.block_on(home.sink.write(batch, TICKETS, next)).unwrap(),
            BatchSize::SmallInput,
        );
    });
    runtime.block_on(home.sink.compact(now())).unwrap();
    let store = EmbeddedStore::open(dir.path());
    runtime.block_on(store.snapshot()).unwrap();
    group.bench_function("refresh after such a commit", |bencher| {
        bencher.iter_custom(|times| {
            let mut took = Duration::ZERO;
            for _ in 0..times {
                runtime.block_on(home.sink.write(batch.clone(), TICKETS, advance())).unwrap();
                let begin = Instant::now();
                runtime.block_on(store.snapshot()).unwrap();
                took += begin.elapsed();
            }
            took
        });
    });
    group.sample_size(10).throughput(Throughput::Elements(rows_of(&runtime, &home)));
    group.bench_function("compaction of a whole desk, in rows", |bencher| {
        bencher.iter_custom(|times| (0..times).map(|_| compaction(&runtime, &home)).sum());
    });
    group.finish();
    criterion.final_summary();
}

/// The rows and folds of some tickets of the desk, as a step that touched them writes them.
async fn changed(home: &Home, dir: &Path) -> RowBatch {
    let snapshot = EmbeddedStore::open(dir).snapshot().await.unwrap();
    let ids: Vec<i64> = (1..=CHANGED_TICKETS as i64).collect();
    let mut rows = Vec::new();
    for table in [Table::Tickets, Table::TicketSpans] {
        let mut of_table = Vec::new();
        for id in &ids {
            of_table.extend(snapshot.of_ticket(table, TicketId(*id)).await.unwrap());
        }
        rows.push((table, concat_batches(&table.arrow_schema(), &of_table).unwrap()));
    }
    let folds = home.sink.folds(TICKET_SPACE, &ids).await.unwrap();
    let fold = |(id, state)| Fold { space: TICKET_SPACE.to_owned(), id, state };
    RowBatch { rows, folds: folds.into_iter().map(fold).collect(), ..RowBatch::default() }
}

async fn fresh(dir: &Path, home: &Home) -> EmbeddedSink {
    let config = embedded::Config { fresh_rows_max: 0, ..embedded::Config::default() };
    let sink = Arc::new(EmbeddedSink::open(dir, config, now).await.unwrap());
    let (bus, codec) = (Arc::clone(&home.bus), Arc::clone(&home.codec));
    let mut processor = Processor::new(bus, Arc::clone(&sink) as _, codec, process::Config::default(), now);
    processed(&mut processor, |_| {}).await.unwrap();
    drop(processor);
    Arc::into_inner(sink).unwrap()
}

fn compaction(runtime: &Runtime, home: &Home) -> Duration {
    let dir = tempfile::tempdir().unwrap();
    let sink = runtime.block_on(fresh(dir.path(), home));
    let begin = Instant::now();
    runtime.block_on(sink.compact(now())).unwrap();
    let took = begin.elapsed();
    runtime.block_on(sink.close());
    took
}

/// Rows that such a compaction reads.
fn rows_of(runtime: &Runtime, home: &Home) -> u64 {
    let dir = tempfile::tempdir().unwrap();
    let sink = runtime.block_on(fresh(dir.path(), home));
    let compacted = runtime.block_on(sink.compact(now())).unwrap();
    runtime.block_on(sink.close());
    compacted.rows_read
}
