//! GetTicketsBacklog.

use super::*;
use crate::{
    Answer,
    desk::{NOW, at, desk, desk_of_lives},
    usecases::get_tickets_backlog::{Input, TicketsBacklog, execute},
};

const DESK: &str = "
    ticket | status | priority | opened           | entity | technicians | groups
    1      | 1      | 3        | 2026-03-31 11:00 | 1      |             |
    2      | 2      | 5        | 2026-03-29       | 1      | 7,8         | 10,11
    3      | 4      | 3        | 2025-10-01       | 2      | 7           | 11
    4      | 2      | 3        | 2026-03-29       | 3      | 7           |
    5      | 6      | 3        | 2026-03-29       | 3      | 7           |";

async fn asked(input: Input) -> Result<Answer<TicketsBacklog>, Error> {
    execute(&desk(DESK), &EVERYBODY, &input, at(NOW)).await
}

/// Rows as `key/key=tickets`, nobody as a dash.
async fn rows(by: &[&str]) -> Vec<String> {
    let answer = asked(Input { by: words(by), ..Input::default() }).await.unwrap();
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "-".to_owned());
    let keys = |keys: &[crate::usecases::get_tickets_backlog::BacklogKey]| {
        keys.iter().map(|key| name(&key.name)).collect::<Vec<_>>().join("/")
    };
    answer.data.rows.iter().map(|row| format!("{}={}", keys(&row.keys), row.tickets)).collect()
}

#[tokio::test]
async fn the_backlog_by_group_looks_like_this() {
    let answer = asked(Input { by: words(&["group"]), ..Input::default() }).await.unwrap();
    insta::assert_json_snapshot!(answer);
}

#[tokio::test]
async fn a_ticket_of_two_people_is_in_the_row_of_each_and_once_in_the_total() {
    assert_eq!(rows(&["technician"]).await, ["Aline Souza=3", "-=1", "bruno=1"]);
    let mut pairs = rows(&["technician", "group"]).await;
    pairs.sort();
    let expected = [
        "-/-=1",
        "Aline Souza/-=1",
        "Aline Souza/Support > Network=2",
        "Aline Souza/Support=1",
        "bruno/Support > Network=1",
        "bruno/Support=1",
    ];
    assert_eq!(pairs, expected);
    assert_eq!(asked(Input::default()).await.unwrap().data.total, 4);
}

#[tokio::test]
async fn rows_by_what_a_ticket_has_once_add_up_to_the_total() {
    assert_eq!(rows(&["status"]).await, ["assigned=2", "new=1", "pending=1"]);
    assert_eq!(
        rows(&["priority", "entity"]).await,
        ["medium/Root > North=1", "medium/Root > North > Port=1", "medium/Root > South=1", "very_high/Root > North=1"]
    );
    assert_eq!(rows(&["category"]).await, ["-=4"]);
}

#[tokio::test]
async fn drilling_into_an_age_finds_the_tickets_it_counted() {
    let whole = asked(Input::default()).await.unwrap().data;
    for bucket in whole.aging.since_opened {
        let age = Some(bucket.name.clone());
        let drilled = asked(Input { age, ..Input::default() }).await.unwrap().data;
        assert_eq!((drilled.total, drilled.tickets.len() as u64), (bucket.tickets, bucket.tickets), "{}", bucket.name);
    }
}

#[tokio::test]
async fn dimensions_and_ages_nobody_knows_are_refused() {
    assert_eq!(refused(asked(Input { by: words(&["moon"]), ..Input::default() }).await), "by");
    assert_eq!(refused(asked(Input { at: Some("2100-01-01T00:00:00Z".to_owned()), ..Input::default() }).await), "at");
    assert_eq!(refused(asked(Input { by: words(&["status,status"]), ..Input::default() }).await), "by");
    let all = words(&["status", "group", "entity", "category"]);
    assert_eq!(refused(asked(Input { by: all, ..Input::default() }).await), "by");
    assert_eq!(refused(asked(Input { age: Some("1d".to_owned()), ..Input::default() }).await), "age");
}

#[tokio::test]
async fn numbers_that_glpis_core_does_not_have_are_one_row() {
    let analytics = desk(
        "
        ticket | status | priority | opened
        1      | 1      | 3        | 2026-03-30
        2      | 10     | 3        | 2026-03-30
        3      | 11     | 3        | 2026-03-20",
    );
    let input = Input { by: words(&["status"]), ..Input::default() };
    let data = execute(&analytics, &EVERYBODY, &input, at(NOW)).await.unwrap().data;
    let rows: Vec<_> = data.rows.iter().map(|row| (row.keys[0].id, row.keys[0].name.as_deref(), row.tickets)).collect();
    assert_eq!(rows, [(None, Some("other"), 2), (Some(1), Some("new"), 1)]);
    assert_eq!(data.rows_total, 2);
    assert_eq!(data.rows[0].aging.since_opened.iter().map(|bucket| bucket.tickets).sum::<u64>(), 2);
}

#[tokio::test]
async fn the_backlog_of_an_instant_is_what_was_open_then() {
    let analytics = desk_of_lives(
        "
        ticket | from       | to         | status | priority | technicians
        1      | 2026-03-01 | 2026-03-03 | 1      | 3        |
        1      | 2026-03-03 | 2026-03-05 | 4      | 5        | 7
        1      | 2026-03-05 |            | 5      | 5        | 7
        2      | 2026-03-04 |            | 1      | 2        |",
        "",
        "",
    );
    let asked = |at: &str, status: &[&str]| {
        let filters = TicketFilters { status: words(status), ..TicketFilters::default() };
        Input { at: Some(at.to_owned()), by: words(&["priority"]), filters, ..Input::default() }
    };
    for (instant, status, expected) in [
        ("2026-03-02T00:00:00Z", &[][..], "1 0 pending, 1 unassigned: medium 1; tickets [1]"),
        ("2026-03-04T00:00:00Z", &[], "2 1 pending, 1 unassigned: low 1 very_high 1; tickets [1, 2]"),
        ("2026-03-04T00:00:00Z", &["pending"], "1 1 pending, 0 unassigned: very_high 1; tickets [1]"),
        ("2026-03-05T00:00:00Z", &[], "1 0 pending, 1 unassigned: low 1; tickets [2]"),
        ("2026-02-05T00:00:00Z", &[], "0 0 pending, 0 unassigned: ; tickets []"),
    ] {
        let data = execute(&analytics, &EVERYBODY, &asked(instant, status), at(NOW)).await.unwrap().data;
        let row = |row: &crate::usecases::get_tickets_backlog::BacklogRow| {
            format!("{} {}", row.keys[0].name.clone().unwrap(), row.tickets)
        };
        let rows = data.rows.iter().map(row).collect::<Vec<_>>().join(" ");
        let found = format!(
            "{} {} pending, {} unassigned: {rows}; tickets {:?}",
            data.total,
            data.pending,
            data.unassigned,
            ids(&data.tickets)
        );
        assert_eq!(found, expected, "{instant} {status:?}");
        assert_eq!(data.overdue, None);
    }
    assert_eq!(refused(execute(&analytics, &EVERYBODY, &asked("then", &[]), at(NOW)).await), "at");
}
