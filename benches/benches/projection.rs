//! From events to rows: the fold alone, and the whole step from the log into an empty store.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use benches::{Home, INSTANCE, now, processed, served};
use chrono_tz::Tz;
use criterion::{Criterion, Throughput};
use pipeline::{
    process::{self, Processor},
    projection::{TicketKey, Trash, refold},
    sinks::{Sink, embedded, embedded::EmbeddedSink, memory::MemorySink},
};
use schemas::{Event, Instance, Offset, TicketId};
use sla::Knowledge;
use tokio::runtime::Runtime;

const TICKETS: usize = 500;

fn main() {
    let runtime = Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (home, events) = runtime.block_on(async {
        let desk = served(TICKETS, 1).unwrap();
        let home = Home::open(dir.path()).await.unwrap();
        home.fill(&desk.sim.url()).await.unwrap();
        let events = home.events(usize::MAX).await.unwrap();
        (home, events)
    });
    let all = events.len() as u64;
    let tickets = by_ticket(events);
    let of_tickets: usize = tickets.values().map(Vec::len).sum();
    let instance = Instance::new(INSTANCE).unwrap();

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("projection");
    group.sample_size(20).throughput(Throughput::Elements(of_tickets as u64));
    group.bench_function("refold", |bencher| {
        let knowledge = Knowledge::new(Tz::UTC);
        bencher.iter(|| {
            for (&id, events) in &tickets {
                let key = TicketKey { instance: instance.clone(), id };
                refold(&key, None, events, (&knowledge, Trash::Drop)).unwrap();
            }
        });
    });
    group.throughput(Throughput::Elements(all));
    group.bench_function("step into memory", |bencher| {
        bencher.iter_custom(|times| steps(&runtime, &home, times, |_| Arc::new(MemorySink::default())));
    });
    group.bench_function("step into the embedded store", |bencher| {
        bencher.iter_custom(|times| {
            steps(&runtime, &home, times, |dir| {
                let sink = runtime.block_on(EmbeddedSink::open(dir, embedded::Config::default(), now));
                Arc::new(sink.unwrap())
            })
        });
    });
    group.finish();
    criterion.final_summary();
}

/// The time that the whole log takes, each time into a new store.
fn steps(runtime: &Runtime, home: &Home, times: u64, sink: impl Fn(&std::path::Path) -> Arc<dyn Sink>) -> Duration {
    let mut took = Duration::ZERO;
    for _ in 0..times {
        let dir = tempfile::tempdir().unwrap();
        let (bus, sink) = (Arc::clone(&home.bus), sink(dir.path()));
        let mut processor = Processor::new(bus, sink, Arc::clone(&home.codec), process::Config::default(), now);
        let begin = Instant::now();
        runtime.block_on(processed(&mut processor, |_| {})).unwrap();
        took += begin.elapsed();
    }
    took
}

fn by_ticket(events: Vec<Event>) -> BTreeMap<TicketId, Vec<(Offset, Event)>> {
    let mut tickets: BTreeMap<TicketId, Vec<(Offset, Event)>> = BTreeMap::new();
    for (offset, event) in (0..).zip(events) {
        if event.envelope.ticket_id != TicketId::NONE {
            tickets.entry(event.envelope.ticket_id).or_default().push((Offset(offset), event));
        }
    }
    tickets
}
