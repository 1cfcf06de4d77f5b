//! Rows as GLPI writes them, and what they mean.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod golden;
mod recorded;

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::*;

fn context() -> Context {
    Context {
        instance: Instance::new("desk").unwrap(),
        version: "10.0.19".parse().unwrap(),
        zone: Tz::UTC,
        observed_at: at("2026-11-23 14:00:00"),
    }
}

fn paris() -> Context {
    Context { zone: Tz::Europe__Paris, ..context() }
}

fn at(text: &str) -> Instant {
    crate::zone::read(text, Tz::UTC).unwrap().at.into()
}

fn ticket_row() -> Value {
    json!({
        "id": 2, "entities_id": 0, "name": "R&#38;D laptop", "date": "2026-11-20 08:00:00", "closedate": null,
        "solvedate": null, "takeintoaccountdate": "2026-11-20 09:30:00", "date_mod": "2026-11-20 10:00:00",
        "date_creation": "2026-11-20 08:00:01", "users_id_recipient": 46, "requesttypes_id": 0, "status": 2,
        "content": "&#60;p&#62;private words&#60;/p&#62;", "urgency": 5, "impact": 3, "priority": 4,
        "itilcategories_id": 7, "type": 2, "global_validation": 1, "slas_id_ttr": 5, "slas_id_tto": 0,
        "time_to_resolve": "2026-11-27 18:00:00", "time_to_own": null, "waiting_duration": 60,
        "begin_waiting_date": null, "sla_waiting_duration": 0, "takeintoaccount_delay_stat": 0, "solve_delay_stat": 0,
        "close_delay_stat": 0,
        "actiontime": 3600, "is_deleted": 0, "locations_id": 0, "plugin_column": {"odd": true},
    })
}

fn log_row(action: i64, linked: &str, option: i64, old: &str, new: &str) -> Value {
    json!({
        "id": 900, "itemtype": "Ticket", "items_id": 2, "itemtype_link": linked, "linked_action": action,
        "user_name": "Silva Ana (7)", "date_mod": "2026-11-20 10:00:00", "id_search_option": option,
        "old_value": old, "new_value": new,
    })
}

/// The row with one column changed; without it where the value is `Null` and `column` starts with a minus.
fn with(mut row: Value, column: &str, value: Value) -> Value {
    let fields = row.as_object_mut().unwrap();
    match column.strip_prefix('-') {
        Some(column) => drop(fields.shift_remove(column)),
        None => drop(fields.insert(column.to_owned(), value)),
    }
    row
}

fn told(row: &Value) -> Vec<Body> {
    child(Kind::Log, row, &context()).unwrap().drafts.into_iter().map(|draft| draft.body).collect()
}

fn reason(row: &Value) -> String {
    ticket(row, &context()).unwrap_err().0
}
