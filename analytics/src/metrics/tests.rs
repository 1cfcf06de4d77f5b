//! Golden tables: tickets as text in, counts as text out.
//!
//! Now is 2026-03-31 12:00 and the window March 2026, in UTC.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod clocks;
mod durations;
mod history;
mod now;
mod properties;

use super::*;
use crate::{
    desk::{NOW, at, desk},
    filters::TicketFilters,
    plans::tally::tally,
    viewer::Viewer,
    window::WindowInput,
};

/// Counts `metric` over `tickets` and compares with `expected`: lines of `measure | count`; measures left out are 0.
async fn check(metric: &'static Metric, tickets: &str, expected: &str) {
    let (from, to) = (Some("2026-03-01T00:00:00Z".to_owned()), Some("2026-04-01T00:00:00Z".to_owned()));
    let window = WindowInput { window: None, from, to }.resolve("30d", at(NOW)).unwrap();
    let moment = Moment { now: at(NOW), window: Some(window) };
    let (analytics, viewer) = (desk(tickets), Viewer::of_everything());
    let reading = analytics.read(&viewer).await.unwrap();
    let rows = reading.tickets(&TicketFilters::default()).await.unwrap();
    let tally = tally(&rows, &[], &[metric], &moment).await.unwrap().whole();

    let measures = (metric.tickets.unwrap().measures)(&moment);
    let counted = measures.iter().map(|measure| (measure.name.to_owned(), tally.measure(metric, measure.name)));
    let counted: Vec<(String, u64)> = counted.filter(|(_, count)| *count > 0).collect();
    let lines = expected.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = |line: &str| {
        let (measure, count) = line.split_once('|').unwrap();
        (measure.trim().to_owned(), count.trim().parse::<u64>().unwrap())
    };
    assert_eq!(counted, lines.map(line).collect::<Vec<_>>());
}

#[test]
fn every_metric_is_listed_once_and_says_what_it_means() {
    let mut names: Vec<&str> = registry().iter().map(|metric| metric.name).collect();
    names.dedup();
    assert_eq!(names.len(), registry().len());
    assert!(registry().iter().all(|metric| metric.version > 0 && metric.meaning.ends_with('.')));
    // A metric without a golden table is a number without a definition: these files name each.
    let golden = [
        include_str!("tests.rs"),
        include_str!("tests/clocks.rs"),
        include_str!("tests/durations.rs"),
        include_str!("tests/history.rs"),
        include_str!("tests/now.rs"),
    ]
    .concat();
    for metric in registry() {
        let name = metric.name.to_uppercase();
        let asks = ["check", "told", "told_of", "promised"].map(|ask| format!("{ask}(&{name},"));
        assert!(asks.iter().any(|ask| golden.contains(ask)), "{name}");
    }
    for metric in registry() {
        assert!(metric.formula.len() > 10 && metric.edge_cases.ends_with('.'), "{}", metric.name);
        let sources = [metric.history.is_some(), metric.tickets.is_some(), metric.clocks.is_some()];
        assert!(sources.contains(&true), "{}", metric.name);
        let measures = metric.measures();
        for show in metric.shows {
            let (Show::Ratio { part: one, whole: other, .. } | Show::Mean { sum: one, count: other, .. }) = show else {
                continue;
            };
            assert!(measures.contains(one) && measures.contains(other), "{}: {}", metric.name, show.name());
        }
    }
}

#[test]
fn the_page_of_metrics_says_what_the_registry_does() {
    let page = crate::usecases::list_metrics::page();
    if std::env::var_os("FAROL_WRITE_DOCS").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md"), &page).unwrap();
    }
    let written = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/metrics.md")).unwrap();
    assert!(written == page, "set FAROL_WRITE_DOCS=1 and run this test");
}

#[tokio::test]
async fn the_backlog_holds_every_status_but_solved_and_closed_and_nothing_from_the_trash() {
    let tickets = "
        ticket | status | presence
        1      | 1      |
        2      | 4      |
        3      | 5      |
        4      | 6      |
        5      | 10     |
        6      | 2      | trashed
        7      | 2      | purged";
    check(&BACKLOG, tickets, "backlog | 3").await;
}

#[tokio::test]
async fn ages_are_bands_that_begin_with_their_first_instant() {
    let tickets = "
        ticket | status | opened
        1      | 1      | 2026-03-31 11:59:59
        2      | 1      | 2026-03-30 12:00:01
        3      | 1      | 2026-03-30 12:00:00
        4      | 1      | 2026-03-24 12:00:00
        5      | 4      | 2025-12-31 12:00:01
        6      | 1      | 2025-12-31 12:00:00
        7      | 6      | 2025-12-31 12:00:00
        8      | 1      | 2026-04-07 12:00:00";
    let ages = "
        <=1d   | 3
        2-3d   | 1
        8-14d  | 1
        61-90d | 1
        >90d   | 1";
    check(&BACKLOG_AGE, tickets, ages).await;
}

#[tokio::test]
async fn tickets_nobody_touched_for_days_stand_apart() {
    let tickets = "
        ticket | opened     | modified
        1      | 2026-01-01 | 2026-03-31 11:00
        2      | 2026-01-01 | 2026-03-26 12:00
        3      | 2026-01-01 | 2026-03-01 12:00";
    let ages = "
        1-5d  | 1
        6-10d | 1
        >30d  | 1";
    check(&UPDATE_AGE, tickets, ages).await;
}

#[tokio::test]
async fn a_flow_counts_from_the_first_instant_of_the_window_to_before_its_last() {
    let tickets = "
        ticket | status | opened              | solved              | closed
        1      | 1      | 2026-03-01          |                     |
        2      | 5      | 2026-02-28 23:59:59 | 2026-03-01          |
        3      | 6      | 2026-02-01          | 2026-02-28 23:59:59 | 2026-03-05
        4      | 6      | 2026-02-01          | 2026-02-20          | 2026-04-01
        5      | 1      | 2026-04-01          |                     |";
    check(&CREATED, tickets, "created | 1").await;
    check(&SOLVED, tickets, "solved | 1").await;
    check(&HANDLED, tickets, "handled | 1").await;
    check(&CLOSED, tickets, "closed | 1").await;
    check(&TICKETS, tickets, "tickets | 4").await;
}

#[tokio::test]
async fn pending_and_unassigned_are_about_open_tickets() {
    let tickets = "
        ticket | status | technicians | groups
        1      | 4      | 7           |
        2      | 1      |             |
        3      | 1      |             | 10
        4      | 5      |             |";
    check(&PENDING, tickets, "pending | 1").await;
    check(&UNASSIGNED, tickets, "unassigned | 1").await;
}

#[tokio::test]
async fn a_ticket_is_late_once_a_due_instant_has_passed_and_not_while_it_waits() {
    let tickets = "
        ticket | status | due                 | due_tto_at          | taken      | take_delay_s | internal_due_ttr_at
        1      | 2      | 2026-03-31 11:59:59 |                     |            |              |
        2      | 2      | 2026-03-31 12:00:00 |                     |            |              |
        3      | 4      | 2026-03-01          |                     |            |              |
        4      | 5      | 2026-03-01          |                     |            |              |
        5      | 1      |                     | 2026-03-30          |            |              |
        6      | 2      |                     | 2026-03-30          | 2026-03-29 | 60           |
        7      | 2      |                     | 2026-03-30          | 2026-03-31 | 60           |
        8      | 2      |                     | 2026-03-01 00:01:00 |            | 61           |
        9      | 2      |                     |                     |            |              | 2026-03-02";
    // Late: 1 (to resolve), 5 (nobody took it), 7 (taken late), 8 (GLPI's seconds say so), 9 (the OLA).
    check(&OVERDUE, tickets, "overdue | 5").await;
}

#[tokio::test]
async fn risk_grows_with_the_share_of_the_time_that_is_over() {
    let tickets = "
        ticket | status | opened           | due
        1      | 2      | 2026-03-31 11:00 | 2026-03-31 13:00
        2      | 2      | 2026-03-31 09:00 | 2026-03-31 13:00
        3      | 2      | 2026-03-31 03:00 | 2026-03-31 13:00
        4      | 2      | 2026-03-30 17:00 | 2026-03-31 13:00
        5      | 2      | 2026-03-31 11:00 | 2026-03-31 12:00
        6      | 4      | 2026-03-31 09:00 | 2026-03-31 13:00
        7      | 2      | 2026-03-31 11:00 |
        8      | 2      | 2026-03-31 11:00 | 2026-03-31 14:00";
    let bands = "
        50 | 1
        75 | 1
        90 | 1
        95 | 1";
    check(&AT_RISK, tickets, bands).await;
}

#[tokio::test]
async fn solved_at_the_due_instant_is_met_and_a_second_later_is_not() {
    let tickets = "
        ticket | status | solved              | due
        1      | 5      | 2026-03-10 12:00:00 | 2026-03-10 12:00:00
        2      | 5      | 2026-03-10 12:00:01 | 2026-03-10 12:00:00
        3      | 6      | 2026-03-10 12:00:00 |
        4      | 6      | 2026-04-10 12:00:00 | 2026-03-10 12:00:00
        5      | 2      |                     | 2026-03-10 12:00:00";
    let attained = "
        met      | 1
        breached | 1";
    check(&SLA_ATTAINMENT, tickets, attained).await;
}

#[tokio::test]
async fn breaches_belong_to_the_window_of_their_due_instant() {
    let tickets = "
        ticket | status | solved              | due                 | due_tto_at | taken
        1      | 5      | 2026-03-10 12:00:01 | 2026-03-10 12:00:00 |            |
        2      | 5      | 2026-03-10 12:00:00 | 2026-03-10 12:00:00 |            |
        3      | 2      |                     | 2026-02-28          | 2026-03-01 | 2026-03-02
        4      | 4      |                     | 2026-03-10          |            |
        5      | 2      |                     | 2026-03-31 13:00    |            |";
    let breaches = "
        tto | 1
        ttr | 1";
    check(&SLA_BREACHES, tickets, breaches).await;
}
