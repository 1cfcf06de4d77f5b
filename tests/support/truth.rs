//! The simulator's truth beside what Farol stored.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use glpi_sim::{Desk, truth::Presence};
use serde_json::Value;

use crate::Home;

/// Every ticket of `desk` is stored once, as it is now, and nothing else is counted; events have an id each, once.
pub fn assert_equals_truth(home: &Home, desk: &Desk) {
    let stored: BTreeMap<i64, Value> = by_id(home.rows("tickets"));
    let truths = desk.truths();
    let mut wrong = Vec::new();
    for truth in &truths {
        let id = truth.row.id;
        let Some(row) = stored.get(&id) else {
            wrong.push(format!("ticket {id} is missing"));
            continue;
        };
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
        for (column, _) in same.iter().filter(|(_, same)| !same) {
            wrong.push(format!("ticket {id}: {column} is {}, the truth is {truth:?}", row[*column]));
        }
    }
    let there: BTreeSet<i64> = truths.iter().map(|truth| truth.row.id).collect();
    for (id, row) in stored.iter().filter(|(id, _)| !there.contains(id)) {
        if row["presence"] != "purged" {
            wrong.push(format!("ticket {id} is {} but GLPI has no such ticket", row["presence"]));
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
    assert_each_event_once(home);
}

/// No event id twice, and both conservation equations hold.
fn assert_each_event_once(home: &Home) {
    let events = home.rows("ticket_events");
    let names: BTreeSet<&str> = events.iter().map(|event| event["event_id"].as_str().unwrap()).collect();
    assert_eq!(names.len(), events.len(), "an event id stands in two rows");
    let status = home.status();
    let sum = |group: &str, names: &[&str]| names.iter().map(|name| status[group][name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("rows", &["fetched"]), sum("rows", &["repeated", "converted", "filtered", "dead"]), "{status}");
    assert_eq!(sum("events", &["appended"]), sum("events", &["stored", "repeated", "filtered", "dead"]), "{status}");
}

fn by_id(rows: Vec<Value>) -> BTreeMap<i64, Value> {
    let count = rows.len();
    let map: BTreeMap<i64, Value> = rows.into_iter().map(|row| (row["ticket_id"].as_i64().unwrap(), row)).collect();
    assert_eq!(map.len(), count, "a ticket has two current rows");
    map
}

fn ids(value: &Value) -> BTreeSet<i64> {
    value.as_array().unwrap().iter().map(|id| id.as_i64().unwrap()).collect()
}

fn seconds(value: &Value) -> Option<i64> {
    value.as_str().map(|text| DateTime::parse_from_rfc3339(text).unwrap().timestamp())
}
