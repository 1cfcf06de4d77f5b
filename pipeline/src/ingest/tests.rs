//! Ingestion between a scripted source and a bus in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod conservation;
mod moves;
mod redrive;
mod script;

use std::{collections::VecDeque, sync::Arc};

use schemas::{Cursor, Instant, Offset, TicketId, ingestion::RowCounts};
use transforms::Chain;

use crate::{
    Fault,
    buses::{Bus, memory::MemoryBus},
    sources::{Ledger, LedgerEntry, SourceBatch},
};
use script::{Script, dead_row, event, impossible, ingest, keys, one_entity, rows, saved};

#[tokio::test]
async fn a_step_saves_events_place_memory_letters_and_counts() {
    let bus = Arc::new(MemoryBus::default());
    let batch = SourceBatch {
        converted: vec![vec![event(1, 1, "a"), event(1, 1, "b")], vec![event(2, 9, "a")], vec![impossible(3)]],
        dead: vec![dead_row(4)],
        fetched: 7,
        repeated: 2,
        filtered: 1,
        ledger: vec![LedgerEntry { space: "ticket", id: 1, value: Some(vec![7]) }],
        watermark: Some(Instant(5)),
        phase: "following".to_owned(),
        progress: Some((1, 2)),
        ..SourceBatch::default()
    };
    let mut ingest = ingest(Script { batches: vec![batch], ..Script::default() }, bus.clone(), one_entity());

    let done = ingest.step().await.unwrap();
    let counts = RowCounts { fetched: 7, repeated: 2, converted: 1, filtered: 2, dead: 2 };
    assert_eq!((done.appended, done.counts, done.end), (2, counts, Offset(2)));
    assert_eq!((done.phase.as_str(), done.progress, done.watermark), ("following", Some((1, 2)), Some(Instant(5))));
    assert_eq!(keys(&*bus).await, ["t/1", "t/1"]);
    assert_eq!(bus.checkpoint().await.unwrap(), (Some(Cursor("1".to_owned())), counts));
    assert_eq!(bus.recall("ticket", &[1]).await.unwrap()[&1], vec![7]);

    let idle = ingest.step().await.unwrap();
    assert_eq!((idle.caught_up, idle.wait_ms, idle.end, idle.counts), (true, 500, Offset(2), RowCounts::default()));
}

#[tokio::test]
async fn dead_letters_tell_the_reason_and_hide_what_people_wrote() {
    let bus = Arc::new(MemoryBus::default());
    let batch = SourceBatch {
        converted: vec![vec![event(3, 1, "a"), impossible(3)]],
        dead: vec![dead_row(4)],
        fetched: 2,
        ..SourceBatch::default()
    };
    let mut ingest = ingest(Script { batches: vec![batch], ..Script::default() }, bus.clone(), Chain::default());
    ingest.step().await.unwrap();

    assert_eq!(keys(&*bus).await, Vec::<String>::new(), "half a row would be a wrong row");
    let letters = bus.dead_letters().list(None, 9).await.unwrap();
    let told = letters.iter().map(|letter| (letter.stage.as_str(), letter.origin.as_str(), letter.reason.as_str()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("source", "Ticket/4", "date is no date"),
            ("transform", "Log/3", "envelope says TicketRestoredV1, body is TicketDeletedV1")
        ]
    );
    assert_eq!(letters[0].raw, r#"{"id":4,"name":"Printer","content":""}"#);
    assert_eq!(letters[1].ticket_id, Some(TicketId(3)));
}

#[tokio::test]
async fn a_dead_row_read_again_is_one_letter() {
    let bus = Arc::new(MemoryBus::default());
    let batch = SourceBatch {
        converted: vec![vec![impossible(3)]],
        dead: vec![dead_row(4)],
        fetched: 2,
        ..SourceBatch::default()
    };
    let script = Script { batches: vec![batch.clone(), batch], ..Script::default() };
    let mut ingest = ingest(script, bus.clone(), Chain::default());
    ingest.step().await.unwrap();
    ingest.step().await.unwrap();

    assert_eq!(bus.dead_letters().list(None, 9).await.unwrap().len(), 2);
    assert_eq!(saved(&*bus).await.dead, 4);
}

#[tokio::test]
async fn a_source_that_loses_a_row_is_stopped_before_anything_is_saved() {
    let bus = Arc::new(MemoryBus::default());
    let batch = SourceBatch { fetched: 3, ..rows(vec![vec![event(1, 1, "a")]]) };
    let mut ingest = ingest(Script { batches: vec![batch], ..Script::default() }, bus.clone(), Chain::default());

    let error = ingest.step().await.unwrap_err();
    assert_eq!(error.fault(), Fault::Fatal);
    assert_eq!(error.to_string(), "rows do not add up: 3 fetched, but 0 repeated, 1 converted, 0 filtered and 0 dead");
    assert_eq!(bus.checkpoint().await.unwrap(), (None, RowCounts::default()));
}

#[tokio::test]
async fn the_fuse_pauses_ingestion_and_lets_it_go_on_once_rows_live() {
    let bus = Arc::new(MemoryBus::default());
    let dead = |from: i64| SourceBatch {
        dead: (from..from + 150).map(dead_row).collect(),
        fetched: 150,
        ..SourceBatch::default()
    };
    let script = Script { batches: vec![dead(1), dead(1_000)], ..Script::default() };
    let mut broken = ingest(script, bus.clone(), Chain::default());
    broken.step().await.unwrap();

    for _ in 0..2 {
        let blown = broken.step().await.unwrap_err();
        assert_eq!(
            blown.to_string(),
            "ingestion pauses: 300 of the last 300 new rows could not be read, the last one because date is no date"
        );
    }
    assert_eq!(bus.checkpoint().await.unwrap().0, Some(Cursor("1".to_owned())));

    let fixed = rows((1_000..1_150).map(|ticket| vec![event(ticket, 1, "a")]).collect());
    let script = Script { batches: vec![dead(1), fixed], ..Script::default() };
    let mut repaired = ingest(script, bus.clone(), Chain::default());
    repaired.step().await.unwrap();
    assert_eq!(bus.checkpoint().await.unwrap().0, Some(Cursor("2".to_owned())));
}

#[tokio::test]
async fn syncing_a_ticket_leaves_the_place_and_the_watermark() {
    let bus = Arc::new(MemoryBus::default());
    let synced = SourceBatch {
        cursor: Some(Cursor("99".to_owned())),
        watermark: Some(Instant(5)),
        ..rows(vec![vec![event(8, 1, "a")]])
    };
    let script = Script { synced: VecDeque::from([synced]), ..Script::default() };
    let mut ingest = ingest(script, bus.clone(), Chain::default());

    let done = ingest.sync(TicketId(8)).await.unwrap();
    assert_eq!((done.appended, done.watermark), (1, None));
    assert_eq!(bus.checkpoint().await.unwrap(), (None, done.counts));
    assert_eq!(keys(&*bus).await, ["t/8"]);
}
