//! Log: the history of every item.

use super::shape::row;

row! {
    /// One line of history.
    Log, "Log", of |row| (&*row.itemtype == "Ticket").then_some(row.items_id);
    /// What changed.
    itemtype: text,
    /// The id of what changed.
    items_id: int,
    /// The type of the related item, "0" or nothing when there is none.
    itemtype_link: text,
    /// 0 field, 12 message, 13 trashed, 14 restored, 15 to 21 relations and sub-items, 20 created.
    linked_action: small,
    /// "Last First (id)", or the job that did it.
    user_name: text,
    /// When.
    date_mod: time,
    /// Which field or role.
    id_search_option: small,
    /// Value before.
    old_value: maybe_text,
    /// Value after.
    new_value: maybe_text,
}
