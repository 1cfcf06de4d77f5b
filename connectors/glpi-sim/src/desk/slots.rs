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
    /// The places without a row, ascending.
    gaps: Vec<usize>,
}

impl<R> Default for Slots<R> {
    fn default() -> Self {
        Self { ids: Vec::new(), rows: Vec::new(), gaps: Vec::new() }
    }
}

impl<R: Row> Slots<R> {
    pub(super) fn len(&self) -> usize {
        self.rows.len() - self.gaps.len()
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
                if let Ok(gap) = self.gaps.binary_search(&at) {
                    self.gaps.remove(gap);
                }
                old
            }
            Err(at) => {
                self.ids.insert(at, id);
                self.rows.insert(at, Some(row));
                let later = self.gaps.partition_point(|&gap| gap < at);
                self.gaps[later..].iter_mut().for_each(|gap| *gap += 1);
                None
            }
        }
    }

    pub(super) fn remove(&mut self, id: Id) -> Option<R> {
        let at = self.ids.binary_search(&id).ok()?;
        let old = self.rows[at].take()?;
        let gap = self.gaps.partition_point(|&gap| gap < at);
        self.gaps.insert(gap, at);
        if self.gaps.len() > GAPS_MIN && self.gaps.len() * 4 > self.rows.len() {
            self.tidy();
        }
        Some(old)
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &R> {
        self.rows.iter().filter_map(Option::as_ref)
    }

    /// Rows by id after the first `skip`, without walking to them.
    pub(super) fn from(&self, skip: usize) -> impl Iterator<Item = &R> {
        self.rows[self.place(skip)..].iter().flatten()
    }

    /// The same from the highest id down.
    pub(super) fn back(&self, skip: usize) -> impl Iterator<Item = &R> {
        self.rows[..self.place(self.len().saturating_sub(skip))].iter().rev().flatten()
    }

    /// How many rows have a lower id.
    pub(super) fn before(&self, id: Id) -> usize {
        let at = self.ids.partition_point(|&known| known < id);
        at - self.gaps.partition_point(|&gap| gap < at)
    }

    /// The place of the row that so many rows come before.
    fn place(&self, rows: usize) -> usize {
        // Each gap has its place less the gaps before it as rows before it.
        let gaps = first(self.gaps.len(), |nth| self.gaps[nth] - nth > rows);
        (rows + gaps).min(self.rows.len())
    }

    fn tidy(&mut self) {
        self.rows.retain(Option::is_some);
        self.ids = self.rows.iter().flatten().map(Record::id).collect();
        self.gaps.clear();
    }
}

/// The first number below `end` for which something holds that goes on to hold for all later ones; else `end`.
pub(super) fn first(end: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low.midpoint(high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::rows::Ticket;

    #[test]
    fn every_page_is_the_same_as_by_walking_to_it() {
        let mut slots: Slots<Ticket> = Slots::default();
        let row = |id| Ticket { id, ..Ticket::default() };
        for id in (2..=200).step_by(2) {
            slots.insert(row(id));
        }
        for id in [2, 4, 6, 90, 94, 96, 150, 198, 200] {
            slots.remove(id).unwrap();
        }
        // An id below a gap, one that fills a gap, and one at the end.
        for id in [51, 94, 300] {
            slots.insert(row(id));
        }
        slots.remove(51).unwrap();
        let up: Vec<Id> = slots.iter().map(|row| row.id).collect();
        assert_eq!(up.len(), slots.len());
        for skip in 0..=up.len() + 2 {
            let rest = skip.min(up.len());
            assert_eq!(slots.from(skip).map(|row| row.id).collect::<Vec<_>>(), up[rest..], "{skip}");
            let down: Vec<Id> = up[..up.len() - rest].iter().rev().copied().collect();
            assert_eq!(slots.back(skip).map(|row| row.id).collect::<Vec<_>>(), down, "{skip}");
        }
        for (nth, &id) in up.iter().enumerate() {
            assert_eq!((slots.before(id), slots.before(id + 1)), (nth, nth + 1));
        }
    }
}
