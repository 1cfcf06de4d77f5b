//! Table: the rows of one item type, findable by id and by ticket.

use std::collections::HashMap;

use super::slots::Slots;
use crate::rows::{Id, Row};

/// All rows of one typed item type.
#[derive(Debug, Clone)]
pub struct Table<R> {
    slots: Slots<R>,
    by_ticket: HashMap<Id, Vec<Id>>,
    last_id: Id,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self { slots: Slots::default(), by_ticket: HashMap::new(), last_id: 0 }
    }
}

impl<R: Row> Table<R> {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The highest id ever given.
    pub fn last_id(&self) -> Id {
        self.last_id
    }

    /// One row.
    pub fn get(&self, id: Id) -> Option<&R> {
        self.slots.get(id)
    }

    /// All rows by id.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &R> {
        self.slots.iter()
    }

    /// Rows by id after the first `skip`.
    pub fn from(&self, skip: usize) -> impl Iterator<Item = &R> {
        self.slots.from(skip)
    }

    /// Rows from the highest id down after the first `skip`.
    pub fn back(&self, skip: usize) -> impl Iterator<Item = &R> {
        self.slots.back(skip)
    }

    /// The rows of a ticket, by id.
    pub fn of_ticket(&self, ticket: Id) -> impl Iterator<Item = &R> {
        self.by_ticket.get(&ticket).into_iter().flatten().filter_map(|id| self.get(*id))
    }

    /// Keeps a row; an id of 0 becomes the next one.
    pub(super) fn insert(&mut self, mut row: R) -> Id {
        if row.id() == 0 {
            row.set_id(self.last_id + 1);
        }
        let (id, ticket) = (row.id(), row.ticket());
        self.last_id = self.last_id.max(id);
        if let Some(old) = self.slots.insert(row).and_then(|old| old.ticket()) {
            self.unhang(old, id);
        }
        if let Some(ticket) = ticket {
            self.hang(ticket, id);
        }
        id
    }

    pub(super) fn update<T>(&mut self, id: Id, change: impl FnOnce(&mut R) -> T) -> Option<T> {
        let row = self.slots.get_mut(id)?;
        let before = row.ticket();
        let answer = change(row);
        // The id is the row's place: a change cannot move it.
        row.set_id(id);
        let after = row.ticket();
        if before != after {
            if let Some(before) = before {
                self.unhang(before, id);
            }
            if let Some(after) = after {
                self.hang(after, id);
            }
        }
        Some(answer)
    }

    pub(super) fn delete(&mut self, id: Id) -> Option<R> {
        let row = self.slots.remove(id)?;
        if let Some(ticket) = row.ticket() {
            self.unhang(ticket, id);
        }
        Some(row)
    }

    pub(super) fn forget(&mut self, ticket: Id) {
        for id in self.by_ticket.remove(&ticket).unwrap_or_default() {
            self.slots.remove(id);
        }
    }

    pub(super) fn reserve_id(&mut self, id: Id) {
        self.last_id = self.last_id.max(id);
    }

    fn hang(&mut self, ticket: Id, id: Id) {
        let ids = self.by_ticket.entry(ticket).or_default();
        if let Err(at) = ids.binary_search(&id) {
            ids.insert(at, id);
        }
    }

    fn unhang(&mut self, ticket: Id, id: Id) {
        if let Some(ids) = self.by_ticket.get_mut(&ticket) {
            ids.retain(|known| *known != id);
        }
    }
}
