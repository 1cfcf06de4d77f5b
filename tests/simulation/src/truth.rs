//! Truth: what the simulated GLPI holds beside what Farol stored.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use glpi_sim::{
    Desk,
    rows::{Log, Ticket},
    truth::{Presence, TicketTruth},
};
use serde_json::Value;

/// How the stored `tickets`, one JSON object a row, differ from `desk`: every ticket is there once, as it is now, and nothing else
/// is counted. Tickets in `unreadable` may be missing.
pub fn differences(tickets: &[Value], desk: &Desk, unreadable: &BTreeSet<i64>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut stored = BTreeMap::new();
    for row in tickets {
        let Some(id) = row["ticket_id"].as_i64() else {
            wrong.push(format!("a row has no ticket: {row}"));
            continue;
        };
        if stored.insert(id, row).is_some() {
            wrong.push(format!("ticket {id} has two current rows"));
        }
    }
    let truths = desk.truths();
    for truth in truths.iter().filter(|truth| !unreadable.contains(&truth.row.id)) {
        let id = truth.row.id;
        match stored.get(&id) {
            None => wrong.push(format!("ticket {id} is missing")),
            Some(row) => wrong.extend(wrong_columns(row, truth)),
        }
    }
    let there: BTreeSet<i64> = truths.iter().map(|truth| truth.row.id).collect();
    wrong.extend(stored.values().filter(|row| !there.contains(&id_of(row))).filter_map(|row| superfluous(row)));
    wrong
}

/// How one stored row of `tickets` differs from `desk`.
pub fn difference(row: &Value, desk: &Desk) -> Vec<String> {
    match desk.truth(id_of(row)) {
        Some(truth) => wrong_columns(row, &truth).collect(),
        None => superfluous(row).into_iter().collect(),
    }
}

fn wrong_columns(row: &Value, truth: &TicketTruth) -> impl Iterator<Item = String> {
    let id = truth.row.id;
    columns(row, truth).map(move |column| format!("ticket {id}: {column} is {}, the truth is {truth:?}", row[column]))
}

fn superfluous(row: &Value) -> Option<String> {
    let (id, presence) = (&row["ticket_id"], &row["presence"]);
    (presence != "purged").then(|| format!("ticket {id} is {presence} but GLPI has no such ticket"))
}

fn id_of(row: &Value) -> i64 {
    row["ticket_id"].as_i64().unwrap_or_default()
}

/// The lines of history in `desk` that tell of a status or priority, or of who has a ticket, and that no event tells of.
pub fn untold(events: &[Value], desk: &Desk, unreadable: &BTreeSet<i64>) -> Vec<String> {
    let told: BTreeSet<&str> = events.iter().filter_map(|event| event["origin"].as_str()).collect();
    let tickets = desk.table::<Ticket>().iter().filter(|ticket| !unreadable.contains(&ticket.id));
    let logs = tickets.flat_map(|ticket| desk.of_ticket::<Log>(ticket.id)).filter(|log| matters(log));
    let untold = logs.filter(|log| !told.contains(format!("Log/{}", log.id).as_str()));
    untold.map(|log| format!("nothing tells of {log:?}")).collect()
}

/// Whether a line of history tells of a status or priority, or of who has a ticket.
pub fn matters(log: &Log) -> bool {
    const STATUS: i32 = 12;
    const PRIORITY: i32 = 3;
    match log.linked_action {
        0 => matches!(log.id_search_option, STATUS | PRIORITY),
        15 | 16 => matches!(&*log.itemtype_link, "User" | "Group"),
        _ => false,
    }
}

/// The event ids that stand in more than one of `events`.
pub fn doubled(events: &[Value]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let ids = events.iter().map(|event| event["event_id"].to_string());
    ids.filter(|id| !seen.insert(id.clone())).map(|id| format!("event {id} stands in two rows")).collect()
}

/// The columns of `row` that differ from the truth.
fn columns(row: &Value, truth: &TicketTruth) -> impl Iterator<Item = &'static str> {
    let presence = if truth.presence == Presence::Trashed { "trashed" } else { "live" };
    let same = [
        ("presence", row["presence"] == presence),
        ("status", row["status"] == truth.row.status),
        ("priority", row["priority"] == truth.row.priority),
        ("entity_id", row["entity_id"] == truth.row.entities_id),
        ("technician_ids", ids(&row["technician_ids"]) == truth.users.assigned),
        ("group_ids", ids(&row["group_ids"]) == truth.groups.assigned),
        ("opened_at", seconds(&row["opened_at"]) == Some(truth.row.date)),
        ("modified_at", seconds(&row["modified_at"]) == Some(truth.row.date_mod)),
        ("solved_at", seconds(&row["solved_at"]) == truth.row.solvedate),
        ("closed_at", seconds(&row["closed_at"]) == truth.row.closedate),
        ("due_ttr_at", seconds(&row["due_ttr_at"]) == truth.row.time_to_resolve),
        ("due_tto_at", seconds(&row["due_tto_at"]) == truth.row.time_to_own),
        ("solve_delay_s", row["solve_delay_s"] == truth.row.solve_delay_stat),
        ("followup_count", row["followup_count"] == truth.followups),
        ("task_count", row["task_count"] == truth.tasks),
        ("solution_count", row["solution_count"] == truth.solutions),
    ];
    same.into_iter().filter(|(_, same)| !same).map(|(column, _)| column)
}

fn ids(value: &Value) -> BTreeSet<i64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_i64).collect()
}

fn seconds(value: &Value) -> Option<i64> {
    DateTime::parse_from_rfc3339(value.as_str()?).ok().map(|at| at.timestamp())
}
