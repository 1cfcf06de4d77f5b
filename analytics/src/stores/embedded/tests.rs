//! What the embedded store promises beyond the suite: it follows a writer, compactions and rebuilds, and names damage.
//!
//! The manifests are written here by the contract alone; crate `tests` holds this store against the real writer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod writer;

use std::fs;

use arrow::array::RecordBatch;
use datafusion::prelude::{col, lit};
use schemas::{Offset, TicketId, tables::Table};
use tempfile::TempDir;

use self::writer::{Writer, generation};
use super::EmbeddedStore;
use crate::stores::{
    Error, Store,
    suite::{self, ask, counted, desk, events, spans, tickets},
};

async fn versions(store: &EmbeddedStore) -> Vec<Vec<i64>> {
    let snapshot = store.snapshot().await.unwrap();
    ask(snapshot.as_ref(), Table::Tickets, lit(true), &["ticket_id", "ticket_version"]).await
}

#[tokio::test]
async fn a_store_of_fresh_batches_keeps_its_promises() {
    let mut writer = Writer::new().await;
    for rows in desk() {
        writer.commit(rows).await;
    }
    suite::keeps_its_promises(&writer.reader()).await;
    assert_eq!(writer.reader().snapshot().await.unwrap().offset(), Offset(30));
}

#[tokio::test]
async fn a_store_of_files_and_batches_keeps_its_promises() {
    for cut in 0..3 {
        let mut writer = Writer::new().await;
        for (at, rows) in desk().into_iter().enumerate() {
            writer.commit(rows.clone()).await;
            for (table, _) in rows.iter().filter(|_| at == cut) {
                writer.compact(*table, &[]).await;
                writer.purge().await;
            }
        }
        suite::keeps_its_promises(&writer.reader()).await;
    }
}

#[tokio::test]
async fn a_reader_that_follows_every_commit_sees_the_same() {
    let mut writer = Writer::new().await;
    let store = writer.reader();
    let mut commits = desk().into_iter();
    let first = commits.next().unwrap();
    writer.commit(first.clone()).await;
    store.snapshot().await.unwrap();
    for (table, _) in &first {
        writer.compact(*table, &[]).await;
        // Whether the reader has seen a batch or finds it purged must not matter.
        if *table == Table::Tickets {
            writer.purge().await;
        }
        store.snapshot().await.unwrap();
    }
    for rows in commits {
        writer.commit(rows).await;
        store.snapshot().await.unwrap();
    }
    suite::keeps_its_promises(&store).await;
}

#[tokio::test]
async fn a_reader_that_slept_through_a_compaction_and_its_sweep_misses_nothing() {
    let mut writer = Writer::new().await;
    writer.commit(vec![tickets(&[[1, 1, 1], [2, 1, 1]]), spans(&[[1, 1, 0]])]).await;
    let store = writer.reader();
    assert_eq!(versions(&store).await, [[1, 1], [2, 1]]);

    writer.commit(vec![tickets(&[[2, 7, 1], [3, 7, 1]])]).await;
    writer.compact(Table::Tickets, &[]).await;
    writer.purge().await;
    assert_eq!(versions(&store).await, [[1, 1], [2, 7], [3, 7]]);
}

#[tokio::test]
async fn an_older_snapshot_stays_as_it_was() {
    let mut writer = Writer::new().await;
    writer.commit(vec![tickets(&[[1, 1, 1]]), events(&[[1, 0, 0]])]).await;
    writer.compact(Table::TicketEvents, &[]).await;
    let store = writer.reader();
    let before = store.snapshot().await.unwrap();

    writer.commit(vec![tickets(&[[1, 9, 5]]), events(&[[1, 3, 1]])]).await;
    let (_, older) = events(&[[1, 0, 0]]);
    let old_file = fs::read_dir(&writer.folder).unwrap().map(|entry| entry.unwrap().path());
    let old_file = old_file.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "parquet")).unwrap();
    writer.compact(Table::TicketEvents, &[older]).await;
    fs::remove_file(old_file).unwrap();
    let after = store.snapshot().await.unwrap();

    assert!(after.version() > before.version());
    for (snapshot, version, history) in [(&before, 1, 1), (&after, 9, 2)] {
        let rows = ask(snapshot.as_ref(), Table::Tickets, lit(true), &["ticket_version"]).await;
        assert_eq!(rows, [[version]]);
        assert_eq!(counted(snapshot.as_ref(), Table::TicketEvents).await, history);
    }
}

#[tokio::test]
async fn many_updates_of_many_tickets_leave_one_row_each() {
    let mut writer = Writer::new().await;
    let store = writer.reader();
    for version in 1..=6_i64 {
        let all: Vec<[i64; 3]> = (0..9_000).map(|id| [id, version, version % 7]).collect();
        let twice: Vec<[i64; 3]> = (0..9_000).flat_map(|id| [[id, version, 0], [id, version, version]]).collect();
        writer.commit(vec![tickets(&all), spans(&twice)]).await;
        let snapshot = store.snapshot().await.unwrap();
        assert_eq!(counted(snapshot.as_ref(), Table::Tickets).await, 9_000);
        assert_eq!(counted(snapshot.as_ref(), Table::TicketSpans).await, 18_000);
        let wanted =
            ask(snapshot.as_ref(), Table::Tickets, col("ticket_id").eq(lit(8_500_i64)), &["ticket_version"]).await;
        assert_eq!(wanted, [[version]]);
    }
    let two = writer.compact(Table::TicketSpans, &[]).await;
    assert!(two.exists());
    writer.purge().await;
    let fresh = writer.reader().snapshot().await.unwrap();
    assert_eq!(counted(fresh.as_ref(), Table::TicketSpans).await, 18_000);
}

#[tokio::test]
async fn one_ticket_is_found_among_many_row_groups() {
    let mut writer = Writer::new().await;
    let all: Vec<[i64; 3]> = (0..20_000).map(|offset| [offset / 3 * 2, offset, offset]).collect();
    writer.commit(vec![events(&all)]).await;
    writer.compact(Table::TicketEvents, &[]).await;
    let snapshot = writer.reader().snapshot().await.unwrap();
    for (ticket, expected) in [(0, 3), (7_998, 3), (13_332, 2), (7_999, 0), (99_999, 0)] {
        let rows = snapshot.of_ticket(Table::TicketEvents, TicketId(ticket)).await.unwrap();
        assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), expected, "ticket {ticket}");
    }
    assert_eq!(counted(snapshot.as_ref(), Table::TicketEvents).await, 20_000);
}

#[tokio::test]
async fn a_rebuilt_store_is_followed_and_its_version_is_greater() {
    let mut writer = Writer::new().await;
    for version in 1..5 {
        writer.commit(vec![tickets(&[[1, version, 1]])]).await;
    }
    let store = writer.reader();
    let before = store.snapshot().await.unwrap();

    let (folder, manifest) = generation(&writer.data, 2).await;
    let old = std::mem::replace(&mut writer.folder, folder);
    writer.manifest = manifest;
    writer.commit(vec![tickets(&[[1, 3, 1], [2, 3, 1]])]).await;
    assert_eq!(versions(&store).await, [[1, 4]]);
    writer.name_current("generation-2");
    fs::remove_dir_all(old).unwrap();
    assert_eq!(versions(&store).await, [[1, 3], [2, 3]]);
    assert!(store.snapshot().await.unwrap().version() > before.version());
}

#[tokio::test]
async fn a_data_directory_without_a_store_is_empty() {
    let data = TempDir::new().unwrap();
    assert!(matches!(EmbeddedStore::open(data.path()).snapshot().await, Err(Error::Empty)));
}

#[tokio::test]
async fn damage_is_named() {
    let mut writer = Writer::new().await;
    writer.commit(vec![events(&[[1, 0, 0]]), tickets(&[[1, 1, 1]])]).await;
    let path = writer.compact(Table::TicketEvents, &[]).await;
    let mut bytes = fs::read(&path).unwrap();
    bytes[30] ^= 1;
    fs::write(&path, bytes).unwrap();
    let found = writer.reader().snapshot().await;
    assert!(matches!(&found, Err(Error::Damaged { place, .. }) if *place == path.display().to_string()), "{found:?}");

    fs::remove_file(&path).unwrap();
    assert!(matches!(writer.reader().snapshot().await, Err(Error::Damaged { .. })));

    writer.run("delete from files; update batches set data = zeroblob(9) where table_name = 'tickets'".into()).await;
    let found = writer.reader().snapshot().await;
    assert!(matches!(&found, Err(Error::Damaged { place, .. }) if place == "batch 2 of tickets"), "{found:?}");
}
