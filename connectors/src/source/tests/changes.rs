//! Following a desk that moves.

use std::collections::HashSet;

use glpi_sim::moves::{Dimension as Renamed, NewTicket};
use glpi_sim::rows::{Log, Ticket};
use schemas::{Deleted, DeletionCause, Origin, RestorationCause, Restored};

use super::*;

/// A desk that is read, and where some time has passed since.
async fn followed() -> Journey {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 1_000);
    journey.catch_up().await;
    journey.pass(600);
    journey
}

fn help() -> NewTicket {
    NewTicket {
        title: "R&D printer".into(),
        entity: 3,
        kind: 1,
        urgency: 3,
        impact: 3,
        requesters: vec![20],
        assigned_groups: vec![2],
        ..NewTicket::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_ticket_comes_with_everything_that_belongs_to_it() {
    let mut journey = followed().await;
    let ticket = journey.act(|hand| hand.create_ticket(&help())).unwrap();
    journey.act(|hand| hand.followup(ticket, "On it", false)).unwrap();
    journey.catch_up().await;
    journey.assert_true();
    assert!(matches!(journey.events_of(ticket)[0], Body::Created(_)));
    let entity = journey.events.iter().rfind(|event| event.envelope.ticket_id.0 == ticket).unwrap().envelope.entity_id;
    assert_eq!(entity, Some(3));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_assignment_is_absent_afterwards() {
    let mut journey = followed().await;
    let ticket = journey.act(|hand| hand.create_ticket(&help())).unwrap();
    journey.act(|hand| hand.assign_user(ticket, 9)).unwrap();
    journey.catch_up().await;
    journey.pass(60);
    journey.act(|hand| hand.unassign_user(ticket, 9)).unwrap();
    journey.catch_up().await;
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_within_one_second_with_a_read_between_are_both_found() {
    let mut journey = followed().await;
    journey.act(|hand| hand.followup(4, "First", false)).unwrap();
    journey.catch_up().await;
    // The same second goes on: the ticket's own row stays as it was read.
    journey.act(|hand| hand.followup(4, "Second", false)).unwrap();
    journey.catch_up().await;
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_goes_to_the_trash_comes_back_and_is_purged() {
    let mut journey = followed().await;
    journey.act(|hand| hand.trash(4)).unwrap();
    journey.catch_up().await;
    let trashed = Body::Deleted(Deleted { cause: DeletionCause::Trashed });
    assert!(journey.events_of(4).contains(&&trashed));
    journey.assert_true();

    journey.pass(60);
    journey.act(|hand| hand.restore(4)).unwrap();
    journey.catch_up().await;
    let restored = Body::Restored(Restored { cause: RestorationCause::Restored });
    assert!(journey.events_of(4).contains(&&restored));
    journey.assert_true();

    journey.pass(60);
    journey.act(|hand| hand.purge(4)).unwrap();
    journey.act(|hand| hand.purge(28)).unwrap();
    journey.catch_up().await;
    let purged = Body::Deleted(Deleted { cause: DeletionCause::Purged });
    for ticket in [4, 28] {
        assert_eq!(journey.events_of(ticket).iter().filter(|body| ***body == purged).count(), 1);
    }
    journey.assert_true();
    let events = journey.events.len();
    journey.catch_up().await;
    assert_eq!(journey.events.len(), events);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_changes_and_changes_back_is_told_each_time() {
    let mut journey = followed().await;
    let old = journey.sim.desk().read().row("Group", 2).unwrap()["name"].as_str().unwrap().to_owned();
    for name in ["North", &old] {
        journey.act(|hand| hand.rename(Renamed::Group, 2, name)).unwrap();
        journey.catch_up().await;
    }
    let told: Vec<_> = journey.events.iter().filter(|event| event.envelope.origin.as_str() == "Group/2").collect();
    let names: Vec<&str> = told
        .iter()
        .map(|event| match &event.body {
            Body::Dimension(group) => group.name.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, [&old, "North", &old]);
    let ids: HashSet<_> = told.iter().map(|event| event.envelope.event_id).collect();
    assert_eq!(ids.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dimension_row_that_is_deleted_is_removed_once() {
    let mut journey = followed().await;
    journey.sim.desk().write().delete_row("SolutionType", 3);
    journey.catch_up().await;
    journey.catch_up().await;
    let removed = |event: &&Event| matches!(&event.body, Body::Dimension(row) if row.is_removed);
    let removed: Vec<_> = journey.events.iter().filter(removed).map(|event| event.envelope.origin.as_str()).collect();
    assert_eq!(removed, ["SolutionType/3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_survey_answer_is_found_although_it_moves_no_date() {
    let mut journey = followed().await;
    let ticket = journey.act(|hand| hand.create_ticket(&help())).unwrap();
    journey.act(|hand| hand.solve(ticket, 1, "Done")).unwrap();
    journey.act(|hand| hand.close(ticket, true)).unwrap();
    journey.catch_up().await;
    journey.pass(600);
    journey.act(|hand| hand.answer_survey(ticket, 4, "fine")).unwrap();
    journey.catch_up().await;
    let scores: Vec<_> = journey
        .events_of(ticket)
        .into_iter()
        .filter_map(|body| if let Body::Satisfaction(survey) = body { survey.score } else { None })
        .collect();
    assert_eq!(scores, [4.0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_ticket_can_be_read_at_once_and_the_round_finds_nothing_new() {
    let mut journey = followed().await;
    journey.act(|hand| hand.followup(4, "Urgent", false)).unwrap();
    let (cursor, before) = (journey.cursor.clone(), journey.events.len());
    let batch = journey.source.sync(TicketId(4), &journey.book).await.unwrap();
    assert!(batch.cursor.is_none() && !batch.converted.is_empty());
    journey.save(batch);
    assert_eq!(journey.cursor, cursor);
    journey.assert_true();
    let after = journey.events.len();
    assert!(after > before);
    journey.catch_up().await;
    assert_eq!(journey.events.len(), after);

    journey.act(|hand| hand.purge(4)).unwrap();
    let batch = journey.source.sync(TicketId(4), &journey.book).await.unwrap();
    journey.save(batch);
    journey.assert_true();
    for ticket in [999_999, 0, 4] {
        let error = journey.source.sync(TicketId(ticket), &journey.book).await.unwrap_err();
        assert!(matches!(error, Error::Missing(_)), "{error}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_row_is_dead_once_and_alive_again_when_it_is_mended() {
    let mut desk = Desk::recorded().unwrap();
    let line = desk.of_ticket::<Log>(4).find(|line| line.linked_action == 15).unwrap().clone();
    let broken = desk.raw_text("nobody");
    desk.update::<Log, _>(line.id, |row| row.new_value = Some(broken)).unwrap();
    desk.update::<Ticket, _>(6, |row| row.status = 4_000).unwrap();
    let mut journey = Journey::begin(desk, 1_000);
    journey.catch_up().await;
    journey.catch_up().await;
    let dead: Vec<String> = journey.dead.iter().map(|row| row.origin.to_string()).collect();
    assert_eq!(dead, ["Ticket/6".to_owned(), format!("Log/{}", line.id)]);

    let before = journey.events.len();
    let (origin, raw) = (journey.dead[1].origin.clone(), journey.dead[1].raw.clone());
    let batch = journey.source.redrive(&origin, &raw, &journey.book).await.unwrap();
    assert_eq!((batch.fetched, batch.dead.len(), batch.converted.len()), (1, 1, 0));
    journey.save(batch);
    let mended = line.new_value.clone();
    journey.sim.desk().write().update::<Log, _>(line.id, |row| row.new_value = mended).unwrap();
    journey.sim.desk().write().update::<Ticket, _>(6, |row| row.status = 4).unwrap();
    let batch = journey.source.redrive(&origin, &raw, &journey.book).await.unwrap();
    assert_eq!((batch.fetched, batch.dead.len(), batch.converted.len()), (1, 0, 1));
    journey.save(batch);
    let batch = journey.source.redrive(&Origin::new("Ticket", 6), &raw, &journey.book).await.unwrap();
    assert_eq!(batch.dead.len(), 0);
    journey.save(batch);
    assert!(journey.events.len() > before);
    journey.assert_true();
}
