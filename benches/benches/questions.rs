//! Every question of the contract, asked of a generated desk.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use analytics::stores::embedded::EmbeddedStore;
use benches::{Asked, Home, Question, now, served};
use criterion::Criterion;
use tokio::runtime::Runtime;

const TICKETS: usize = 5_000;

fn main() {
    let runtime = Runtime::new().unwrap();
    let dir = tempfile::tempdir().unwrap();
    let analytics = runtime.block_on(async {
        let desk = served(TICKETS, 1).unwrap();
        let home = Home::open(dir.path()).await.unwrap();
        home.fill(&desk.sim.url()).await.unwrap();
        let analytics = home.analytics(EmbeddedStore::open(dir.path())).unwrap();
        home.close().await;
        analytics
    });
    let asked = runtime.block_on(Asked::new(&analytics, now(), TICKETS as i64 / 2)).unwrap();

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("questions");
    for question in Question::ALL {
        group.bench_function(question.name(), |bencher| {
            bencher.iter(|| runtime.block_on(question.ask(&asked)).unwrap());
        });
    }
    group.finish();
    criterion.final_summary();
}
