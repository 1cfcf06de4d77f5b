//! A desk's clocks as they run: each mark is told once, when it comes, whatever is restarted, corrected or set meanwhile.

use std::{collections::BTreeSet, sync::Arc};

use schemas::{Offset, ingestion::EventCounts};

use super::desk::Desk;
use crate::{
    announce::Announced,
    buses::{SLA, TICKETS},
    process::{self, Processor},
    replay::rebuild,
    sinks::{Sink as _, memory::MemorySink},
};

/// Minute 0 is a Monday, 09:20. Agreement 5 is four hours of the desk's day, 08:00 to 18:00; agreement 6 half an hour, day and night.
const DESK: &str = "
    0: 0 0 calendar 2
    0: 0 0 hours 1 2 1 08:00:00 18:00:00
    0: 0 0 hours 2 2 2 08:00:00 18:00:00
    0: 0 0 sla 5 4 hour by 2
    0: 0 0 sla 6 30 minute";

const TICKET: &str = "
    1: 0 1 created
    1: 0 0 state 1 ttr=5";

/// A desk that was read as a whole at minute 1, with that ticket.
async fn desk(ticket: &str) -> Desk {
    let mut desk = Desk::new().await;
    desk.learn(DESK).await;
    desk.learn(ticket).await;
    desk.check(1.0, "").await;
    desk
}

#[tokio::test]
async fn each_part_of_a_target_is_told_when_it_is_used_up_and_not_a_second_before() {
    let mut desk = desk(TICKET).await;
    let Announced { running, next, .. } = desk.turn(1.0, Some(1.0)).await;
    assert_eq!((running, next), (1, Some(crate::projection::tests::desk::at(120))));
    desk.check(119.99, "").await;
    desk.check(120.0, "1: ttr 50 % at 120 r1").await;
    desk.check(120.5, "").await;
    desk.check(230.0, "1: ttr 75 % at 180 r1\n1: ttr 90 % at 216 r1\n1: ttr 95 % at 228 r1").await;
    desk.check(240.0, "1: ttr 100 % at 240 r1\n1: ttr broken at 240 r1").await;
    desk.check(9_999.0, "").await;
    assert_eq!(desk.turn(9_999.0, None).await.running, 0);
}

#[tokio::test]
async fn what_was_told_is_stored_once_and_the_counts_of_both_topics_add_up() {
    let mut desk = desk(TICKET).await;
    desk.told(300.0, 300.0).await;
    desk.store().await;
    desk.restart().await;
    desk.store().await;
    desk.check(301.0, "").await;
    let (tickets, told) = (desk.bus.end(TICKETS).await.unwrap(), desk.bus.end(SLA).await.unwrap());
    assert_eq!(told, Offset(6));
    assert_eq!(desk.sink.position(SLA).await.unwrap(), told);
    assert_eq!(desk.sink.counts().await.unwrap(), EventCounts { stored: tickets.0 + told.0, ..EventCounts::default() });

    // Made again from the log, the store tells the same.
    let (sink, codec) = (Arc::new(MemorySink::new()), Arc::new(schemas::Codec::new().unwrap()));
    let again = Arc::clone(&sink) as Arc<dyn crate::sinks::Sink>;
    let mut processor =
        Processor::new(Arc::clone(&desk.bus), again, codec, process::Config::default(), || schemas::Instant(0));
    rebuild(&mut processor, |_| {}).await.unwrap();
    assert_eq!(sink.counts().await.unwrap(), desk.sink.counts().await.unwrap());
    assert_eq!(sink.position(SLA).await.unwrap(), told);
    for space in [crate::projection::TICKET_SPACE, crate::projection::CLOCKS_SPACE] {
        let before = desk.sink.scan_folds(space, 0, 9).await.unwrap();
        assert_eq!(sink.scan_folds(space, 0, 9).await.unwrap(), before);
        assert_eq!(before.len(), 1, "{space}");
    }
    let events = sink.rows(schemas::tables::Table::TicketEvents);
    assert_eq!(events.num_rows(), 2 + 6);
}

#[tokio::test]
async fn what_came_before_the_desk_was_read_is_history_and_nobody_s_alarm() {
    let mut desk = Desk::new().await;
    desk.learn(DESK).await;
    desk.learn(TICKET).await;
    assert_eq!(desk.turn(130.0, None).await, Announced { is_done: true, ..Announced::default() });
    desk.check(185.0, "").await;
    desk.check(216.0, "1: ttr 90 % at 216 r1").await;
    // Nor is it once the store was made again or Farol restarted.
    desk.restart().await;
    desk.check(217.0, "").await;
}

#[tokio::test]
async fn what_was_missed_while_farol_was_down_is_told_with_its_true_instant() {
    let mut desk = desk(TICKET).await;
    desk.check(121.0, "1: ttr 50 % at 120 r1").await;
    desk.restart().await;
    desk.check(190.0, "1: ttr 75 % at 180 r1").await;
    desk.restart().await;
    // Down from 190 on; at 250 GLPI tells that it was solved at 230.
    desk.learn("1: 230 2 status 1 5\n 1: 231 0 state 5 ttr=5").await;
    desk.restart().await;
    desk.check(250.0, "1: ttr 90 % at 216 r1\n1: ttr 95 % at 228 r1").await;
    desk.check(999.0, "").await;
}

#[tokio::test]
async fn late_news_take_back_what_is_no_longer_true_and_tell_what_is() {
    let mut desk = desk(TICKET).await;
    desk.check(
        250.0,
        "
        1: ttr 50 % at 120 r1
        1: ttr 75 % at 180 r1
        1: ttr 90 % at 216 r1
        1: ttr 95 % at 228 r1
        1: ttr 100 % at 240 r1
        1: ttr broken at 240 r1",
    )
    .await;
    // It waited from minute 130 to 190, as is learnt now.
    desk.learn("1: 130 2 status 1 4\n1: 190 3 status 4 2\n1: 251 0 state 2 ttr=5").await;
    desk.check(
        252.0,
        "
        1: ttr 75 % at 180 r1, taken back
        1: ttr 90 % at 216 r1, taken back
        1: ttr 95 % at 228 r1, taken back
        1: ttr 100 % at 240 r1, taken back
        1: ttr broken at 240 r1, taken back
        1: ttr 75 % at 240 r2",
    )
    .await;
    desk.restart().await;
    desk.check(276.0, "1: ttr 90 % at 276 r2").await;
    // And it was solved just before.
    desk.learn("1: 275 4 status 2 5\n1: 277 0 state 5 ttr=5").await;
    desk.check(300.0, "1: ttr 90 % at 276 r2, taken back").await;
}

#[tokio::test]
async fn while_glpi_is_not_heard_marks_are_provisional_and_then_confirmed_or_taken_back() {
    let mut desk = desk(&format!("{TICKET}\n2: 0 1 created\n2: 0 0 state 1 ttr=5")).await;
    desk.check_late(121.0, 116.0, "1: ttr 50 % at 120 r1\n2: ttr 50 % at 120 r1").await;
    desk.check_late(181.0, 174.0, "1: ttr 75 % at 180 r1, provisional\n2: ttr 75 % at 180 r1, provisional").await;
    desk.check_late(190.0, 179.0, "").await;
    desk.restart().await;
    // The second one was solved before.
    desk.learn("2: 170 2 status 1 5\n2: 171 0 state 5 ttr=5").await;
    desk.check_late(191.0, 180.0, "1: ttr 75 % at 180 r1\n2: ttr 75 % at 180 r1, taken back").await;
    desk.check_late(192.0, 192.0, "").await;
}

#[tokio::test]
async fn a_clock_that_is_set_forth_and_back_repeats_nothing_and_misses_nothing() {
    let mut desk = desk(TICKET).await;
    desk.check(200.0, "1: ttr 50 % at 120 r1\n1: ttr 75 % at 180 r1").await;
    desk.check(60.0, "").await;
    desk.restart().await;
    desk.check(60.0, "").await;
    desk.check(200.0, "").await;
    desk.check(216.0, "1: ttr 90 % at 216 r1").await;
    // Set back to before it was solved, in truth: 90 % were never used up.
    desk.learn("1: 150 2 status 1 5\n1: 151 0 state 5 ttr=5").await;
    desk.check(152.0, "1: ttr 75 % at 180 r1, taken back\n1: ttr 90 % at 216 r1, taken back").await;
}

#[tokio::test]
async fn a_calendar_that_changes_moves_what_lies_ahead_without_the_ticket() {
    let mut desk = desk(TICKET).await;
    desk.check(121.0, "1: ttr 50 % at 120 r1").await;
    // Learnt at minute 131: Monday ends at minute 160, and 80 minutes are left for Tuesday.
    desk.learn("0: 130 0 hours 1 2 1 08:00:00 12:00:00").await;
    desk.check(1_379.9, "").await;
    desk.check(1_380.0, "1: ttr 75 % at 1380 r1").await;
}

#[tokio::test]
async fn a_ticket_out_of_the_counts_is_told_nothing_of_until_it_is_back() {
    let mut desk = desk(TICKET).await;
    desk.learn("1: 100 2 trash\n1: 101 0 state 1 ttr=5 trashed").await;
    desk.check(185.0, "").await;
    desk.learn("1: 190 3 restore\n1: 191 0 state 1 ttr=5").await;
    desk.check(192.0, "1: ttr 50 % at 120 r1\n1: ttr 75 % at 180 r1").await;
    desk.learn("1: 195 0 purge").await;
    desk.check(500.0, "").await;
}

#[tokio::test]
async fn another_promise_and_the_same_one_taken_anew_are_told_apart() {
    let mut desk = desk("1: 0 1 created\n1: 0 0 state 1 tto=6").await;
    desk.check(16.0, "1: tto 50 % at 15 r1").await;
    desk.learn("1: 17 2 agreement tto 6 none\n1: 17 0 state 1").await;
    desk.check(40.0, "").await;
    desk.learn("1: 41 3 agreement tto none 6\n1: 41 0 state 1 tto=6").await;
    // Promised when it was used up already: all of it happens then.
    desk.check(
        42.0,
        "
        1: tto 50 % at 41 r2
        1: tto 75 % at 41 r2
        1: tto 90 % at 41 r2
        1: tto 95 % at 41 r2
        1: tto 100 % at 41 r2
        1: tto broken at 41 r2",
    )
    .await;
}

#[tokio::test]
async fn whoever_holds_the_ticket_when_it_breaks_is_named() {
    let mut desk = desk(
        "
        1: 0 1 created
        1: 0 2 add person 7 assigned
        1: 0 0 link person 31 7 assigned
        1: 0 0 state 2 tto=6",
    )
    .await;
    let told = desk.told(30.0, 30.0).await;
    assert!(told.ends_with("1: tto broken by 7 at 30 r1"), "{told}");
}

#[tokio::test]
async fn a_thousand_marks_of_one_second_are_told_in_that_second_and_no_event_twice() {
    let tickets: Vec<String> =
        (1..=1_000).map(|ticket| format!("{ticket}: 0 1 created\n{ticket}: 0 0 state 1 tto=6")).collect();
    let mut desk = desk(&tickets.join("\n")).await;
    let told = desk.told(15.0, 15.0).await;
    assert_eq!(told.lines().count(), 1_000);
    assert_eq!(told.lines().collect::<BTreeSet<_>>().len(), 1_000);
    assert_eq!(desk.turn(15.0, Some(15.0)).await.running, 1_000);
}

#[tokio::test]
async fn a_log_that_fails_before_or_after_an_append_repeats_and_loses_nothing() {
    let mut desk = desk(TICKET).await;
    desk.on(Arc::new(super::shaky::Shaky::new(Arc::clone(&desk.bus))));
    let mut failures = 0;
    for minute in 100..=300 {
        let moment = crate::announce::Moment {
            now: crate::projection::tests::desk::at(minute),
            watermark: Some(crate::projection::tests::desk::at(minute)),
        };
        loop {
            match desk.announcer.turn(moment).await {
                Ok(turn) if turn.is_done => break,
                Ok(_) => {}
                Err(error) => {
                    assert_eq!(error.fault(), crate::Fault::Transient, "{error}");
                    failures += 1;
                }
            }
        }
    }
    assert!(failures > 4, "{failures}");
    assert_eq!(desk.news().await.lines().count(), 6);
}
