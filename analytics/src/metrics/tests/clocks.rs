//! Golden tables of what promises tell: rows of clocks as text in, figures as text out.
//!
//! Now is 2026-03-31 12:00 and the window March 2026, in UTC; no calendar closes.

use schemas::tables::Table;

use super::{
    history::{lines, question},
    *,
};
use crate::{
    desk::{batch, desk_with},
    usecases::get_metric::execute,
};

/// Kept; kept late; broken and running; running at 60 %; taken back; replaced and its successor paused; trashed; to own.
const PROMISES: &str = "
    ticket | clock        | attached_at      | stopped_at       | detached_at      | running_since    | paused_since     | target_s | elapsed_s | paused_s | due_at           | agreement_id | technicians | groups | is_counted
    1      | ttr          | 2026-03-02       | 2026-03-02 01:00 |                  |                  |                  | 7200     | 3600      | 0        | 2026-03-02 02:00 | 30           | 7           | 10     |
    2      | ttr          | 2026-03-03       | 2026-03-03 04:00 |                  |                  |                  | 7200     | 10800     | 3600     | 2026-03-03 03:00 | 30           | 7,8         | 11     |
    3      | internal_ttr | 2026-03-31 09:00 |                  |                  | 2026-03-31 10:00 |                  | 7200     | 3600      | 0        | 2026-03-31 11:00 | 30           | 8           | 11     |
    4      | ttr          | 2026-03-31 09:00 |                  |                  | 2026-03-31 09:00 |                  | 18000    | 0         | 0        | 2026-03-31 14:00 | 30           |             | 10     |
    5      | tto          | 2026-03-05       | 2026-03-05 01:00 | 2026-03-05 01:00 |                  |                  | 7200     | 3600      | 0        | 2026-03-05 02:00 | 31           |             |        |
    6      | ttr          | 2026-03-06       | 2026-03-06 00:30 | 2026-03-06 00:30 |                  |                  | 900      | 1800      | 0        | 2026-03-06 00:15 | 30           | 9           |        |
    6      | ttr          | 2026-03-06 00:30 |                  |                  |                  | 2026-03-06 00:40 | 7200     | 2400      | 60       |                  | 31           | 9           |        |
    7      | ttr          | 2026-03-07       | 2026-03-07 01:00 |                  |                  |                  | 1800     | 3600      | 0        | 2026-03-07 00:30 | 30           | 9           |        | false
    8      | tto          | 2026-03-08       | 2026-03-08 02:00 |                  |                  |                  | 3600     | 7200      | 0        | 2026-03-08 01:00 | 31           | 7           | 10     |
    9      | tto          | 2026-03-09       | 2026-03-09 00:30 |                  |                  |                  | 3600     | 1800      | 0        | 2026-03-09 01:00 | 31           | 8           | 10     |";

const TICKETS: &str = "
    ticket | category | priority
    1      | 20       | 3
    2      | 21       | 5
    3      | 20       | 3
    4      |          | 3
    5      |          | 3
    6      |          | 3
    8      | 21       | 3
    9      |          | 3";

/// Asks `metric` of the promises and compares with `expected`.
async fn promised(metric: &'static Metric, asked: &str, expected: &str) {
    let tables = [(Table::Tickets, TICKETS), (Table::SlaClocks, PROMISES)];
    let analytics = desk_with(tables.map(|(table, text)| (table, batch(table, text))).into(), None);
    let input = question(metric.name, asked);
    let answer = execute(&analytics, &Viewer::of_everything(), &input, at(NOW)).await.unwrap();
    assert_eq!(answer.meta.mode, Mode::Canonical);
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines(&answer.data), expected, "{} {asked}", metric.name);
}

#[tokio::test]
async fn attainment_is_of_the_clocks_that_were_decided_in_the_bucket() {
    promised(&CLOCK_ATTAINMENT, "", "breached 4, cancelled 1, decided 6, met 2").await;
    let days = "
        2026-03-02: decided 1, met 1
        2026-03-03: breached 1, decided 1
        2026-03-05: cancelled 1
        2026-03-06: breached 1, decided 1
        2026-03-08: breached 1, decided 1
        2026-03-09: decided 1, met 1
        2026-03-31: breached 1, decided 1";
    promised(&CLOCK_ATTAINMENT, "grain=day", days).await;
    let clocks = "
        ttr: breached 2, decided 3, met 1
        tto: breached 1, cancelled 1, decided 2, met 1
        internal_ttr: breached 1, decided 1";
    promised(&CLOCK_ATTAINMENT, "by=clock", clocks).await;
    promised(&CLOCK_ATTAINMENT, "priority=5", "breached 1, decided 1").await;
}

#[tokio::test]
async fn a_breach_is_in_the_bucket_of_its_due_instant_with_those_who_had_it_then() {
    promised(&CLOCK_BREACHES, "", "internal_ttr 1, tto 1, ttr 2").await;
    let people = "
        Aline Souza: tto 1, ttr 1
        bruno: internal_ttr 1, ttr 1
        carla: ttr 1";
    promised(&CLOCK_BREACHES, "by=technician", people).await;
    let categories = "
        Hardware > Printers: tto 1, ttr 1
        -: ttr 1
        Hardware: internal_ttr 1";
    promised(&CLOCK_BREACHES, "by=category", categories).await;
    promised(
        &CLOCK_BREACHES,
        "grain=day from=2026-03-31T11:00:00Z to=2026-03-31T11:00:01Z",
        "2026-03-31: internal_ttr 1",
    )
    .await;
}

#[tokio::test]
async fn clocks_at_risk_are_those_that_run_by_what_they_have_used() {
    promised(&CLOCKS_AT_RISK, "", "50 1, over 1").await;
    promised(&CLOCKS_AT_RISK, "by=agreement", "Gold: 50 1\n-: over 1").await;
}

#[tokio::test]
async fn working_time_is_told_by_the_day_on_which_a_clock_stops() {
    promised(&TIME_TO_OWN_BUSINESS, "", "owned 2, median 4500 mean 4500").await;
    promised(&RESOLUTION_TIME_BUSINESS, "", "solved 2, median 7200 mean 7200").await;
    promised(&PENDING_TIME_BUSINESS, "", "solved 2, median 1800 mean 1800").await;
}

#[tokio::test]
async fn clocks_that_go_on_make_the_medians_longer() {
    promised(&TIME_TO_OWN_SURVIVAL_BUSINESS, "", "started 3, 2 ended 1 run, median Some(7200)").await;
    promised(&RESOLUTION_SURVIVAL_BUSINESS, "", "started 5, 2 ended 3 run, median Some(10800)").await;
}
