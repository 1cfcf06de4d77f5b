//! Raw rows of the source: what dead letters may show of them.
//!
//! Fields are judged by their names, at any depth, for a row that becomes a dead letter rarely has the expected shape.

use serde_json::{Map, Value};

use super::{Masker, PERSON, people::id_only};

/// Fields with texts that people write to each other, and notes about them. A survey's comment follows the policy instead.
const TEXT_FIELDS: [&str; 7] =
    ["content", "comment", "comments", "comment_submission", "comment_validation", "notepad", "mailing_signature"];
/// Parts of the names of fields with secrets.
const SECRET_PARTS: [&str; 5] = ["password", "passwd", "token", "secret", "cookie"];
/// GLPI's log: a relation came or went.
const RELATION_ACTIONS: [i64; 3] = [15, 16, 21];
/// GLPI's log: relations, and actions whose values are numbers or nothing.
const KNOWN_ACTIONS: [i64; 9] = [13, 14, 15, 16, 17, 18, 19, 20, 21];

/// `raw` without what the policy hides; see [`crate::Chain::mask_raw`].
pub(crate) fn mask_raw(masker: &Masker, itemtype: &str, raw: &str) -> String {
    match serde_json::from_str::<Value>(raw) {
        Ok(mut value) => {
            mask_value(masker, itemtype, &mut value);
            value.to_string()
        }
        // Without fields there is no telling what is personal.
        Err(_) => Value::String(format!("{} bytes that are no JSON, cut out", raw.len())).to_string(),
    }
}

/// The attributes of a person whose name is hidden.
pub(super) fn mask_person(attributes: &str) -> String {
    match serde_json::from_str::<Value>(attributes) {
        Ok(mut value) => {
            hide_words(&mut value);
            value.to_string()
        }
        Err(_) => "{}".to_owned(),
    }
}

fn mask_value(masker: &Masker, itemtype: &str, value: &mut Value) {
    match value {
        Value::Object(row) => mask_row(masker, itemtype, row),
        Value::Array(items) => items.iter_mut().for_each(|item| mask_value(masker, itemtype, item)),
        Value::String(text) => text.clear(),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn mask_row(masker: &Masker, itemtype: &str, row: &mut Map<String, Value>) {
    if itemtype == PERSON && masker.hides_person(number(row.get("id"))) {
        row.iter_mut().for_each(|(key, value)| hide_words_of(key, value));
    }
    if itemtype == "Log" {
        mask_log(masker, row);
    }
    for (key, value) in row.iter_mut() {
        if is_hidden(masker, itemtype, key) {
            hide(value);
        } else if masker.requesters && is_reference(key) {
            hide_name(masker, value);
        } else if value.is_object() || value.is_array() {
            mask_value(masker, itemtype, value);
        }
    }
}

fn is_hidden(masker: &Masker, itemtype: &str, key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    if itemtype == "TicketSatisfaction" && key == "comment" {
        return masker.surveys;
    }
    TEXT_FIELDS.contains(&key.as_str())
        || SECRET_PARTS.iter().any(|part| key.contains(part))
        || (masker.titles && itemtype == "Ticket" && key == "name")
        || ((masker.requesters || masker.people) && key.contains("email"))
}

/// Fields with a person's id, or with a name where an id should be.
fn is_reference(key: &str) -> bool {
    key.starts_with("users_id") || key.starts_with("user_name")
}

/// A row of history. Only those of tickets are read; of others nothing is known.
fn mask_log(masker: &Masker, row: &mut Map<String, Value>) {
    let of_ticket = row.get("itemtype").and_then(Value::as_str) == Some("Ticket");
    let links_person = row.get("itemtype_link").and_then(Value::as_str) == Some(PERSON);
    let (action, option) = (number(row.get("linked_action")), number(row.get("id_search_option")));
    // The technician's name stays, as it does in events; a removal does not tell the role.
    let hides_names = masker.requesters && links_person && option != Some(5);
    let hides_something = masker.titles || masker.requesters || masker.people || masker.surveys;
    for key in ["old_value", "new_value"] {
        let Some(value) = row.get_mut(key) else { continue };
        match (action, option, &mut *value) {
            (_, _, Value::Null | Value::Bool(_) | Value::Number(_)) => {}
            _ if !of_ticket => hide(value),
            (Some(0), Some(option), Value::String(text)) => masker.history_value(option, text),
            (Some(action), _, Value::String(text)) if RELATION_ACTIONS.contains(&action) && hides_names => {
                *text = id_only(text, &masker.technicians);
            }
            (Some(action), _, Value::String(_)) if KNOWN_ACTIONS.contains(&action) => {}
            (_, _, Value::String(_)) if !hides_something => {}
            _ => hide(value),
        }
    }
}

fn hide_name(masker: &Masker, value: &mut Value) {
    match value {
        Value::String(text) if text.parse::<i64>().is_ok() => {}
        Value::String(text) => *text = id_only(text, &masker.technicians),
        Value::Object(_) | Value::Array(_) => hide(value),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn hide(value: &mut Value) {
    if !value.is_null() {
        *value = Value::String(String::new());
    }
}

fn hide_words_of(key: &str, value: &mut Value) {
    if !(key.contains("date") || key == "last_login") {
        hide_words(value);
    }
}

fn hide_words(value: &mut Value) {
    match value {
        Value::String(text) => text.clear(),
        Value::Array(items) => items.iter_mut().for_each(hide_words),
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| hide_words_of(key, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn number(value: Option<&Value>) -> Option<i64> {
    let value = value?;
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    const ALL: &str = "titles = 'hide'\nrequester_names = 'hide'\nperson_names = 'hide'\nsurvey_comments = 'hide'";

    fn check(policy: &str, itemtype: &str, raw: &str, shown: &str) {
        let masker = Masker::new(toml::from_str(policy).unwrap());
        let found = mask_raw(&masker, itemtype, raw);
        assert_eq!(found, shown);
        assert_eq!(mask_raw(&masker, itemtype, &found), shown, "masking again changes nothing");
    }

    #[test]
    fn the_text_of_a_ticket_is_cut_out_under_any_policy() {
        let row = r#"{"id":2,"name":"Printer","content":"<p>call me</p>","date":"tomorrow"}"#;
        check("", "Ticket", row, r#"{"id":2,"name":"Printer","content":"","date":"tomorrow"}"#);
        check(ALL, "Ticket", row, r#"{"id":2,"name":"","content":"","date":"tomorrow"}"#);
    }

    #[test]
    fn a_field_of_unexpected_shape_is_hidden_all_the_same() {
        check(ALL, "Ticket", r#"{"name":{"de":"Drucker"},"content":["a"]}"#, r#"{"name":"","content":""}"#);
        check("", "ITILFollowup", r#"[{"row":{"content":"a","id":1}}]"#, r#"[{"row":{"content":"","id":1}}]"#);
    }

    #[test]
    fn secrets_never_reach_a_dead_letter() {
        check(
            "",
            "User",
            r#"{"id":7,"name":"ana","api_token":"x","password":"y"}"#,
            r#"{"id":7,"name":"ana","api_token":"","password":""}"#,
        );
    }

    #[test]
    fn a_person_keeps_numbers_and_dates_only() {
        let row =
            r#"{"id":7,"name":"ana","realname":"Silva","phone":"1","is_active":1,"date_mod":"2026-01-01","x":null}"#;
        let masked = r#"{"id":7,"name":"","realname":"","phone":"","is_active":1,"date_mod":"2026-01-01","x":null}"#;
        check(ALL, "User", row, masked);
        check("person_names = 'hide'\ntechnician_ids = [7]", "User", row, row);
    }

    #[test]
    fn history_shows_numbers_and_no_names() {
        let row = |action, link, option, old, new| {
            format!(
                r#"{{"id":1,"itemtype":"Ticket","itemtype_link":"{link}","linked_action":{action},"user_name":"Silva Ana (7)","id_search_option":{option},"old_value":"{old}","new_value":"{new}"}}"#
            )
        };
        let masked = |row: String| row.replace("Silva Ana ", "");

        check(ALL, "Log", &row(15, "User", 4, "", "Last7 First7 (23)"), &masked(row(15, "User", 4, "", "(23)")));
        check(ALL, "Log", &row(16, "User", 0, "Costa (9)", ""), &masked(row(16, "User", 0, "(9)", "")));
        check(ALL, "Log", &row(15, "User", 5, "", "Costa (9)"), &masked(row(15, "User", 5, "", "Costa (9)")));
        check(ALL, "Log", &row(15, "Group", 8, "", "Field (4)"), &masked(row(15, "Group", 8, "", "Field (4)")));
        check(ALL, "Log", &row(0, "", 12, "1", "2"), &masked(row(0, "", 12, "1", "2")));
        check(ALL, "Log", &row(0, "", 1, "Printer", "Plotter"), &masked(row(0, "", 1, "", "")));
        check(ALL, "Log", &row(1500, "Plugin", 0, "Ana", "Bia"), &masked(row(1500, "Plugin", 0, "", "")));
        check("", "Log", &row(0, "", 21, "secret", "text"), &row(0, "", 21, "", ""));
        check("", "Log", &row(0, "", 1, "Printer", "Plotter"), &row(0, "", 1, "Printer", "Plotter"));
    }

    #[test]
    fn history_of_other_things_shows_no_values() {
        check(
            "",
            "Log",
            r#"{"itemtype":"User","old_value":"Silva","new_value":"Souza"}"#,
            r#"{"itemtype":"User","old_value":"","new_value":""}"#,
        );
    }

    #[test]
    fn requesters_known_by_address_only_are_hidden() {
        let row = r#"{"tickets_id":2,"users_id":0,"alternative_email":"ana@example.org"}"#;
        check(
            "requester_names = 'hide'",
            "Ticket_User",
            row,
            r#"{"tickets_id":2,"users_id":0,"alternative_email":""}"#,
        );
        check("", "Ticket_User", row, row);
    }

    #[test]
    fn survey_comments_follow_the_policy() {
        let row = r#"{"id":3,"satisfaction":1,"comment":"ok"}"#;
        check("", "TicketSatisfaction", row, row);
        check(ALL, "TicketSatisfaction", row, r#"{"id":3,"satisfaction":1,"comment":""}"#);
    }

    #[test]
    fn bytes_that_are_no_json_are_cut_out_whole() {
        let masker = Masker::default();
        assert_eq!(mask_raw(&masker, "Ticket", "<html>Ana"), r#""9 bytes that are no JSON, cut out""#);
        assert_eq!(mask_raw(&masker, "Ticket", "17"), "17");
        assert_eq!(mask_raw(&masker, "Ticket", "\"Ana\""), "\"\"");
    }
}
