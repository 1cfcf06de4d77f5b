//! The chain that every event passes before it is written.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use benches::{Home, served};
use criterion::{BatchSize, Criterion, Throughput};
use tokio::runtime::Runtime;
use transforms::{Chain, MaskPolicy, Policy, SelectPolicy, Visibility};

const TICKETS: usize = 200;
const EVENTS: usize = 5_000;

fn main() {
    let runtime = Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let events = runtime.block_on(async {
        let desk = served(TICKETS, 1).unwrap();
        let home = Home::open(dir.path()).await.unwrap();
        home.fill(&desk.sim.url()).await.unwrap();
        home.events(EVENTS).await.unwrap()
    });
    let hidden = Visibility::Hide;
    let mask = MaskPolicy {
        titles: hidden,
        requester_names: hidden,
        person_names: hidden,
        survey_comments: hidden,
        technician_ids: vec![],
    };
    let policies = [
        ("default policy", Policy::default()),
        ("everything hidden", Policy { mask, select: SelectPolicy::default() }),
    ];

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("transforms");
    group.throughput(Throughput::Elements(events.len() as u64));
    for (name, policy) in policies {
        let chain = Chain::new(policy).unwrap();
        group.bench_function(name, |bencher| {
            let apply = |events: Vec<_>| events.into_iter().map(|event| chain.apply(event)).collect::<Vec<_>>();
            bencher.iter_batched(|| events.clone(), apply, BatchSize::LargeInput);
        });
    }
    group.finish();
    criterion.final_summary();
}
