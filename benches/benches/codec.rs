//! Events to bytes and back.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use benches::{Home, served};
use criterion::{Criterion, Throughput};
use tokio::runtime::Runtime;

const TICKETS: usize = 200;
const EVENTS: usize = 5_000;

fn main() {
    let runtime = Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (codec, events, records) = runtime.block_on(async {
        let desk = served(TICKETS, 1).unwrap();
        let home = Home::open(dir.path()).await.unwrap();
        home.fill(&desk.sim.url()).await.unwrap();
        (home.codec.clone(), home.events(EVENTS).await.unwrap(), home.records(EVENTS).await.unwrap())
    });

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("codec");
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("encode", |bencher| {
        bencher.iter(|| events.iter().map(|event| codec.encode(event).unwrap().len()).sum::<usize>());
    });
    group.bench_function("decode", |bencher| {
        bencher.iter(|| records.iter().map(|record| codec.decode(record).unwrap()).collect::<Vec<_>>());
    });
    group.finish();
    criterion.final_summary();
}
