//! One ticket's timeline beside its rows in GLPI.

use std::collections::BTreeSet;

use glpi_sim::{
    Desk,
    rows::{ITILFollowup, ITILSolution, Log, TicketTask},
    truth::{Presence, TicketTruth},
};
use serde_json::{Value, json};

use super::{
    DESK,
    counting::{CLOCKS, STATUSES},
    iso, micros, now, tickets, walk,
};

/// GLPI's number of the field "status" in the history.
const STATUS: i32 = 12;

/// A few tickets that have much to tell: the longest history, one reopened, one trashed, one untouched.
fn chosen() -> Vec<TicketTruth> {
    let all = tickets();
    let longest = all.iter().max_by_key(|ticket| ticket.logs);
    let reopened = all.iter().max_by_key(|ticket| (ticket.solutions, ticket.row.id));
    let trashed = all.iter().find(|ticket| ticket.presence == Presence::Trashed);
    let fresh = all.iter().rfind(|ticket| ticket.row.status == 1);
    let tasks = all.iter().max_by_key(|ticket| (ticket.tasks, ticket.followups));
    [longest, reopened, trashed, fresh, tasks].into_iter().flatten().cloned().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_tells_every_status_and_every_comment_in_order() {
    for ticket in chosen() {
        let id = ticket.row.id;
        let (events, first) = walk(&format!("/v1/tickets/{id}/timeline"), "events", 6).await;
        assert!(events.is_sorted_by_key(|event| micros(&event["at"])), "{id}");
        let ids: BTreeSet<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
        assert_eq!(ids.len(), events.len(), "{id}: an event is told twice");

        let desk = DESK.glpi.desk();
        let desk = desk.read();
        let told: Vec<Value> = events
            .iter()
            .filter(|event| event["change"]["field"] == "status")
            .map(|event| json!([event["origin"], event["at"], event["change"]["old"], event["change"]["new"]]))
            .collect();
        assert_eq!(told, statuses(&desk, id), "{id}");
        let comments: BTreeSet<String> = events
            .iter()
            .filter(|event| event["change"]["type"] == "comment" && event["change"]["change"] == "present")
            .map(|event| event["origin"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(comments, written(&desk, id), "{id}");

        let presence = if ticket.presence == Presence::Trashed { "trashed" } else { "live" };
        let data = &first["data"];
        assert_eq!(data["presence"], presence, "{id}");
        assert_eq!(data["history_agrees"], true, "{id}");
        let status = STATUSES[usize::try_from(ticket.row.status).unwrap() - 1];
        assert_eq!(data["ticket"]["status"], status, "{id}");
        assert_eq!(data["ticket"]["solved_at"], iso(ticket.row.solvedate), "{id}");
        assert_eq!(data["ticket"]["closed_at"], iso(ticket.row.closedate), "{id}");
    }
}

/// The history's changes of status: origin, when, before, after.
fn statuses(desk: &Desk, ticket: i64) -> Vec<Value> {
    let changes = desk.of_ticket::<Log>(ticket).filter(|log| log.linked_action == 0 && log.id_search_option == STATUS);
    changes
        .map(|log| json!([format!("Log/{}", log.id), iso(Some(log.date_mod)), log.old_value, log.new_value]))
        .collect()
}

/// The rows that people wrote on the ticket.
fn written(desk: &Desk, ticket: i64) -> BTreeSet<String> {
    let followups = desk.of_ticket::<ITILFollowup>(ticket).map(|row| format!("ITILFollowup/{}", row.id));
    let tasks = desk.of_ticket::<TicketTask>(ticket).map(|row| format!("TicketTask/{}", row.id));
    let solutions = desk.of_ticket::<ITILSolution>(ticket).map(|row| format!("ITILSolution/{}", row.id));
    followups.chain(tasks).chain(solutions).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timeline_shows_the_four_clocks_as_glpi_sees_them() {
    // Those of the corners, and some of every other kind.
    for ticket in tickets().iter().filter(|ticket| ticket.row.id % 24 <= 5).step_by(3) {
        let row = &ticket.row;
        let answer = DESK.ask(&format!("/v1/tickets/{}/timeline?limit=1", row.id)).await;
        let (now, desk) = (now(&answer), DESK.glpi.desk());
        let desk = desk.read();
        let clocks = CLOCKS.iter().filter(|clock| (clock.due)(row).is_some() || (clock.agreement)(row).1 != 0);
        let expected: Vec<Value> = clocks
            .map(|clock| {
                let is_over = clock.is_late(row, now);
                json!({
                    "clock": clock.name,
                    "due_at": iso((clock.due)(row)),
                    "target_s": clock.target(row, &desk),
                    "is_over": is_over,
                    "over_by_s": is_over.then(|| clock.over_by(row, now)),
                    "is_running": clock.is_running(row),
                })
            })
            .collect();
        let found = answer["data"]["slas"].as_array().unwrap();
        let found: Vec<Value> = found.iter().map(|clock| super::without(clock, "agreement")).collect();
        assert_eq!(found, expected, "{}", row.id);
    }
}
