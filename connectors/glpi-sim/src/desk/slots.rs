//! Slots: rows in id order, dense in memory.
//!
//! Ids grow, so a row is nearly always appended; a deleted row leaves a gap until gaps are worth a tidy.

use crate::rows::{Id, Record, Row};

// A quarter of gaps costs less than tidying more often would.
const GAPS_MIN: usize = 1024;

#[derive(Debug, Clone)]
pub(super) struct Slots<R> {
    ids: Vec<Id>,
    rows: Vec<Option<R>>,
    gaps: usize,
}

impl<R> Default for Slots<R> {
    fn default() -> Self {
        Self { ids: Vec::new(), rows: Vec::new(), gaps: 0 }
    }
}

impl<R: Row> Slots<R> {
    pub(super) fn len(&self) -> usize {
        self.rows.len() - self.gaps
    }

    pub(super) fn get(&self, id: Id) -> Option<&R> {
        self.rows[self.ids.binary_search(&id).ok()?].as_ref()
    }

    pub(super) fn get_mut(&mut self, id: Id) -> Option<&mut R> {
        self.rows[self.ids.binary_search(&id).ok()?].as_mut()
    }

    pub(super) fn insert(&mut self, row: R) -> Option<R> {
        let id = row.id();
        if self.ids.last().is_none_or(|last| *last < id) {
            self.ids.push(id);
            self.rows.push(Some(row));
            return None;
        }
        match self.ids.binary_search(&id) {
            Ok(at) => {
                let old = self.rows[at].replace(row);
                self.gaps -= usize::from(old.is_none());
                old
            }
            Err(at) => {
                self.ids.insert(at, id);
                self.rows.insert(at, Some(row));
                None
            }
        }
    }

    pub(super) fn remove(&mut self, id: Id) -> Option<R> {
        let at = self.ids.binary_search(&id).ok()?;
        let old = self.rows[at].take()?;
        self.gaps += 1;
        if self.gaps > GAPS_MIN && self.gaps * 4 > self.rows.len() {
            self.tidy();
        }
        Some(old)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &R> {
        self.rows.iter().filter_map(Option::as_ref)
    }

    /// Rows by id from a position on, without walking to it when there are no gaps.
    pub(super) fn from(&self, skip: usize) -> Box<dyn Iterator<Item = &R> + '_> {
        if self.gaps == 0 {
            return Box::new(self.rows[skip.min(self.rows.len())..].iter().flatten());
        }
        Box::new(self.iter().skip(skip))
    }

    /// The same from the highest id down.
    pub(super) fn back(&self, skip: usize) -> Box<dyn Iterator<Item = &R> + '_> {
        if self.gaps == 0 {
            return Box::new(self.rows[..self.rows.len().saturating_sub(skip)].iter().rev().flatten());
        }
        Box::new(self.iter().rev().skip(skip))
    }

    fn tidy(&mut self) {
        self.rows.retain(Option::is_some);
        self.ids = self.rows.iter().flatten().map(Record::id).collect();
        self.gaps = 0;
    }
}
