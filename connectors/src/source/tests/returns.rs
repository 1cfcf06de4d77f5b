//! Tickets that come back, move, or change a little later than they say.

use std::collections::HashSet;

use glpi_sim::rows::{Log, Ticket, TicketUser};
use schemas::{RestorationCause, Restored};

use super::*;
use crate::source::ledger::{Presence, TICKETS, TicketMemory};

async fn followed() -> Journey {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 1_000);
    journey.catch_up().await;
    journey.pass(600);
    journey
}

fn returned() -> Body {
    Body::Restored(Restored { cause: RestorationCause::EnteredScope })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_was_wrongly_missed_comes_back_whole() {
    let mut journey = followed().await;
    let link = journey.sim.desk().read().of_ticket::<TicketUser>(4).next().unwrap().clone();
    let link_origin = format!("Ticket_User/{}", link.id);
    journey.sim.desk().write().delete::<TicketUser>(link.id);
    journey.act(|hand| hand.followup(4, "Gone", false)).unwrap();
    journey.catch_up().await;

    let row = journey.sim.desk().write().delete::<Ticket>(4).unwrap();
    journey.catch_up().await;
    journey.pass(60);
    journey.sim.desk().write().insert(row);
    journey.sim.desk().write().insert(link);
    journey.catch_up().await;
    assert!(journey.events_of(4).contains(&&returned()));
    // The same link is there, gone, and there again: three events, none a repeat of another.
    let of_link = journey.events.iter().filter(|event| event.envelope.origin.to_string() == link_origin);
    let ids: Vec<_> = of_link.map(|event| event.envelope.event_id).collect();
    assert_eq!((ids.len(), ids.iter().collect::<HashSet<_>>().len()), (3, 3));
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_ticket_is_back_when_its_row_is_understood() {
    let mut journey = followed().await;
    {
        let mut book = journey.book.0.lock().unwrap();
        let bytes = book.get_mut(TICKETS).unwrap().get_mut(&6).unwrap();
        let mut memory = TicketMemory::decode(bytes).unwrap();
        memory.presence = Presence::Hidden;
        *bytes = memory.encode();
    }
    journey.sim.desk().write().update::<Ticket, _>(6, |row| row.status = 4_000).unwrap();
    journey.catch_up().await;
    assert_eq!(journey.dead.len(), 1);
    journey.sim.desk().write().update::<Ticket, _>(6, |row| row.status = 4).unwrap();
    journey.catch_up().await;
    assert!(journey.events_of(6).contains(&&returned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_moves_takes_along_all_that_belongs_to_it() {
    let mut journey = followed().await;
    let of_ticket = |events: &[Event]| -> HashSet<String> {
        let of_ticket = events.iter().filter(|event| event.envelope.ticket_id.0 == 4);
        of_ticket.map(|event| event.envelope.origin.to_string()).collect()
    };
    let before = journey.events.len();
    let told = of_ticket(&journey.events);
    let entity = journey.sim.desk().read().get::<Ticket>(4).unwrap().entities_id;
    let other = if entity == 3 { 1 } else { 3 };
    journey.act(|hand| hand.transfer(4, other)).unwrap();
    journey.catch_up().await;
    let again = &journey.events[before..];
    assert!(
        again
            .iter()
            .filter(|event| event.envelope.ticket_id.0 == 4)
            .all(|event| event.envelope.entity_id == Some(other))
    );
    assert!(told.is_subset(&of_ticket(again)) && told.len() > 3);
    journey.assert_true();

    let events = journey.events.len();
    journey.catch_up().await;
    assert_eq!(journey.events.len(), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_written_well_after_the_change_is_found() {
    let mut journey = followed().await;
    journey.act(|hand| hand.set_priority(4, 6)).unwrap();
    for _ in 0..2 {
        journey.catch_up().await;
        journey.pass(10);
    }
    let now = journey.sim.clock().now();
    let line = {
        let desk = journey.sim.desk();
        let mut desk = desk.write();
        let last = desk.of_ticket::<Log>(4).filter(|line| line.id_search_option == 3).last().unwrap().clone();
        desk.insert(Log { id: 0, date_mod: now, ..last })
    };
    journey.catch_up().await;
    let origin = format!("Log/{line}");
    assert!(journey.events.iter().any(|event| event.envelope.origin.as_str() == origin));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_letter_of_a_row_that_is_gone_is_closed_and_an_old_row_is_no_truth() {
    let mut desk = Desk::recorded().unwrap();
    desk.update::<Ticket, _>(6, |row| row.status = 4_000).unwrap();
    let mut journey = Journey::begin(desk, 1_000);
    journey.catch_up().await;
    let raw = journey.dead[0].raw.replace("4000", "4");

    journey.sim.configure(|options| options.unreadable = ["Ticket/6".to_owned()].into());
    assert!(matches!(journey.redrive("Ticket/6", &raw).await, Err(Error::Away(_))));
    journey.sim.configure(|options| options.unreadable.clear());
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;

    journey.act(|hand| hand.purge(6)).unwrap();
    let batch = journey.redrive("Ticket/6", &raw).await.unwrap();
    assert_eq!((batch.fetched, batch.filtered, batch.dead.len(), batch.converted.len()), (1, 1, 0, 0));
    assert!(batch.phase.contains("no more"), "{}", batch.phase);
}

/// The origins of events of a ticket that lie in `entity`.
fn in_entity(events: &[Event], ticket: i64, entity: Option<i64>) -> HashSet<String> {
    let of_ticket = events.iter().map(|event| &event.envelope).filter(|event| event.ticket_id.0 == ticket);
    of_ticket.filter(|event| event.entity_id == entity).map(|event| event.origin.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_told_before_the_entity_was_known_is_told_again_with_it() {
    let mut desk = Desk::recorded().unwrap();
    let entity = desk.get::<Ticket>(6).unwrap().entities_id;
    desk.update::<Ticket, _>(6, |row| row.status = 4_000).unwrap();
    let mut journey = Journey::begin(desk, 1_000);
    journey.catch_up().await;
    let nowhere = in_entity(&journey.events, 6, None);
    assert!(nowhere.len() > 3);

    journey.sim.desk().write().update::<Ticket, _>(6, |row| row.status = 4).unwrap();
    let raw = journey.dead[0].raw.clone();
    let batch = journey.redrive("Ticket/6", &raw).await.unwrap();
    journey.save(batch);
    assert!(nowhere.is_subset(&in_entity(&journey.events, 6, Some(entity))));
    let again = journey.redrive("Ticket/6", &raw).await.unwrap();
    assert!(again.converted.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_cannot_be_read_while_its_ticket_moves_is_told_again_later_and_alone() {
    let mut journey = followed().await;
    let entity = journey.sim.desk().read().get::<Ticket>(4).unwrap().entities_id;
    let other = if entity == 3 { 1 } else { 3 };
    let history = |origins: HashSet<String>| -> HashSet<String> {
        origins.into_iter().filter(|origin| origin.starts_with("Log/")).collect()
    };
    let before = history(in_entity(&journey.events, 4, Some(entity)));
    journey.sim.configure(|options| options.unreadable = ["Ticket/4/Log".to_owned()].into());
    journey.act(|hand| hand.transfer(4, other)).unwrap();
    journey.struggle().await;
    let moved = in_entity(&journey.events, 4, Some(other));
    assert!(moved.len() > 1 && history(moved).is_empty());
    let events = journey.events.len();
    journey.struggle().await;
    assert_eq!(journey.events.len(), events);

    journey.sim.configure(|options| options.unreadable.clear());
    let raw = journey.dead[0].raw.clone();
    let batch = journey.redrive("Ticket/4", &raw).await.unwrap();
    journey.save(batch);
    assert!(journey.events[events..].iter().all(|event| event.envelope.origin.as_str().starts_with("Log/")));
    assert!(before.is_subset(&in_entity(&journey.events, 4, Some(other))));
    journey.assert_true();
}
