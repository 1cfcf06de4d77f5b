//! Foreign: which item type a column such as `users_id_recipient` points at.

use crate::desk::Desk;
use crate::rows::{Id, Object};

const TYPES: &[(&str, &str)] = &[
    ("entities_id", "Entity"),
    ("users_id", "User"),
    ("groups_id", "Group"),
    ("suppliers_id", "Supplier"),
    ("requesttypes_id", "RequestType"),
    ("itilcategories_id", "ITILCategory"),
    ("slas_id", "SLA"),
    ("olas_id", "OLA"),
    ("slms_id", "SLM"),
    ("slalevels_id", "SlaLevel"),
    ("olalevels_id", "OlaLevel"),
    ("locations_id", "Location"),
    ("tickets_id", "Ticket"),
    ("calendars_id", "Calendar"),
    ("holidays_id", "Holiday"),
    ("profiles_id", "Profile"),
    ("solutiontypes_id", "SolutionType"),
    ("taskcategories_id", "TaskCategory"),
    ("itilfollowups_id", "ITILFollowup"),
    ("pendingreasons_id", "PendingReason"),
    ("tasktemplates_id", "TaskTemplate"),
];

/// The item type a column points at; a suffix names the role (`users_id_recipient`).
pub(super) fn itemtype(column: &str) -> Option<&'static str> {
    let role = |rest: &str| rest.is_empty() || rest.starts_with('_');
    TYPES.iter().find(|(key, _)| column.strip_prefix(key).is_some_and(role)).map(|(_, itemtype)| *itemtype)
}

/// The name of a row as stored: a tree's whole path, else its name.
pub(super) fn name<'a>(desk: &'a Desk, itemtype: &str, id: Id) -> Option<&'a str> {
    let row: &Object = desk.row(itemtype, id)?;
    row.get("completename").or_else(|| row.get("name")).and_then(serde_json::Value::as_str)
}

/// The database table of an item type.
pub(super) fn table(itemtype: &str) -> String {
    let parts: Vec<String> = itemtype.split('_').map(|part| plural(&part.to_lowercase())).collect();
    format!("glpi_{}", parts.join("_"))
}

fn plural(word: &str) -> String {
    match word.strip_suffix('y') {
        Some(stem) if !stem.ends_with(['a', 'e', 'o']) => format!("{stem}ies"),
        _ => format!("{word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_point_at_item_types() {
        assert_eq!(itemtype("users_id_lastupdater"), Some("User"));
        assert_eq!(itemtype("slalevels_id_ttr"), Some("SlaLevel"));
        assert_eq!(itemtype("items_id"), None);
        assert_eq!(itemtype("id"), None);
    }

    #[test]
    fn tables_are_plurals() {
        assert_eq!(table("Ticket"), "glpi_tickets");
        assert_eq!(table("Ticket_User"), "glpi_tickets_users");
        assert_eq!(table("ITILCategory"), "glpi_itilcategories");
        assert_eq!(table("Holiday"), "glpi_holidays");
    }
}
