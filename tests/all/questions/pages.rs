//! Pages: every row once, in the order asked for.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    DESK, EVER, asked_window,
    counting::{is_counted, is_late, is_open, is_touched},
    iso, micros, now, tickets, walk, window,
};

fn ids(rows: &[Value]) -> Vec<i64> {
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

/// What rows are sorted by: nothing comes last, whichever way.
fn key(row: &Value, sort: &str) -> Option<i64> {
    match sort {
        "id" => row["id"].as_i64(),
        "priority" => super::counting::PRIORITIES.iter().position(|name| row["priority"] == *name).map(|at| at as i64),
        time => Some(&row[time]).filter(|at| at.is_string()).map(micros),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_over_the_overview_meets_every_ticket_once_in_order() {
    let expected: BTreeSet<i64> = tickets()
        .iter()
        .filter(|ticket| is_counted(ticket) && is_touched(&ticket.row, window()))
        .map(|ticket| ticket.row.id)
        .collect();
    let (listed, _) = walk(&format!("/v1/tickets/overview?{}", asked_window()), "tickets", 500).await;
    for ticket in tickets().iter().filter(|ticket| expected.contains(&ticket.row.id)) {
        let row = listed.iter().find(|row| row["id"] == ticket.row.id).unwrap();
        let late = ticket.row.solvedate.zip(ticket.row.time_to_resolve).map(|(solved, due)| solved > due);
        assert_eq!(row["solved_late"], Value::from(late), "{row}");
    }
    for (sort, limit) in [
        ("opened_at", 97),
        ("-modified_at", 61),
        ("priority", 113),
        ("-due_ttr_at", 89),
        ("due_ttr_at", 53),
        ("-id", 500),
    ] {
        let path = format!("/v1/tickets/overview?{}&sort={sort}", asked_window());
        let (rows, _) = walk(&path, "tickets", limit).await;
        let found = ids(&rows);
        assert_eq!(found.len(), expected.len(), "{path}");
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected, "{path}");
        let name = sort.trim_start_matches('-');
        let ordered = rows.is_sorted_by(|one, next| {
            let (one, next) = ((key(one, name), one["id"].as_i64()), (key(next, name), next["id"].as_i64()));
            match (one.0, next.0) {
                (Some(before), Some(after)) if before != after => (before > after) == sort.starts_with('-'),
                (Some(_), None) => true,
                (None, Some(_)) => false,
                _ => one.1 < next.1,
            }
        });
        assert!(ordered, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backlogs_list_is_every_open_ticket_with_what_glpi_says_of_it() {
    let (rows, first) = walk("/v1/tickets/backlog?sort=-priority", "tickets", 7).await;
    let open: Vec<_> = tickets().iter().filter(|ticket| is_counted(ticket) && is_open(&ticket.row)).collect();
    assert_eq!(rows.len(), open.len());
    for ticket in open {
        let row = rows.iter().find(|row| row["id"] == ticket.row.id).unwrap();
        assert_eq!(row["opened_at"], iso(Some(ticket.row.date)), "{row}");
        assert_eq!(row["modified_at"], iso(Some(ticket.row.date_mod)), "{row}");
        assert_eq!(row["due_ttr_at"], iso(ticket.row.time_to_resolve), "{row}");
        assert_eq!(row["due_tto_at"], iso(ticket.row.time_to_own), "{row}");
        assert_eq!(row["entity"]["id"], ticket.row.entities_id, "{row}");
        assert_eq!(row["is_late_now"], is_late(&ticket.row, now(&first)), "{row}");
        assert_eq!(row["solved_late"], Value::Null, "{row}");
        let holds =
            |who: &Value, ids: &BTreeSet<i64>| who["id"].as_i64().map_or(ids.is_empty(), |id| ids.contains(&id));
        assert!(holds(&row["technician"], &ticket.users.assigned), "{row}");
        assert!(holds(&row["group"], &ticket.groups.assigned), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_walk_over_breaches_meets_every_one_once_in_order() {
    let all: BTreeSet<String> =
        walk(&format!("/v1/sla/breaches?{EVER}"), "breaches", 500).await.0.iter().map(id).collect();
    let severity = |row: &Value| {
        ["unknown", "minor", "major", "critical"].iter().position(|name| row["severity"] == *name).unwrap() as i64
    };
    for (sort, limit) in [("-over_by_s", 231), ("severity", 317), ("-breached_at", 419), ("id", 500)] {
        let (rows, _) = walk(&format!("/v1/sla/breaches?{EVER}&sort={sort}"), "breaches", limit).await;
        assert_eq!(rows.len(), all.len(), "{sort}");
        assert_eq!(rows.iter().map(id).collect::<BTreeSet<_>>(), all, "{sort}");
        let key = |row: &Value| match sort {
            "-over_by_s" => -row["over_by_s"].as_i64().unwrap(),
            "severity" => severity(row),
            "-breached_at" => -micros(&row["breached_at"]),
            _ => row["ticket"]["id"].as_i64().unwrap(),
        };
        assert!(rows.is_sorted_by_key(key), "{sort}");
    }
}

fn id(row: &Value) -> String {
    row["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_answer_is_an_answer() {
    let nothing = "from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z";
    let (rows, first) = walk(&format!("/v1/sla/breaches?{nothing}"), "breaches", 10).await;
    assert!(rows.is_empty() && first["data"]["total"] == 0, "{first}");
    let (rows, _) = walk(&format!("/v1/technicians/ranking?{nothing}"), "entries", 10).await;
    assert!(rows.is_empty());
    let answer = DESK.ask(&format!("/v1/technicians/productivity?{nothing}")).await;
    assert_eq!(answer["data"]["bands"].as_array().unwrap().len(), 24);
}
