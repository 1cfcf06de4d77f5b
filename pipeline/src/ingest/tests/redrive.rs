//! Dead letters that get another chance.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{collections::VecDeque, sync::Arc};

use schemas::{Cursor, TicketId, ingestion::RowCounts};
use transforms::Chain;

use super::script::{Script, dead_row, event, ingest, rows, saved};
use crate::{
    buses::{Bus, DeadLetter, memory::MemoryBus, suite},
    ingest::letters,
    sources::{DeadRow, SourceBatch},
};

#[tokio::test]
async fn a_letter_driven_again_leaves_it_as_it_is_while_its_row_is_dead_and_marks_it_once_it_lives() {
    let bus = Arc::new(MemoryBus::default());
    let dead = SourceBatch { dead: vec![dead_row(4)], fetched: 1, ..SourceBatch::default() };
    let masked_again = DeadRow { revision: "b".to_owned(), ..dead_row(4) };
    let still = SourceBatch { dead: vec![masked_again], fetched: 1, ..SourceBatch::default() };
    let redriven = VecDeque::from([still, rows(vec![vec![event(4, 1, "a")]])]);
    let mut ingest =
        ingest(Script { batches: vec![dead], redriven, ..Script::default() }, bus.clone(), Chain::default());
    ingest.step().await.unwrap();
    let letter = bus.dead_letters().list(None, 9).await.unwrap().remove(0);

    let first = ingest.redrive(&letter.id).await.unwrap();
    assert_eq!(first.still_dead.as_deref(), Some("date is no date"));
    assert_eq!(bus.dead_letters().list(None, 9).await.unwrap(), vec![letter.clone()]);

    let second = ingest.redrive(&letter.id).await.unwrap();
    assert_eq!((second.still_dead, second.ingested.appended), (None, 1));
    assert!(bus.dead_letters().get(&letter.id).await.unwrap().unwrap().redriven_at.is_some());
    assert_eq!(saved(&*bus).await, RowCounts { fetched: 3, converted: 1, dead: 2, ..RowCounts::default() });
    assert_eq!(bus.checkpoint().await.unwrap().0, Some(Cursor("1".to_owned())));
}

#[tokio::test]
async fn a_row_that_the_chain_refused_is_driven_again_from_its_own_events() {
    let bus = Arc::new(MemoryBus::default());
    let mut orphan = event(0, 1, "a");
    orphan.envelope.ticket_id = TicketId(0);
    let script = Script { batches: vec![rows(vec![vec![event(3, 1, "a"), orphan]])], ..Script::default() };
    let mut ingest = ingest(script, bus.clone(), Chain::default());
    ingest.step().await.unwrap();
    let letter = bus.dead_letters().list(None, 9).await.unwrap().remove(0);

    let again = ingest.redrive(&letter.id).await.unwrap();
    assert_eq!(again.still_dead.as_deref(), Some("ticket 0 cannot exist"));

    // As a later version would, which accepts what this one refuses.
    let found = letters::events(&letter.raw).unwrap();
    assert_eq!(found[0], event(3, 1, "a"));
}

#[tokio::test]
async fn letters_that_cannot_be_driven_again_say_why() {
    let bus = Arc::new(MemoryBus::default());
    let processed = DeadLetter { stage: "process".to_owned(), ..suite::letter("l1", "no") };
    let garbled = DeadLetter { stage: "transform".to_owned(), raw: "[".to_owned(), ..suite::letter("l2", "no") };
    bus.dead_letters().add(&[processed, garbled]).await.unwrap();
    let mut ingest = ingest(Script::default(), bus, Chain::default());

    let mut check = async |id: &str| ingest.redrive(id).await.unwrap_err().to_string();
    assert_eq!(check("l0").await, "there is no dead letter l0");
    assert!(check("l1").await.contains("its record is in the log, replay it"));
    assert!(check("l2").await.starts_with("dead letter l2 cannot be read: EOF"));
}
