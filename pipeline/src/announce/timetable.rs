//! The timetable: which ticket has to be looked at when.
//!
//! A ticket has one entry however many clocks it bears: looked at, it says when next. Whoever is due is found without looking at
//! anybody else.

use std::collections::{BTreeSet, HashMap};

/// When one ticket has to be looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The second at which its next mark comes.
    pub next: Option<i64>,
    /// The watermark by which its first provisional mark is certain.
    pub unsure: Option<i64>,
    /// Its clocks that have a mark ahead of them.
    pub running: u32,
}

/// When every ticket has to be looked at.
#[derive(Debug, Default)]
pub struct Timetable {
    entries: HashMap<i64, Entry>,
    by_time: BTreeSet<(i64, i64)>,
    by_watermark: BTreeSet<(i64, i64)>,
    running: u64,
}

impl Timetable {
    /// Puts `entry` in place of what was known of `ticket`.
    pub fn set(&mut self, ticket: i64, entry: Entry) {
        let is_empty = entry == Entry::default();
        let before = if is_empty { self.entries.remove(&ticket) } else { self.entries.insert(ticket, entry) };
        let before = before.unwrap_or_default();
        self.running = self.running + u64::from(entry.running) - u64::from(before.running);
        moved(&mut self.by_time, ticket, before.next, entry.next);
        moved(&mut self.by_watermark, ticket, before.unsure, entry.unsure);
    }

    /// At most `limit` tickets that have to be looked at, those whose marks have come first.
    pub fn due(&self, now: i64, watermark: Option<i64>, limit: usize) -> Vec<i64> {
        let come = self.by_time.range(..=(now, i64::MAX));
        let sure = watermark.map(|watermark| self.by_watermark.range(..=(watermark, i64::MAX)));
        come.chain(sure.into_iter().flatten()).take(limit).map(|(_, ticket)| *ticket).collect()
    }

    /// The second at which the next mark comes.
    pub fn next(&self) -> Option<i64> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Clocks that have a mark ahead of them.
    pub const fn running(&self) -> u64 {
        self.running
    }
}

fn moved(index: &mut BTreeSet<(i64, i64)>, ticket: i64, before: Option<i64>, after: Option<i64>) {
    if before != after {
        if let Some(at) = before {
            index.remove(&(at, ticket));
        }
        if let Some(at) = after {
            index.insert((at, ticket));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(next: Option<i64>, unsure: Option<i64>, running: u32) -> Entry {
        Entry { next, unsure, running }
    }

    #[test]
    fn whoever_is_due_is_found_once_and_whoever_was_moved_no_more() {
        let mut table = Timetable::default();
        table.set(1, at(Some(10), None, 2));
        table.set(2, at(Some(5), Some(3), 1));
        table.set(3, at(None, Some(7), 0));
        assert_eq!((table.next(), table.running()), (Some(5), 3));
        assert_eq!(table.due(4, None, 9), [0; 0]);
        assert_eq!(table.due(5, Some(6), 9), [2, 2]);
        assert_eq!(table.due(10, Some(7), 9), [2, 1, 2, 3]);
        assert_eq!(table.due(10, Some(7), 1), [2]);

        table.set(2, at(Some(20), None, 1));
        table.set(1, Entry::default());
        assert_eq!((table.next(), table.running()), (Some(20), 1));
        assert_eq!(table.due(19, Some(7), 9), [3]);
    }
}
