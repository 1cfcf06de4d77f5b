//! Tickets that move between entities, of which the policy keeps one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::Arc;

use schemas::{Body, Event, Offset, ingestion::RowCounts};

use super::script::{Script, codec, ingest, one_entity, rows, saved};
use crate::{
    buses::{Bus, TICKETS, memory::MemoryBus},
    projection::{
        Trash,
        tests::desk::{self, refolded},
    },
};

/// What becomes of a ticket whose row is read in these entities, one after the other: each event, and where the ticket is then.
async fn check(entities: &[i64], expected: &[&str]) -> RowCounts {
    let bus = Arc::new(MemoryBus::default());
    let row = |(minute, entity): (usize, &i64)| {
        let mut event = desk::event(&format!("{minute} 0 state 1 entity={entity}"));
        event.envelope.entity_id = Some(*entity);
        event
    };
    let batches = entities.iter().enumerate().map(row).map(|event| rows(vec![vec![event]])).collect();
    let mut ingest = ingest(Script { batches, ..Script::default() }, bus.clone(), one_entity());
    while !ingest.step().await.unwrap().caught_up {}

    let records = bus.read(TICKETS, Offset(0), 99).await.unwrap();
    let events: Vec<(Offset, Event)> =
        records.iter().map(|record| (record.offset, codec().decode(&record.value).unwrap())).collect();
    let told = (0..events.len()).map(|place| {
        let presence = refolded(&events[..=place], Trash::Drop).unwrap().ticket.presence;
        let what = if matches!(events[place].1.body, Body::Updated(_)) { "row" } else { "departure" };
        format!("{what}: {presence}")
    });
    assert_eq!(told.collect::<Vec<_>>(), expected);
    saved(&*bus).await
}

#[tokio::test]
async fn a_ticket_that_moves_to_an_entity_nobody_selected_has_left_until_it_comes_back() {
    let counts =
        check(&[1, 2, 3, 1, 1, 2], &["row: live", "departure: hidden", "row: live", "row: live", "departure: hidden"])
            .await;
    assert_eq!(counts, RowCounts { fetched: 6, converted: 5, filtered: 1, ..RowCounts::default() });
}

#[tokio::test]
async fn a_ticket_that_was_never_kept_does_not_leave() {
    let counts = check(&[2, 3, 1], &["row: live"]).await;
    assert_eq!(counts, RowCounts { fetched: 3, converted: 1, filtered: 2, ..RowCounts::default() });
}
