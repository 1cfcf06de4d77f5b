//! Golden tables of what tickets tell as they are now, asked as people ask.

use super::{
    history::{lines, question},
    *,
};
use crate::usecases::get_metric::execute;

/// Asks `metric` of `tickets` and compares with `expected`.
async fn told(metric: &'static Metric, asked: &str, tickets: &str, expected: &str) {
    let input = question(metric.name, asked);
    let answer = execute(&desk(tickets), &Viewer::of_everything(), &input, at(NOW)).await.unwrap();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines(&answer.data), expected, "{} {asked}", metric.name);
}

const DONE: &str = "
    ticket | status | opened     | first_assigned_at | taken            | first_solved_at | solved     | closed     | priority | category
    1      | 6      | 2026-03-01 | 2026-03-01 01:00  | 2026-03-01 02:00 | 2026-03-02      | 2026-03-04 | 2026-03-05 | 3        | 21
    2      | 5      | 2026-03-01 | 2026-03-01 03:00  | 2026-03-01 04:00 | 2026-03-02      | 2026-03-02 |            | 3        | 20
    3      | 2      | 2026-03-01 | 2026-02-28        |                  | 2026-03-03      |            |            | 5        |";

#[tokio::test]
async fn durations_run_from_the_opening_to_the_times_of_the_row() {
    told(&TIME_TO_OWN, "", DONE, "owned 2, median 7200 mean 7200").await;
    told(&TIME_TO_OWN_GLPI, "", DONE, "taken 2, median 10800 mean 10800").await;
    told(&RESOLUTION_TIME, "", DONE, "solved 2, median 172800 mean 172800").await;
    told(&FIRST_RESOLUTION_TIME, "", DONE, "solved 3, median 86400 mean 115200").await;
    told(&CLOSING_TIME, "", DONE, "closed 1, median 345600 mean 345600").await;
    told(&DAY_RESOLUTION_RATE, "", DONE, "solved 2, within_24h 1").await;
    let days = "2026-03-02: solved 1, median 86400 mean 86400\n2026-03-04: solved 1, median 259200 mean 259200";
    told(&RESOLUTION_TIME, "grain=day", DONE, days).await;
}

#[tokio::test]
async fn a_category_counts_for_those_above_it_where_subtrees_are_asked_for() {
    told(&SOLVED, "by=category", DONE, "Hardware: solved 1\nHardware > Printers: solved 1").await;
    told(&SOLVED, "by=category_subtree", DONE, "Hardware: solved 2\nHardware > Printers: solved 1").await;
    told(
        &CREATED,
        "by=priority,category",
        DONE,
        "medium/Hardware: created 1\nmedium/Hardware > Printers: created 1\nvery_high/-: created 1",
    )
    .await;
    told(&SOLVED, "by=weekday", DONE, "monday: solved 1\nwednesday: solved 1").await;
}

#[tokio::test]
async fn open_tickets_nobody_touched_are_a_share() {
    let tickets = "
        ticket | modified
        1      | 2026-03-31
        2      | 2026-03-26 12:00
        3      | 2026-03-01 12:00";
    told(&STALE_SHARE, "", tickets, "open 3, stale_30d 1, stale_5d 2").await;
}

#[tokio::test]
async fn surveys_are_told_by_their_last_answer() {
    let tickets = "
        ticket | survey_sent_at | survey_answered_at | survey_score
        1      | 2026-03-01     | 2026-03-02         | 5
        2      | 2026-03-01     | 2026-03-03         | 3.5
        3      | 2026-03-01     |                    |
        4      | 2026-02-01     | 2026-02-02         | 1";
    told(&CSAT, "", tickets, "answers 2, satisfied 1, score_thousandths 8500, score 4.25").await;
    told(&CSAT_RESPONSE_RATE, "", tickets, "answered 2, sent 3").await;
}

#[tokio::test]
async fn work_and_words_are_means_over_solved_tickets() {
    let tickets = "
        ticket | status | solved     | action_s | followup_count | task_count | solution_count
        1      | 5      | 2026-03-02 | 600      | 3              | 1          | 1
        2      | 5      | 2026-03-02 |          | 0              | 0          | 1";
    told(&ACTION_TIME, "", tickets, "action_s 600, tickets 2, without_action 1, per_ticket 300.00").await;
    let words = "followup_count 3, solution_count 2, task_count 1, tickets 2, \
                 followups 1.50, solutions 1.00, tasks 0.50";
    told(&INTERACTIONS, "", tickets, words).await;
}

#[tokio::test]
async fn history_says_how_far_it_can_be_relied_on() {
    let tickets = "
        ticket | history_complete | history_agrees
        1      |                  |
        2      | false            |
        3      | false            | false";
    told(&HISTORY_QUALITY, "", tickets, "agrees 2, complete 1, tickets 3").await;
}

#[tokio::test]
async fn questions_that_a_metric_has_no_answer_to_are_refused() {
    let asked = |name: &str, text: &str| question(name, text);
    for (name, text, field) in [
        ("nonsense", "", "name"),
        ("overdue", "grain=day", "grain"),
        ("backlog", "grain=decade", "grain"),
        ("created", "at=2026-03-01T00:00:00Z", "at"),
        ("backlog", "at=yesterday", "at"),
        ("backlog", "by=weekday", "by"),
        ("backlog", "by=moon", "by"),
        ("backlog", "by=status,status", "by"),
        ("backlog", "by=status,priority,entity,kind", "by"),
        ("solve_events", "share=equal", "share"),
        ("technician_time", "share=equal by=group_subtree", "share"),
        ("backlog", "tz=Mars/Base", "tz"),
        ("backlog", "limit=0", "limit"),
    ] {
        let refused = execute(&desk(DONE), &Viewer::of_everything(), &asked(name, text), at(NOW)).await;
        match refused {
            Err(crate::Error::Invalid { field: found, .. }) => assert_eq!(found, field, "{name} {text}"),
            other => panic!("{name} {text}: {other:?}"),
        }
    }
}
