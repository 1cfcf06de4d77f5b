//! The first reading, and going on after it.

use std::collections::HashSet;

use glpi_sim::http::Profile;
use glpi_sim::rows::Ticket;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_recorded_desk_is_read_whole_and_only_once() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 1_000);
    journey.catch_up().await;
    journey.assert_true();
    assert_eq!((journey.rows.dead, journey.phase.as_str()), (0, "following"));
    let ids: HashSet<_> = journey.events.iter().map(|event| event.envelope.event_id).collect();
    assert_eq!(ids.len(), journey.events.len());

    let (events, rows) = (journey.events.len(), journey.rows);
    journey.catch_up().await;
    journey.catch_up().await;
    assert_eq!(journey.events.len(), events);
    assert_eq!(journey.rows.converted, rows.converted);
    assert!(journey.rows.repeated > rows.repeated);
    let now = journey.sim.clock().now();
    assert!((now - 10..=now).contains(&journey.watermark.unwrap().seconds()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_was_not_saved_is_taken_again_with_the_same_events() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 400);
    loop {
        let ids = |batch: &SourceBatch| -> Vec<_> {
            batch.converted.iter().flatten().map(|event| event.envelope.event_id).collect()
        };
        let lost = journey.source.next(journey.cursor.as_ref(), &journey.book).await.unwrap();
        let batch = journey.source.next(journey.cursor.as_ref(), &journey.book).await.unwrap();
        assert_eq!((ids(&lost), lost.ledger), (ids(&batch), batch.ledger.clone()));
        let is_done = batch.caught_up;
        journey.save(batch);
        if is_done {
            return journey.assert_true();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_move_to_the_left_during_the_backfill_are_not_lost() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 100);
    while !journey.phase.contains("backfill of Ticket 2") {
        journey.step().await;
    }
    // Far more rows vanish before the place than pages share.
    for ticket in (2..=160).step_by(2) {
        let _ = journey.act(|hand| hand.purge(ticket));
    }
    journey.catch_up().await;
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_during_the_backfill_are_found_by_the_first_round() {
    let mut journey = Journey::begin(Desk::recorded().unwrap(), 300);
    while !journey.phase.contains("backfill of Log") {
        journey.step().await;
        journey.pass(1);
        let ticket = 2 * i64::try_from(journey.rows.fetched % 400 + 1).unwrap();
        let _ = journey.act(|hand| hand.followup(ticket, "Still broken", false));
        let _ = journey.act(|hand| hand.set_priority(ticket, 6));
    }
    journey.catch_up().await;
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_a_required_right_is_refused_by_name() {
    let mut journey = Journey::with(Desk::recorded().unwrap(), 1_000, |options| options.profile = Profile::Technician);
    let error = journey.source.next(None, &journey.book).await.unwrap_err();
    assert!(matches!(&error, Error::Refused(text) if text.contains("Log")), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_an_optional_right_reads_the_rest_and_says_so() {
    let mut journey = Journey::with(Desk::recorded().unwrap(), 1_000, |options| {
        options.denied = ["Supplier_Ticket".to_owned(), "Calendar".to_owned()].into();
    });
    journey.catch_up().await;
    journey.assert_true();
    assert_eq!(journey.phase, "following; without Calendar, Supplier_Ticket");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_changes_in_one_second_are_all_found() {
    let mut desk = Desk::recorded().unwrap();
    let tickets: Vec<i64> = desk.table::<Ticket>().iter().map(|ticket| ticket.id).collect();
    let then = desk.recorded_at().unwrap() + LATER_S + 7_200;
    desk.update::<Ticket, _>(tickets[0], |ticket| ticket.urgency = 1).unwrap();
    let mut journey = Journey::begin(desk, 70);
    journey.catch_up().await;
    journey.sim.clock().set(then);
    for &ticket in &tickets {
        let _ = journey.act(|hand| hand.set_priority(ticket, 6));
        let _ = journey.act(|hand| hand.followup(ticket, "Storm", true));
    }
    journey.pass(30);
    journey.catch_up().await;
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_in_another_zone_reads_the_same_instants() {
    let mut journey = Journey::with(Desk::recorded().unwrap(), 1_000, |options| {
        options.zone = glpi_sim::rows::naive::Zone::America__New_York;
    });
    journey.catch_up().await;
    journey.assert_true();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_beyond_the_rows_does_not_keep_the_reading_for_ever() {
    let mut journey = Journey::with(Desk::recorded().unwrap(), 100, |options| options.surplus = 30);
    journey.catch_up().await;
    journey.assert_true();
    // A walk that goes through all tickets ends as well.
    journey.pass(600);
    let tickets: Vec<i64> = journey.sim.desk().read().table::<Ticket>().iter().map(|ticket| ticket.id).collect();
    for ticket in tickets {
        let _ = journey.act(|hand| hand.set_priority(ticket, 5));
    }
    journey.catch_up().await;
    journey.assert_true();
}
