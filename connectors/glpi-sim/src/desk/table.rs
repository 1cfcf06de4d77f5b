//! Table: the rows of one item type, findable by id and by ticket.

use std::collections::HashMap;

use super::slots::{Slots, first};
use crate::rows::{Id, Row};

/// All rows of one typed item type.
#[derive(Debug, Clone)]
pub struct Table<R> {
    slots: Slots<R>,
    by_ticket: HashMap<Id, Vec<Id>>,
    /// The rows that hang on no ticket, by id.
    loose: Vec<Id>,
    last_id: Id,
}

impl<R> Default for Table<R> {
    fn default() -> Self {
        Self { slots: Slots::default(), by_ticket: HashMap::new(), loose: Vec::new(), last_id: 0 }
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

    /// How many rows hang on a ticket.
    pub fn hung(&self) -> usize {
        self.len() - self.loose.len()
    }

    /// Rows that hang on a ticket, by id after the first `skip` of them.
    pub fn hung_from(&self, skip: usize) -> impl Iterator<Item = &R> {
        self.slots.from(self.rows_before_hung(skip)).filter(|row| row.ticket().is_some())
    }

    /// The same from the highest id down.
    pub fn hung_back(&self, skip: usize) -> impl Iterator<Item = &R> {
        let before = self.rows_before_hung(self.hung().saturating_sub(skip));
        self.slots.back(self.len() - before).filter(|row| row.ticket().is_some())
    }

    /// How many rows come before the one that so many hung rows come before.
    fn rows_before_hung(&self, hung: usize) -> usize {
        let loose = first(self.loose.len(), |nth| self.slots.before(self.loose[nth]) - nth > hung);
        (hung + loose).min(self.len())
    }

    /// Keeps a row; an id of 0 becomes the next one.
    pub(super) fn insert(&mut self, mut row: R) -> Id {
        if row.id() == 0 {
            row.set_id(self.last_id + 1);
        }
        let (id, ticket) = (row.id(), row.ticket());
        self.last_id = self.last_id.max(id);
        if let Some(old) = self.slots.insert(row) {
            self.unhang(old.ticket(), id);
        }
        self.hang(ticket, id);
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
            self.unhang(before, id);
            self.hang(after, id);
        }
        Some(answer)
    }

    pub(super) fn delete(&mut self, id: Id) -> Option<R> {
        let row = self.slots.remove(id)?;
        self.unhang(row.ticket(), id);
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

    fn hang(&mut self, ticket: Option<Id>, id: Id) {
        let ids = match ticket {
            Some(ticket) => self.by_ticket.entry(ticket).or_default(),
            None => &mut self.loose,
        };
        if let Err(at) = ids.binary_search(&id) {
            ids.insert(at, id);
        }
    }

    fn unhang(&mut self, ticket: Option<Id>, id: Id) {
        let ids = match ticket {
            Some(ticket) => self.by_ticket.get_mut(&ticket),
            None => Some(&mut self.loose),
        };
        if let Some(ids) = ids
            && let Ok(at) = ids.binary_search(&id)
        {
            ids.remove(at);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::rows::Log;

    #[test]
    fn pages_of_hung_rows_are_the_same_as_by_walking_to_them() {
        let mut table: Table<Log> = Table::default();
        for id in 1..=120 {
            let itemtype = if id % 7 < 3 { "User" } else { "Ticket" };
            table.insert(Log { id, itemtype: itemtype.into(), items_id: id / 10, ..Log::default() });
        }
        table.forget(5);
        table.delete(2).unwrap();
        table.update(80, |row| row.itemtype = "Group".into()).unwrap();
        table.update(84, |row| row.itemtype = "Ticket".into()).unwrap();
        let up: Vec<Id> = table.iter().filter(|row| row.ticket().is_some()).map(|row| row.id).collect();
        assert_eq!(up.len(), table.hung());
        for skip in 0..=up.len() + 2 {
            let rest = skip.min(up.len());
            assert_eq!(table.hung_from(skip).map(|row| row.id).collect::<Vec<_>>(), up[rest..], "{skip}");
            let down: Vec<Id> = up[..up.len() - rest].iter().rev().copied().collect();
            assert_eq!(table.hung_back(skip).map(|row| row.id).collect::<Vec<_>>(), down, "{skip}");
        }
    }
}
