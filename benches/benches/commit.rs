//! An append to the log, beside plain inserts of the same bytes into SQLite under the same promise of durability.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use benches::{Home, now, served};
use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput};
use pipeline::{
    buses::{Append, Bus as _, TICKETS, embedded::EmbeddedBus},
    sources::LedgerEntry,
};
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::runtime::Runtime;

const DESK_TICKETS: usize = 100;
const BATCH_RECORDS: usize = 1_000;
/// About what the source remembers of a ticket.
const LEDGER_VALUE_BYTES: usize = 200;

fn main() {
    let runtime = Runtime::new().unwrap();
    let (source, log, plain) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (records, bus, mut peer) = runtime.block_on(async {
        let desk = served(DESK_TICKETS, 1).unwrap();
        let home = Home::open(source.path()).await.unwrap();
        home.fill(&desk.sim.url()).await.unwrap();
        let values = home.records(BATCH_RECORDS).await.unwrap();
        let records: Vec<(Bytes, Bytes)> = values.into_iter().map(|value| (Bytes::from("t/1"), value)).collect();
        (records, EmbeddedBus::open(log.path()).await.unwrap(), plain_sqlite(plain.path()).await)
    });

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("commit of 1000 records");
    group.throughput(Throughput::Elements(records.len() as u64));
    group.bench_function("log", |bencher| {
        let append = || Append { topic: TICKETS.to_owned(), records: records.clone(), at: now(), ..Append::default() };
        bencher.iter_batched(append, |append| runtime.block_on(bus.append(append)).unwrap(), BatchSize::SmallInput);
    });
    group.bench_function("log, and as many entries of the ledger", |bencher| {
        let mut first = 0;
        let append = || {
            first += records.len() as i64;
            let entry = |id| LedgerEntry { space: "ticket", id, value: Some(vec![7; LEDGER_VALUE_BYTES]) };
            let ledger = (first..).take(records.len()).map(entry).collect();
            Append { topic: TICKETS.to_owned(), records: records.clone(), at: now(), ledger, ..Append::default() }
        };
        bencher.iter_batched(append, |append| runtime.block_on(bus.append(append)).unwrap(), BatchSize::SmallInput);
    });
    group.bench_function("plain sqlite inserts", |bencher| {
        bencher.iter(|| runtime.block_on(insert(&mut peer, &records)));
    });
    group.finish();
    criterion.final_summary();
}

async fn plain_sqlite(dir: &std::path::Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(dir.join("plain.sqlite"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    let table = "create table records (id integer primary key, key blob not null, value blob not null) strict";
    sqlx::raw_sql(table).execute(&mut connection).await.unwrap();
    connection
}

async fn insert(connection: &mut SqliteConnection, records: &[(Bytes, Bytes)]) {
    let mut transaction = connection.begin().await.unwrap();
    for (key, value) in records {
        sqlx::query("insert into records (key, value) values (?, ?)")
            .bind(key.as_ref())
            .bind(value.as_ref())
            .execute(&mut *transaction)
            .await
            .unwrap();
    }
    transaction.commit().await.unwrap();
}
