//! Golden tables of what history tells: spans as text in, figures as text out.
//!
//! Now is 2026-03-31 12:00 and the window March 2026, in UTC, unless a question says otherwise.

use super::*;
use crate::{
    desk::desk_of_lives,
    usecases::get_metric::{Figure, Input, MetricSeries, execute},
};

/// The question that `text` is: `name=value` with commas between values, and a blank between questions' parts.
pub(super) fn question(name: &str, text: &str) -> Input {
    let mut input = Input { name: name.to_owned(), ..Input::default() };
    for (field, value) in text.split_whitespace().map(|part| part.split_once('=').unwrap()) {
        let (one, list) = (Some(value.to_owned()), value.split(',').map(str::to_owned).collect());
        match field {
            "grain" => input.grain = one,
            "tz" => input.tz = one,
            "at" => input.at = one,
            "share" => input.share = one,
            "by" => input.by = list,
            "from" => input.window.from = one,
            "to" => input.window.to = one,
            "priority" => input.filters.priority = list,
            "status" => input.filters.status = list,
            "queue" => input.filters.queue = list,
            "technician" => input.filters.technician = list,
            "kind" => input.filters.kind = list,
            "limit" => input.limit = Some(value.parse().unwrap()),
            other => panic!("{other}"),
        }
    }
    if input.window.from.is_none() && input.at.is_none() {
        input.window.from = Some("2026-03-01T00:00:00Z".to_owned());
        input.window.to = Some("2026-04-01T00:00:00Z".to_owned());
    }
    input
}

/// `bucket/keys: figures` of each figure that says something.
pub(super) fn lines(data: &MetricSeries) -> Vec<String> {
    let mut lines = Vec::new();
    for line in &data.series {
        let keys = line.keys.iter().map(|key| key.name.clone().unwrap_or_else(|| "-".to_owned()));
        let keys: Vec<String> = keys.collect();
        let named = data.buckets.iter().map(|bucket| bucket.label.clone()).zip(&line.points);
        let figures: Vec<_> = if data.grain.is_some() { named.collect() } else { vec![(String::new(), &line.whole)] };
        for (label, figure) in figures {
            let place: Vec<String> =
                Some(label).into_iter().filter(|label| !label.is_empty()).chain(keys.clone()).collect();
            let said = said(figure);
            if !said.is_empty() {
                let colon = if place.is_empty() { "" } else { ": " };
                lines.push(format!("{}{colon}{said}", place.join("/")));
            }
        }
    }
    lines
}

fn said(figure: &Figure) -> String {
    let mut said: Vec<String> =
        figure.counts.iter().filter(|(_, count)| **count != 0).map(|(name, count)| format!("{name} {count}")).collect();
    let means = figure.means.iter().filter_map(|(name, mean)| Some(format!("{name} {:.2}", mean.value?)));
    said.extend(means);
    if let Some(spread) = figure.spread.filter(|spread| spread.n > 0) {
        said.push(format!("median {} mean {}", spread.p50_s.unwrap(), spread.mean_s.unwrap()));
    }
    if let Some(survival) = figure.survival.filter(|survival| survival.ended + survival.running > 0) {
        said.push(format!("{} ended {} run, median {:?}", survival.ended, survival.running, survival.p50_s));
    }
    said.join(", ")
}

/// Asks `metric` of tickets that lived `spans` and compares with `expected`.
pub(super) async fn told(metric: &'static Metric, asked: &str, spans: &str, expected: &str) {
    told_of(metric, asked, (spans, "", ""), expected).await;
}

/// The same where tickets and events say something beside their spans.
pub(super) async fn told_of(
    metric: &'static Metric,
    asked: &str,
    (spans, tickets, events): (&str, &str, &str),
    expected: &str,
) {
    let analytics = desk_of_lives(spans, tickets, events);
    let input = question(metric.name, asked);
    let answer = execute(&analytics, &Viewer::of_everything(), &input, at(NOW)).await.unwrap();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines(&answer.data), expected, "{} {asked}", metric.name);
}

/// A ticket solved, reopened, solved and closed; one open; one that came solved; one trashed for a while.
pub(super) const LIVES: &str = "
    ticket | from             | to               | status | priority | technicians | groups | is_counted
    1      | 2026-03-02       | 2026-03-03       | 1      | 3        |             |        |
    1      | 2026-03-03       | 2026-03-05       | 2      | 3        | 7           | 10     |
    1      | 2026-03-05       | 2026-03-06       | 5      | 3        | 7           | 10     |
    1      | 2026-03-06       | 2026-03-07       | 2      | 4        | 7,8         | 10     |
    1      | 2026-03-07       | 2026-03-08       | 5      | 4        | 8           | 10     |
    1      | 2026-03-08       |                  | 6      | 4        | 8           | 10     |
    2      | 2026-03-04       | 2026-03-05       | 1      | 5        |             | 11     |
    2      | 2026-03-05       |                  | 4      | 5        |             | 11     |
    3      | 2026-03-04 12:00 |                  | 5      | 3        | 9           |        |
    4      | 2026-03-04       | 2026-03-06       | 2      | 2        | 9           | 12     |
    4      | 2026-03-06       | 2026-03-07       | 2      | 2        | 9           | 12     | false
    4      | 2026-03-07       | 2026-03-09       | 2      | 2        | 9           | 12     |";

#[tokio::test]
async fn the_backlog_of_a_day_is_what_is_open_when_it_ends() {
    let days = "grain=day from=2026-03-02T00:00:00Z to=2026-03-10T00:00:00Z";
    let backlog = "
        2026-03-02: backlog 1
        2026-03-03: backlog 1
        2026-03-04: backlog 3
        2026-03-05: backlog 2
        2026-03-06: backlog 2
        2026-03-07: backlog 2
        2026-03-08: backlog 2
        2026-03-09: backlog 1";
    told(&BACKLOG, days, LIVES, backlog).await;
    told(&BACKLOG, "at=2026-03-04T00:00:00Z", LIVES, "backlog 3").await;
    told(&BACKLOG, "at=2026-03-03T23:59:59Z", LIVES, "backlog 1").await;
    told(&BACKLOG, "at=2026-03-09T00:00:00Z", LIVES, "backlog 1").await;
}

#[tokio::test]
async fn the_backlog_then_is_counted_by_what_tickets_were_then() {
    let then = "at=2026-03-06T12:00:00Z";
    told(&BACKLOG, &format!("{then} by=priority"), LIVES, "high: backlog 1\nvery_high: backlog 1").await;
    told(&BACKLOG, &format!("{then} by=status"), LIVES, "assigned: backlog 1\npending: backlog 1").await;
    let people = "-: backlog 1\nAline Souza: backlog 1\nbruno: backlog 1";
    told(&BACKLOG, &format!("{then} by=technician"), LIVES, people).await;
    let pairs = "Support/assigned: backlog 1\nSupport > Network/pending: backlog 1";
    told(&BACKLOG, &format!("{then} by=group,status"), LIVES, pairs).await;
    told(&BACKLOG, &format!("{then} by=group_subtree"), LIVES, "Support: backlog 2\nSupport > Network: backlog 1")
        .await;
    told(&BACKLOG, &format!("{then} queue=Support"), LIVES, "backlog 2").await;
    told(&BACKLOG, &format!("{then} technician=none"), LIVES, "backlog 1").await;
    told(&BACKLOG, &format!("{then} priority=high"), LIVES, "backlog 1").await;
    told(&BACKLOG, "at=2026-03-04T00:00:00Z priority=high", LIVES, "").await;
}

#[tokio::test]
async fn what_waits_and_what_nobody_has_is_known_of_every_day() {
    let days = "grain=day from=2026-03-04T00:00:00Z to=2026-03-06T00:00:00Z";
    told(&PENDING, days, LIVES, "2026-03-05: pending 1").await;
    told(&UNASSIGNED, "at=2026-03-02T12:00:00Z", LIVES, "unassigned 1").await;
    let nobody = "2026-03-04: open 3, without_person 1\n2026-03-05: open 2, without_person 1";
    told(&UNASSIGNED_SHARE, days, LIVES, nobody).await;
    told(&MULTI_ASSIGNED_SHARE, "at=2026-03-06T12:00:00Z", LIVES, "open 2, several_people 1").await;
}

#[tokio::test]
async fn a_ticket_grows_from_band_to_band() {
    let days = "grain=day from=2026-03-04T00:00:00Z to=2026-03-09T00:00:00Z priority=5";
    let bands = "
        2026-03-04: <=1d 1
        2026-03-05: 2-3d 1
        2026-03-06: 2-3d 1
        2026-03-07: 4-7d 1
        2026-03-08: 4-7d 1";
    told(&BACKLOG_AGE, days, LIVES, bands).await;
}

#[tokio::test]
async fn what_comes_into_the_backlog_and_leaves_it_is_told_by_cause() {
    let flow = "
        2026-03-02: created 1
        2026-03-04: created 2
        2026-03-05: solved 1
        2026-03-06: reopened 1, trashed 1
        2026-03-07: restored 1, solved 1
        2026-03-09: gone 1";
    told(&BACKLOG_FLOW, "grain=day", LIVES, flow).await;
    let high = "2026-03-06: reopened 1\n2026-03-07: solved 1";
    told(&BACKLOG_FLOW, "grain=day priority=high", LIVES, high).await;
    let raised = "
        ticket | from       | to         | priority
        1      | 2026-03-01 | 2026-03-02 | 3
        1      | 2026-03-02 |            | 5";
    let moved = "2026-03-01/medium: created 1\n2026-03-02/medium: moved_out 1\n2026-03-02/very_high: moved_in 1";
    told(&BACKLOG_FLOW, "grain=day by=priority", raised, moved).await;
    told(&PRIORITY_CHANGES, "grain=day", raised, "2026-03-02: raised 1").await;
}

#[tokio::test]
async fn a_ticket_solved_twice_is_two_solutions_and_one_ticket() {
    told(&SOLVE_EVENTS, "", LIVES, "events 3, tickets 2").await;
    let days = "2026-03-04: events 1, tickets 1\n2026-03-05: events 1, tickets 1\n2026-03-07: events 1, tickets 1";
    told(&SOLVE_EVENTS, "grain=day", LIVES, days).await;
    told(&REOPEN_EVENTS, "grain=day", LIVES, "2026-03-06: events 1, tickets 1").await;
    told(&CLOSE_EVENTS, "grain=day", LIVES, "2026-03-08: events 1, tickets 1").await;
    told(&NET_FLOW, "", LIVES, "created 4, net 1, solved 3").await;
    told(&THROUGHPUT, "", LIVES, "Aline Souza: solved 1\nbruno: solved 1\ncarla: solved 1").await;
}

#[tokio::test]
async fn a_solution_without_history_is_no_event() {
    let inferred = "
        ticket | from       | status | confidence
        1      | 2026-03-02 | 5      | inferred";
    told(&SOLVE_EVENTS, "", inferred, "").await;
}

#[tokio::test]
async fn statuses_are_stacked_those_done_included() {
    let days = "grain=day from=2026-03-04T00:00:00Z to=2026-03-06T00:00:00Z";
    let stacked = "2026-03-04: assigned 2, new 1, solved 1\n2026-03-05: assigned 1, pending 1, solved 2";
    told(&CUMULATIVE_FLOW, days, LIVES, stacked).await;
}

#[tokio::test]
async fn reopenings_count_against_the_day_of_the_solution_once_their_time_is_over() {
    let spans = "
        ticket | from       | to         | status
        1      | 2026-02-20 | 2026-02-21 | 2
        1      | 2026-02-21 | 2026-02-27 | 5
        1      | 2026-02-27 | 2026-03-20 | 2
        1      | 2026-03-20 | 2026-03-30 | 5
        1      | 2026-03-30 |            | 2
        2      | 2026-02-20 | 2026-02-28 | 2
        2      | 2026-02-28 |            | 5
        3      | 2026-03-20 | 2026-03-28 | 2
        3      | 2026-03-28 |            | 5";
    let months = "grain=month from=2026-02-01T00:00:00Z to=2026-04-01T00:00:00Z";
    let rates = "
        2026-02: reopened_30d 1, reopened_7d 1, solved_30d 2, solved_7d 2
        2026-03: immature_30d 2, immature_7d 1, solved_7d 1";
    told(&REOPEN_RATE, months, spans, rates).await;
}
