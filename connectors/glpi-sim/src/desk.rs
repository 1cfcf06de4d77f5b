//! Desk: the database of a GLPI, held in memory.
//!
//! A desk stores what the API of its version returns: encoded text in 10.x, raw text from 11 on. It
//! keeps rows, ids and the list of purged tickets; GLPI's business rules live elsewhere and call
//! `insert`, `update` and `delete`. Nobody is asked for rights here.

mod load;
mod records;
mod save;
mod shared;
mod slots;
mod table;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::rows::naive::Zone;
use crate::rows::{GroupTicket, Id, Object, Seconds, SupplierTicket, Texts, Ticket, TicketUser};

pub use load::Error;
pub use records::Records;
pub use shared::SharedDesk;
pub use table::Table;
pub use tables::{Stored, Tables};

/// One GLPI database.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    tables: Tables,
    others: BTreeMap<String, BTreeMap<Id, Object>>,
    texts: Texts,
    purged: BTreeSet<Id>,
    notes: Object,
    zone: Option<Zone>,
}

impl Desk {
    /// An empty desk of a GLPI version such as "10.0.19" or "11.0.2".
    pub fn new(version: &str) -> Self {
        let mut desk = Self::default();
        desk.notes.insert(load::VERSION.to_owned(), version.into());
        desk
    }

    /// GLPI's version.
    pub fn version(&self) -> &str {
        self.notes.get(load::VERSION).and_then(serde_json::Value::as_str).unwrap_or("10.0.19")
    }

    /// Whether text is stored (and returned) encoded, as every version before 11 does.
    pub fn encodes_text(&self) -> bool {
        self.version().split('.').next().and_then(|major| major.parse::<u32>().ok()).is_none_or(|major| major < 11)
    }

    /// `text` as this desk stores it, shared: `<`, `>` and `&` encoded before version 11.
    pub fn text(&mut self, text: &str) -> Arc<str> {
        if self.encodes_text() && text.contains(['&', '<', '>']) {
            let encoded = text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;");
            return self.texts.share(&encoded);
        }
        self.texts.share(text)
    }

    /// `text` exactly as it is, shared.
    pub fn raw_text(&mut self, text: &str) -> Arc<str> {
        self.texts.share(text)
    }

    /// What the file said of the session that recorded it: `getFullSession`.
    pub fn recorded_session(&self) -> Option<&Object> {
        self.notes.get(load::SESSION).and_then(serde_json::Value::as_object)
    }

    /// When the desk was recorded, by its session or else its newest ticket.
    pub fn recorded_at(&self) -> Option<Seconds> {
        let session = self.recorded_session().and_then(|session| session.get("glpi_currenttime"));
        let zone = self.zone.unwrap_or(Zone::UTC);
        session
            .and_then(serde_json::Value::as_str)
            .and_then(|text| crate::rows::naive::to_seconds(text, zone))
            .or_else(|| self.table::<Ticket>().iter().map(|ticket| ticket.date_mod).max())
    }

    /// All rows of a typed item type.
    pub fn table<R: Stored>(&self) -> &Table<R> {
        R::table(&self.tables)
    }

    /// One row.
    pub fn get<R: Stored>(&self, id: Id) -> Option<&R> {
        self.table::<R>().get(id)
    }

    /// The rows of a ticket, by id.
    pub fn of_ticket<R: Stored>(&self, ticket: Id) -> impl Iterator<Item = &R> {
        self.table::<R>().of_ticket(ticket)
    }

    /// Keeps a row; an id of 0 becomes the next one. Answers the id.
    pub fn insert<R: Stored>(&mut self, row: R) -> Id {
        R::table_mut(&mut self.tables).insert(row)
    }

    /// Changes a row in place and answers what the change answered, `None` when the row is missing.
    pub fn update<R: Stored, T>(&mut self, id: Id, change: impl FnOnce(&mut R) -> T) -> Option<T> {
        R::table_mut(&mut self.tables).update(id, change)
    }

    /// Removes a row for good; its id is never given again.
    pub fn delete<R: Stored>(&mut self, id: Id) -> Option<R> {
        R::table_mut(&mut self.tables).delete(id)
    }

    /// Removes a ticket and all that hangs on it, history included. Nothing is left but its id in `purged`.
    pub fn purge(&mut self, ticket: Id) -> Option<Ticket> {
        let row = self.delete::<Ticket>(ticket)?;
        self.tables.forget(ticket);
        self.purged.insert(ticket);
        Some(row)
    }

    /// The ids of purged tickets.
    pub fn purged(&self) -> &BTreeSet<Id> {
        &self.purged
    }

    /// The untyped rows of an item type, by id; `None` when the desk has no such type.
    pub fn rows(&self, itemtype: &str) -> Option<&BTreeMap<Id, Object>> {
        self.others.get(itemtype)
    }

    /// One untyped row.
    pub fn row(&self, itemtype: &str, id: Id) -> Option<&Object> {
        self.others.get(itemtype)?.get(&id)
    }

    /// Keeps an untyped row. A row without id gets the next one; times in it are UTC text. Answers the id.
    pub fn insert_row(&mut self, itemtype: &str, mut row: Object) -> Id {
        let rows = self.others.entry(itemtype.to_owned()).or_default();
        let id = match row.get("id").and_then(serde_json::Value::as_i64) {
            Some(id) => id,
            None => rows.keys().next_back().map_or(1, |last| last + 1),
        };
        if !row.contains_key("id") {
            row.shift_insert(0, "id".to_owned(), id.into());
        }
        rows.insert(id, row);
        id
    }

    /// Changes an untyped row in place.
    pub fn update_row<T>(&mut self, itemtype: &str, id: Id, change: impl FnOnce(&mut Object) -> T) -> Option<T> {
        self.others.get_mut(itemtype)?.get_mut(&id).map(change)
    }

    /// Removes an untyped row for good.
    pub fn delete_row(&mut self, itemtype: &str, id: Id) -> Option<Object> {
        self.others.get_mut(itemtype)?.remove(&id)
    }

    /// Declares an item type, so that an empty collection is answered instead of an unknown type.
    pub fn declare(&mut self, itemtype: &str) {
        self.others.entry(itemtype.to_owned()).or_default();
    }

    /// The users of a ticket in a role: 1 requester, 2 assigned, 3 observer.
    pub fn users(&self, ticket: Id, role: i32) -> impl Iterator<Item = Id> {
        self.of_ticket::<TicketUser>(ticket).filter(move |link| link.role == role).map(|link| link.users_id)
    }

    /// The groups of a ticket in a role: 1 requester, 2 assigned, 3 observer.
    pub fn groups(&self, ticket: Id, role: i32) -> impl Iterator<Item = Id> {
        self.of_ticket::<GroupTicket>(ticket).filter(move |link| link.role == role).map(|link| link.groups_id)
    }

    /// The suppliers of a ticket.
    pub fn suppliers(&self, ticket: Id) -> impl Iterator<Item = Id> {
        self.of_ticket::<SupplierTicket>(ticket).map(|link| link.suppliers_id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
    use super::*;
    use crate::rows::Log;

    #[test]
    fn the_recorded_desk_survives_saving() {
        let desk = Desk::recorded().unwrap();
        let folder = std::env::temp_dir().join(format!("glpi-sim-desk-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("desk.json.gz");
        desk.save(&path, Zone::UTC).unwrap();
        let original = load::parse(include_bytes!("../data/desk-10.0.19.json.gz")).unwrap();
        let saved = load::parse(&std::fs::read(&path).unwrap()).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        for (name, value) in &original {
            assert_eq!(saved.get(name), Some(value), "{name}");
        }
    }

    #[test]
    fn a_purged_ticket_leaves_nothing() {
        let mut desk = Desk::recorded().unwrap();
        let id = desk.table::<Ticket>().iter().next().unwrap().id;
        let before = desk.count("Log");
        assert!(desk.of_ticket::<Log>(id).count() > 0);
        desk.purge(id).unwrap();
        assert!(desk.get::<Ticket>(id).is_none());
        assert_eq!(desk.of_ticket::<Log>(id).count(), 0);
        assert!(desk.count("Log") < before);
        assert!(desk.table::<Log>().iter().all(|log| !(&*log.itemtype == "Ticket" && log.items_id == id)));
        assert!(desk.purged().contains(&id));
    }

    #[test]
    fn ids_are_never_given_twice() {
        let mut desk = Desk::new("10.0.19");
        let first = desk.insert(Ticket::default());
        desk.delete::<Ticket>(first).unwrap();
        assert_eq!(desk.insert(Ticket::default()), first + 1);
    }

    #[test]
    fn text_is_encoded_before_version_11_only() {
        assert_eq!(&*Desk::new("10.0.19").text("<p>R&D</p>"), "&#60;p&#62;R&#38;D&#60;/p&#62;");
        assert_eq!(&*Desk::new("11.0.2").text("<p>R&D</p>"), "<p>R&D</p>");
    }
}
