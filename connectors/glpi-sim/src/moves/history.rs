//! History: the Log rows a move leaves behind.

use std::sync::Arc;

use super::Hand;
use crate::rows::{Id, Log, Seconds, naive};

// Search options, as the history names fields.
pub(super) const TITLE: i32 = 1;
pub(super) const PRIORITY: i32 = 3;
pub(super) const CATEGORY: i32 = 7;
pub(super) const STATUS: i32 = 12;
pub(super) const TYPE: i32 = 14;
pub(super) const OPENED: i32 = 15;
pub(super) const CLOSED_AT: i32 = 16;
pub(super) const SOLVED_AT: i32 = 17;
pub(super) const SATISFACTION: i32 = 62;
pub(super) const SATISFACTION_COMMENT: i32 = 63;
pub(super) const LAST_EDITOR: i32 = 64;
pub(super) const ENTITY: i32 = 80;
pub(super) const TAKEN_INTO_ACCOUNT: i32 = 150;

// Linked actions.
pub(super) const FIELD: i32 = 0;
pub(super) const MESSAGE: i32 = 12;
pub(super) const TRASHED: i32 = 13;
pub(super) const RELATION_ADDED: i32 = 15;
pub(super) const RELATION_REMOVED: i32 = 16;
pub(super) const PART_ADDED: i32 = 17;
pub(super) const CREATED: i32 = 20;

/// Longest value the history keeps, in characters.
const VALUE_CHARS_MAX: usize = 180;

/// A value of the history; `None` is SQL NULL.
pub(super) type Text = Option<Arc<str>>;

/// What a history row says beside who, when and about what.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) link: &'static str,
    pub(super) action: i32,
    pub(super) option: i32,
    pub(super) old: Text,
    pub(super) new: Text,
}

impl Hand<'_> {
    /// A field of a ticket changed.
    pub(super) fn field(&mut self, ticket: Id, option: i32, old: impl Into<Text>, new: impl Into<Text>) {
        let (old, new) = (old.into(), new.into());
        self.tell("Ticket", ticket, Line { link: "", action: FIELD, option, old, new });
    }

    /// A person or group came to a ticket.
    pub(super) fn relation_added(&mut self, ticket: Id, link: &'static str, option: i32, name: Arc<str>) {
        let old = Some(self.nothing());
        self.tell("Ticket", ticket, Line { link, action: RELATION_ADDED, option, old, new: Some(name) });
    }

    /// A person or group left a ticket; the history forgets in which role.
    pub(super) fn relation_removed(&mut self, ticket: Id, link: &'static str, name: Arc<str>) {
        let new = Some(self.nothing());
        self.tell("Ticket", ticket, Line { link, action: RELATION_REMOVED, option: 0, old: Some(name), new });
    }

    /// A followup, task or solution came to a ticket.
    pub(super) fn part_added(&mut self, ticket: Id, link: &'static str, name: String) {
        let old = Some(self.nothing());
        let part = Line { link, action: PART_ADDED, option: 0, old, new: Some(name.into()) };
        self.tell("Ticket", ticket, part);
    }

    /// A row that has its own history was made, or put away.
    pub(super) fn event(&mut self, itemtype: &'static str, id: Id, action: i32) {
        let (old, new) = (Some(self.nothing()), Some(self.nothing()));
        self.tell(itemtype, id, Line { link: "0", action, option: 0, old, new });
    }

    /// Writes one history row.
    pub(super) fn tell(&mut self, itemtype: &'static str, id: Id, line: Line) {
        let row = Log {
            id: 0,
            itemtype: self.word(itemtype),
            items_id: id,
            itemtype_link: self.word(line.link),
            linked_action: line.action,
            user_name: self.author(),
            date_mod: self.at,
            id_search_option: line.option,
            old_value: line.old,
            new_value: line.new,
            extra: None,
        };
        self.desk.insert(row);
    }

    /// The empty value.
    pub(super) fn nothing(&mut self) -> Arc<str> {
        self.word("")
    }

    /// An instant as the server prints it; the empty value for none.
    pub(super) fn instant(&mut self, at: Option<Seconds>) -> Arc<str> {
        match at {
            // Hardly an instant repeats, so sharing it would only cost.
            Some(at) => naive::to_text(at, self.rules.zone).into(),
            None => self.nothing(),
        }
    }
}

/// A text as the history keeps it, cut when too long.
pub(super) fn cut(text: &Arc<str>) -> Arc<str> {
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => text[..end].into(),
        None => Arc::clone(text),
    }
}
