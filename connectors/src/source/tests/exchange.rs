//! Another desk behind the same address, and other tickets under known ids.

use glpi_sim::generate::{Spec, generate};
use glpi_sim::moves::NewTicket;
use glpi_sim::rows::{Ticket, TicketUser};
use schemas::{Deleted, DeletionCause};

use super::*;
use crate::source::ledger::{TICKETS, TicketMemory};

async fn followed(desk: Desk) -> Journey {
    let mut journey = Journey::begin(desk, 1_000);
    journey.catch_up().await;
    journey.pass(600);
    journey
}

fn help() -> NewTicket {
    NewTicket { title: "Help".into(), entity: 3, kind: 1, urgency: 3, impact: 3, ..NewTicket::default() }
}

fn purges(journey: &Journey) -> usize {
    let purged = Body::Deleted(Deleted { cause: DeletionCause::Purged });
    journey.events.iter().filter(|event| event.body == purged).count()
}

/// Puts another database behind the server; answers the one that was there.
fn exchange(journey: &Journey, desk: Desk) -> Desk {
    std::mem::replace(&mut *journey.sim.desk().write(), desk)
}

/// Asserts that nothing is read, by this process or the next one, and answers what is said.
async fn refused(journey: &mut Journey) -> String {
    let config = journey.source.config.clone();
    let mut said = Vec::new();
    for _ in 0..2 {
        for _ in 0..2 {
            said.push(journey.source.next(journey.cursor.as_ref(), &journey.book).await.unwrap_err());
        }
        said.push(journey.source.sync(TicketId(4), &journey.book).await.unwrap_err());
        said.push(journey.source.sync(TicketId(999_999), &journey.book).await.unwrap_err());
        said.push(journey.redrive("Ticket/4", "{}").await.unwrap_err());
        journey.reopen(config.clone());
    }
    for error in &said {
        let is_about_the_desk = error.to_string().contains("not the one this data directory was filled from");
        assert!(matches!(error, Error::Refused(_)) && is_about_the_desk, "{error}");
    }
    said[0].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn another_desk_at_the_same_address_is_refused_until_the_first_one_is_back() {
    let mut journey = followed(Desk::recorded().unwrap()).await;
    let now = journey.sim.clock().now();
    let first = exchange(&journey, generate(&Spec { years: 1, ..Spec::new(300, 5, now) }));
    let said = refused(&mut journey).await;
    assert!(said.contains("was created 20") && said.contains("Z, now 20") && said.contains("new --data-dir"), "{said}");

    let events = journey.events.len();
    exchange(&journey, first);
    journey.catch_up().await;
    assert_eq!((journey.events.len(), purges(&journey), journey.dead.len()), (events, 0, 0));
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_restored_from_a_backup_that_went_on_from_there_is_refused() {
    let mut journey = followed(Desk::recorded().unwrap()).await;
    let backup = journey.sim.desk().read().clone();
    let lost: Vec<i64> = (0..3).map(|_| journey.act(|hand| hand.create_ticket(&help())).unwrap()).collect();
    journey.catch_up().await;
    exchange(&journey, backup);
    journey.pass(86_400);
    let reused: Vec<i64> = (0..2).map(|_| journey.act(|hand| hand.create_ticket(&help())).unwrap()).collect();
    assert_eq!(reused, lost[..2]);
    let said = refused(&mut journey).await;
    assert!(said.contains(&format!("ticket {} was created", lost[0])), "{said}");
    assert_eq!(purges(&journey), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_without_any_of_the_tickets_is_refused_unless_there_were_few() {
    let mut desk = Desk::recorded().unwrap();
    let tickets: Vec<i64> = desk.table::<Ticket>().iter().map(|ticket| ticket.id).collect();
    let mut journey = followed(desk.clone()).await;
    for &ticket in &tickets {
        journey.sim.desk().write().purge(ticket);
    }
    let said = refused(&mut journey).await;
    assert!(said.contains("none of 20 tickets asked for"), "{said}");

    for &ticket in &tickets[4..] {
        desk.purge(ticket);
    }
    let mut journey = followed(desk).await;
    for &ticket in &tickets[..4] {
        journey.sim.desk().write().purge(ticket);
    }
    journey.catch_up().await;
    assert_eq!(purges(&journey), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_session_leads_to_a_look_at_the_desk_before_anything_is_told() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 300);
    while !journey.phase.contains("backfill of Log") {
        journey.step().await;
    }
    let now = journey.sim.clock().now();
    exchange(&journey, generate(&Spec { years: 1, ..Spec::new(300, 5, now) }));
    journey.sim.expire_sessions();
    refused(&mut journey).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_ticket_under_a_known_id_is_a_dead_letter_and_never_merged() {
    let mut journey = followed(Desk::recorded().unwrap()).await;
    let events = journey.events.len();
    let (row, links) = {
        let desk = journey.sim.desk();
        let desk = desk.read();
        (desk.get::<Ticket>(40).unwrap().clone(), desk.of_ticket::<TicketUser>(40).cloned().collect::<Vec<_>>())
    };
    let now = journey.sim.clock().now();
    {
        let desk = journey.sim.desk();
        let mut desk = desk.write();
        desk.purge(40).unwrap();
        desk.insert(Ticket { date_creation: Some(now), date: now, date_mod: now, ..row.clone() });
        desk.insert(TicketUser { id: 0, users_id: 9, ..links[0].clone() });
    }
    for _ in 0..3 {
        journey.catch_up().await;
    }
    assert_eq!((journey.events.len(), journey.dead.len()), (events, 1));
    let reason = &journey.dead[0].reason;
    assert!(reason.starts_with("this is another ticket under the same id: ticket 40 was created 20"), "{reason}");
    let batch = journey.redrive("Ticket/40", "{}").await.unwrap();
    assert_eq!((batch.converted.len(), &batch.dead[0].reason), (0, &journey.dead[0].reason));

    // The first one comes back with all that belongs to it.
    {
        let desk = journey.sim.desk();
        let mut desk = desk.write();
        desk.purge(40).unwrap();
        desk.insert(Ticket { date_mod: now + 5, ..row });
        for link in links {
            desk.insert(link);
        }
    }
    journey.pass(60);
    journey.catch_up().await;
    assert!(journey.events.len() > events && journey.dead.len() == 1);
    assert_eq!(purges(&journey), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_was_not_remembered_is_learned_at_the_next_read() {
    let mut journey = followed(Desk::recorded().unwrap()).await;
    let created = |journey: &Journey| {
        let book = journey.book.0.lock().unwrap();
        TicketMemory::decode(&book[TICKETS][&40]).unwrap().created_s
    };
    let before = created(&journey);
    assert!(before.is_some());
    {
        let mut book = journey.book.0.lock().unwrap();
        let bytes = book.get_mut(TICKETS).unwrap().get_mut(&40).unwrap();
        let mut forgotten = TicketMemory::decode(bytes).unwrap();
        forgotten.created_s = None;
        *bytes = forgotten.encode();
    }
    let batch = journey.source.sync(TicketId(40), &journey.book).await.unwrap();
    assert!(batch.converted.is_empty());
    journey.save(batch);
    assert_eq!(created(&journey), before);
}
