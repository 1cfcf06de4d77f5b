//! Records: rows of any item type, read column by column.

use std::collections::BTreeMap;

use super::{Desk, Tables};
use crate::rows::{Id, Record};

/// Rows of one item type, whatever it is.
pub type Records<'a> = Box<dyn Iterator<Item = &'a dyn Record> + 'a>;

impl Desk {
    /// Whether the desk has this item type, however few rows.
    pub fn knows(&self, itemtype: &str) -> bool {
        Tables::ITEMTYPES.contains(&itemtype) || self.others.contains_key(itemtype)
    }

    /// All item types, the typed ones first.
    pub fn itemtypes(&self) -> impl Iterator<Item = &str> {
        Tables::ITEMTYPES.iter().copied().chain(self.others.keys().map(String::as_str))
    }

    /// One row of any item type.
    pub fn record(&self, itemtype: &str, id: Id) -> Option<&dyn Record> {
        match self.tables.record(itemtype, id) {
            Some(found) => found,
            None => self.row(itemtype, id).map(|row| row as &dyn Record),
        }
    }

    /// All rows of any item type, by id.
    pub fn records<'a>(&'a self, itemtype: &str) -> Records<'a> {
        match self.tables.records(itemtype) {
            Some(rows) => rows,
            None => match self.others.get(itemtype) {
                Some(rows) => Box::new(rows.values().map(|row| row as &dyn Record)),
                None => Box::new(std::iter::empty()),
            },
        }
    }

    /// How many rows an item type has.
    pub fn count(&self, itemtype: &str) -> usize {
        self.tables.count(itemtype).unwrap_or_else(|| self.others.get(itemtype).map_or(0, BTreeMap::len))
    }

    /// Rows by id after the first `skip`, from the highest id down when `down`.
    pub fn page<'a>(&'a self, itemtype: &str, skip: usize, down: bool) -> Records<'a> {
        if let Some(rows) = self.tables.page(itemtype, skip, down) {
            return rows;
        }
        let Some(rows) = self.others.get(itemtype) else { return Box::new(std::iter::empty()) };
        let rows = rows.values().map(|row| row as &dyn Record);
        if down { Box::new(rows.rev().skip(skip)) } else { Box::new(rows.skip(skip)) }
    }

    /// How many rows hang on tickets, and those of them after the first `skip` as [`Desk::page`] has them. `None` when the
    /// item type has no table.
    pub fn hung_page(&self, itemtype: &str, skip: usize, down: bool) -> Option<(usize, Records<'_>)> {
        self.tables.hung_page(itemtype, skip, down)
    }

    /// The rows of a ticket by id, `None` when the item type hangs on no ticket.
    pub fn records_of_ticket(&self, itemtype: &str, ticket: Id) -> Option<Records<'_>> {
        self.tables.of_ticket(itemtype, ticket)
    }
}
