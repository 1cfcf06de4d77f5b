//! Servers that fail in part, and clocks that differ.

use glpi_sim::rows::{Ticket, TicketUser};
use schemas::{Deleted, DeletionCause};

use super::*;

fn dead(journey: &Journey) -> Vec<String> {
    journey.dead.iter().map(|row| row.origin.to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_can_never_be_read_stops_nothing_else() {
    let mut journey = Journey::with(Desk::recorded().unwrap(), 1_000, |options| {
        options.unreadable = ["Ticket/80".to_owned()].into();
    });
    journey.struggle().await;
    assert_eq!(dead(&journey), ["Ticket/80"]);
    assert!(journey.events_of(80).is_empty() && !journey.events_of(82).is_empty());
    journey.struggle().await;
    assert_eq!(journey.dead.len(), 1);

    journey.sim.configure(|options| options.unreadable.clear());
    let raw = journey.dead[0].raw.clone();
    let batch = journey.redrive("Ticket/80", &raw).await.unwrap();
    journey.save(batch);
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_could_not_be_read_before_it_vanished_is_told_to_be_gone() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 1_000);
    journey.catch_up().await;
    journey.pass(600);
    let desk = journey.sim.desk();
    let is_assigned = |link: &&TicketUser| link.role == 2 && link.users_id > 0;
    let link = desk.read().table::<TicketUser>().iter().find(is_assigned).unwrap().clone();
    desk.write().update::<TicketUser, _>(link.id, |link| {
        link.extra.get_or_insert_with(Box::default).insert("type".to_owned(), Value::from("no role"));
    });
    // What belongs to a ticket is told again once that lies in another entity.
    let ticket = desk.read().get::<Ticket>(link.tickets_id).unwrap().clone();
    let entities: Vec<i64> = desk.read().rows("Entity").unwrap().keys().copied().collect();
    let other = entities.into_iter().find(|entity| *entity != ticket.entities_id).unwrap();
    journey.act(|hand| hand.transfer(link.tickets_id, other)).unwrap();
    journey.catch_up().await;
    journey.act(|hand| hand.set_title(link.tickets_id, "and again")).unwrap();
    journey.catch_up().await;
    assert_eq!(dead(&journey), [format!("Ticket_User/{}", link.id)]);

    journey.pass(600);
    journey.act(|hand| hand.unassign_user(link.tickets_id, link.users_id)).unwrap();
    journey.catch_up().await;
    journey.assert_true();
    let is_absence =
        |body: &&&Body| matches!(body, Body::Assignment(link) if link.change == schemas::LinkChange::Absent);
    assert_eq!(journey.events_of(link.tickets_id).iter().filter(is_absence).count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_came_without_its_id_is_found_again_among_those_of_its_ticket() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 1_000);
    journey.catch_up().await;
    let desk = journey.sim.desk();
    let known = desk.read().table::<TicketUser>().iter().next().unwrap().clone();
    let missed = TicketUser { id: 0, role: 2, users_id: 7, ..known.clone() };
    let id = desk.write().insert(missed);
    let raw = format!(r#"{{"tickets_id": {}, "users_id": 7, "type": 2}}"#, known.tickets_id);
    let batch = journey.redrive("Ticket_User/0", &raw).await.unwrap();
    let origins: Vec<String> =
        batch.converted.iter().flatten().map(|event| event.envelope.origin.to_string()).collect();
    assert_eq!(origins, [format!("Ticket_User/{id}")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_whose_history_can_never_be_read_is_set_aside() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 1_000);
    journey.catch_up().await;
    journey.pass(600);
    journey.sim.configure(|options| options.unreadable = ["Ticket/40/Log".to_owned()].into());
    for ticket in [40, 42] {
        let priority = journey.sim.desk().read().get::<Ticket>(ticket).unwrap().priority;
        journey.act(|hand| hand.set_priority(ticket, if priority == 6 { 5 } else { 6 })).unwrap();
    }
    journey.struggle().await;
    assert_eq!(dead(&journey), ["Ticket/40"]);
    journey.assert_true();

    let before = journey.events.len();
    journey.sim.configure(|options| options.unreadable.clear());
    let raw = journey.dead[0].raw.clone();
    let batch = journey.redrive("Ticket/40", &raw).await.unwrap();
    journey.save(batch);
    assert!(journey.events[before..].iter().all(|event| event.envelope.origin.as_str().starts_with("Log/")));
    assert!(journey.events.len() > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_great_loss_is_believed_when_it_is_found_twice() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 1_000);
    journey.catch_up().await;
    journey.pass(600);
    for ticket in (2..=600).step_by(2) {
        let _ = journey.act(|hand| hand.purge(ticket));
    }
    let purged = Body::Deleted(Deleted { cause: DeletionCause::Purged });
    let is_purge = |event: &Event| event.body == purged;
    while !journey.cursor.as_ref().unwrap().0.contains("\"is_in_doubt\":true") {
        journey.step().await;
    }
    assert_eq!(journey.events.iter().filter(|event| is_purge(event)).count(), 0);
    journey.catch_up().await;
    assert!(journey.events.iter().filter(|event| is_purge(event)).count() > 250);
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_dated_by_a_late_clock_are_all_found() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 1_000);
    journey.catch_up().await;
    journey.sim.configure(|options| options.proxy_ahead_s = 400);
    journey.catch_up().await;
    journey.catch_up().await;
    journey.pass(10);
    let tickets: Vec<i64> = journey.sim.desk().read().table::<Ticket>().iter().map(|ticket| ticket.id).collect();
    for ticket in tickets.into_iter().take(200) {
        let _ = journey.act(|hand| hand.set_priority(ticket, 6));
    }
    journey.catch_up().await;
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_behind_one_that_is_known_are_found_after_a_clock_was_ahead() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 1_000);
    journey.catch_up().await;
    journey.sim.configure(|options| options.proxy_ahead_s = 3_000);
    journey.catch_up().await;
    journey.catch_up().await;
    journey.sim.configure(|options| options.proxy_ahead_s = 0);
    journey.pass(600);
    let tickets: Vec<i64> = journey.sim.desk().read().table::<Ticket>().iter().map(|ticket| ticket.id).collect();
    journey.act(|hand| hand.followup(4, "Behind", false)).unwrap();
    journey.pass(60);
    // More than the first page holds, and none of them news to the next round.
    for ticket in tickets.into_iter().filter(|id| *id != 4).take(80) {
        if journey.act(|hand| hand.followup(ticket, "Before", false)).is_ok() {
            let batch = journey.source.sync(TicketId(ticket), &journey.book).await.unwrap();
            journey.save(batch);
        }
    }
    journey.catch_up().await;
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_given_later_is_used_and_what_was_missed_is_read() {
    let mut desk = Desk::recorded().unwrap();
    let link = glpi_sim::rows::SupplierTicket {
        tickets_id: 4,
        suppliers_id: 1,
        role: 2,
        use_notification: 0,
        alternative_email: None,
        id: 0,
        extra: None,
    };
    desk.insert(link);
    let mut journey = Journey::with(desk, 1_000, |options| {
        options.denied = ["Supplier_Ticket", "Calendar", "TicketSatisfaction"].map(str::to_owned).into();
    });
    journey.catch_up().await;
    assert!(journey.phase.contains("without Calendar, Supplier_Ticket, TicketSatisfaction"), "{}", journey.phase);
    let told = |journey: &Journey, itemtype: &str| {
        let of_type = |event: &&Event| event.envelope.origin.parts().is_some_and(|(found, _)| found == itemtype);
        journey.events.iter().filter(of_type).count()
    };
    assert_eq!(told(&journey, "Supplier_Ticket"), 0);
    journey.sim.configure(|options| options.denied.clear());
    journey.catch_up().await;
    let counts = ["Supplier_Ticket", "Calendar", "TicketSatisfaction"].map(|itemtype| told(&journey, itemtype));
    assert_eq!((counts, journey.phase.as_str()), ([1, 2, 129], "following"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_process_looks_everywhere_before_it_says_that_it_caught_up() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 1_000);
    journey.catch_up().await;
    journey.pass(600);
    journey.act(|hand| hand.rename(glpi_sim::moves::Dimension::Group, 2, "North")).unwrap();
    journey.act(|hand| hand.purge(4)).unwrap();
    let never = 1 << 40;
    journey.reopen(Config {
        sweep_interval_ms: never,
        small_sweep_interval_ms: never,
        dimension_interval_ms: never,
        survey_interval_ms: never,
        ..Config::default()
    });
    journey.catch_up().await;
    journey.assert_true();
    let is_north = |event: &Event| matches!(&event.body, Body::Dimension(row) if row.name == "North");
    assert!(journey.events.iter().any(is_north));
}
