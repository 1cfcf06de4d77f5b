//! A generated desk keeps GLPI's own rules and looks like a desk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::LazyLock;

use chrono::{Datelike, Timelike};

use super::*;
use crate::moves::tests::invariants::{check_desk, check_history_order};
use crate::moves::{PENDING, SOLVED, is_done};
use crate::rows::naive::{to_local, to_seconds};
use crate::rows::{ITILSolution, Log, Ticket, TicketSatisfaction};

const TICKETS: usize = 3_000;

static DESK: LazyLock<Desk> = LazyLock::new(|| generate(&Spec::new(TICKETS, 7, until())));

fn until() -> Seconds {
    to_seconds("2026-11-23 14:00:00", ZONE).unwrap()
}

fn open() -> impl Iterator<Item = &'static Ticket> {
    DESK.table::<Ticket>().iter().filter(|ticket| ticket.is_deleted == 0 && !is_done(ticket.status))
}

#[test]
fn every_generated_ticket_keeps_the_rules() {
    check_desk(&DESK);
    check_history_order(&DESK);
    assert_eq!(DESK.table::<Ticket>().last_id(), TICKETS as i64);
    assert_eq!(DESK.count("Ticket") + DESK.purged().len(), TICKETS);
    assert!(DESK.table::<Ticket>().iter().all(|ticket| ticket.date_mod < until()));
}

#[test]
fn the_same_spec_gives_the_same_desk() {
    let spec = Spec::new(400, 11, until());
    let (one, two) = (generate(&spec), generate(&spec));
    assert!(one.table::<Ticket>().iter().eq(two.table::<Ticket>().iter()));
    assert!(one.table::<Log>().iter().eq(two.table::<Log>().iter()));
    assert_eq!(one.rows("User"), two.rows("User"));
    let other = generate(&Spec { seed: 12, ..spec });
    assert!(!one.table::<Ticket>().iter().eq(other.table::<Ticket>().iter()));
}

#[test]
fn tickets_come_over_ten_years_mostly_in_business_hours() {
    let first = DESK.table::<Ticket>().iter().next().unwrap().date;
    assert!((until() - first) / 86_400 > 3_500);
    let in_hours = DESK.table::<Ticket>().iter().filter(|ticket| {
        let at = to_local(ticket.date, ZONE);
        at.weekday().num_days_from_monday() < 5 && (8..18).contains(&at.hour())
    });
    let share = in_hours.count() as f64 / TICKETS as f64;
    assert!((0.7..0.95).contains(&share), "{share}");
}

#[test]
fn a_ticket_leaves_about_twenty_history_rows() {
    let rows = DESK.count("Log") as f64 / TICKETS as f64;
    assert!((16.0..24.0).contains(&rows), "{rows}");
}

#[test]
fn some_tickets_are_trashed_some_purged_some_reopened_some_surveyed() {
    let share = |count: usize| count as f64 / TICKETS as f64;
    let trashed = share(DESK.table::<Ticket>().iter().filter(|ticket| ticket.is_deleted == 1).count());
    assert!((0.003..0.02).contains(&trashed), "{trashed} trashed");
    let purged = share(DESK.purged().len());
    assert!((0.002..0.01).contains(&purged), "{purged} purged");
    let refused = share(DESK.table::<ITILSolution>().iter().filter(|solution| solution.status == 4).count());
    assert!((0.03..0.15).contains(&refused), "{refused} reopened");
    let answered = |survey: &&TicketSatisfaction| survey.date_answered.is_some();
    let answered = share(DESK.table::<TicketSatisfaction>().iter().filter(answered).count());
    assert!((0.05..0.25).contains(&answered), "{answered} answered");
}

#[test]
fn the_last_weeks_leave_a_backlog_with_late_and_pending_tickets() {
    let desk_open = open().count();
    assert!((5..150).contains(&desk_open), "{desk_open} open");
    let late = open().filter(|ticket| ticket.status != PENDING && ticket.time_to_resolve < Some(until())).count();
    assert!(late > 0);
    assert!(open().any(|ticket| ticket.status == PENDING));
    assert!(DESK.table::<Ticket>().iter().any(|ticket| ticket.status == SOLVED));
}

#[test]
fn most_agreements_are_kept_but_not_all() {
    let due =
        DESK.table::<Ticket>().iter().filter(|ticket| ticket.solvedate.is_some() && ticket.time_to_resolve.is_some());
    let (met, all) = due.fold((0.0, 0.0), |(met, all), ticket| {
        (met + f64::from(u8::from(ticket.solvedate <= ticket.time_to_resolve)), all + 1.0)
    });
    assert!((0.6..0.95).contains(&(met / all)), "{}", met / all);
}

#[test]
fn solutions_of_purged_tickets_leave_no_history() {
    for log in DESK.table::<Log>().iter().filter(|log| &*log.itemtype == "ITILSolution") {
        assert!(DESK.get::<ITILSolution>(log.items_id).is_some(), "log {}", log.id);
    }
}

#[test]
fn several_rows_share_a_second() {
    let times: Vec<Seconds> = DESK.table::<Ticket>().iter().map(|ticket| ticket.date).collect();
    assert!(times.windows(2).any(|pair| pair[0] == pair[1]));
}

#[test]
fn the_desk_has_an_account_that_only_reads_and_asks_for_nothing() {
    let named =
        |row: &&crate::rows::Object| row.get("name").and_then(serde_json::Value::as_str) == Some("svc_analytics");
    let users = DESK.rows("User").unwrap();
    let account = users.values().find(named).and_then(|row| row.get("id")?.as_i64()).unwrap();
    assert!(DESK.table::<Ticket>().iter().all(|ticket| ticket.users_id_recipient != account));
}
