//! The difference between what is true of a ticket's clocks and what was told: the events that are missing.

use super::{
    told::{OfMark, OfPromise, Told},
    truth::{Holder, Key, Mark, Point, Truth, Truths},
};

/// How far the store may be behind a mark for it to be told as certain.
pub(super) const STALE_S_MAX: i64 = 300;

/// When it is, in UTC seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When {
    pub(super) now: i64,
    /// Every change of a ticket before it is known.
    pub(super) watermark: Option<i64>,
    /// What came no later is the past: it is not told.
    pub(super) begun: i64,
}

/// What happens to a mark in the topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Act {
    /// It has come.
    Told,
    /// It was told as provisional, and it is so.
    Confirmed,
    /// It was told, and it is not so.
    Retracted,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tell {
    pub(super) act: Act,
    pub(super) key: Key,
    pub(super) mark: Mark,
    pub(super) at: i64,
    pub(super) revision: i64,
    pub(super) is_provisional: bool,
    pub(super) holder: Holder,
}

/// What is missing in the topic, and when to look again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// The events that are missing.
    pub(super) tells: Vec<Tell>,
    /// What was told once they are there.
    pub(super) told: Told,
    /// When the next mark comes, unless something happens before.
    pub(super) next: Option<i64>,
    /// The watermark by which the first provisional mark is certain.
    pub(super) unsure: Option<i64>,
    /// Clocks that have a mark ahead of them.
    pub(super) running: u32,
}

/// What is missing when `told` is told and `truths` are true.
///
/// Once told, a mark stays as long as its instant does, even if the machine's clock is set back before it.
pub(super) fn difference(told: &Told, truths: &Truths, when: When) -> Difference {
    let mut found = Difference { told: told.clone(), ..Difference::default() };
    found.take_back(truths);
    found.confirm(when);
    for truth in &truths.promises {
        found.tell(truth, truths.is_counted, when);
    }
    let marks = found.told.promises.iter().flat_map(|promise| &promise.marks);
    found.unsure = marks.filter(|mark| mark.is_provisional).map(|mark| mark.at).min();
    found
}

impl Difference {
    fn take_back(&mut self, truths: &Truths) {
        let mut kept = Vec::new();
        for mut promise in std::mem::take(&mut self.told.promises) {
            let truth = truths.promises.iter().find(|truth| truth.key == promise.key);
            let before = promise.marks.len();
            promise.marks.retain(|told| {
                let holds = truth.and_then(|truth| truth.point(told.mark)).is_some_and(|point| point.at == told.at);
                if !holds {
                    self.tells.push(Tell { is_provisional: false, ..Tell::of(Act::Retracted, promise.key, told) });
                }
                holds
            });
            if promise.marks.len() < before {
                // A retracted mark that comes again is another event.
                promise.revision = self.told.next_revision(promise.key.kind);
            }
            if !promise.marks.is_empty() {
                kept.push(promise);
            }
        }
        self.told.promises = kept;
    }

    fn confirm(&mut self, when: When) {
        for promise in &mut self.told.promises {
            for told in promise.marks.iter_mut().filter(|told| told.is_provisional) {
                if when.watermark.is_some_and(|watermark| watermark >= told.at) {
                    told.is_provisional = false;
                    self.tells.push(Tell::of(Act::Confirmed, promise.key, told));
                }
            }
        }
    }

    fn tell(&mut self, truth: &Truth, is_counted: bool, when: When) {
        let place = self.told.promises.iter().position(|promise| promise.key == truth.key);
        let is_told = |mark: Mark| {
            place.is_some_and(|place| self.told.promises[place].marks.iter().any(|told| told.mark == mark))
        };
        let missing: Vec<(Mark, Point)> = Mark::ALL
            .into_iter()
            .filter_map(|mark| Some((mark, truth.point(mark)?)))
            .filter(|(mark, point)| is_counted && point.fires > when.begun && !is_told(*mark))
            .collect();
        let ahead = missing.iter().map(|(_, point)| point.fires).filter(|fires| *fires > when.now).min();
        self.running += u32::from(ahead.is_some());
        self.next = self.next.into_iter().chain(ahead).min();

        let mut come = missing.into_iter().filter(|(_, point)| point.fires <= when.now).peekable();
        if come.peek().is_none() {
            return;
        }
        let place = place.unwrap_or_else(|| {
            let revision = self.told.next_revision(truth.key.kind);
            self.told.promises.push(OfPromise { key: truth.key, revision, marks: Vec::new() });
            self.told.promises.len() - 1
        });
        let promise = &mut self.told.promises[place];
        for (mark, Point { at, .. }) in come {
            let is_provisional = when.watermark.is_none_or(|watermark| watermark.saturating_add(STALE_S_MAX) < at);
            let told = OfMark { mark, at, revision: promise.revision, is_provisional, holder: truth.holder };
            promise.marks.push(told);
            self.tells.push(Tell::of(Act::Told, truth.key, &told));
        }
    }
}

impl Truth {
    fn point(&self, mark: Mark) -> Option<Point> {
        Mark::ALL.iter().zip(self.points).find(|(of, _)| **of == mark)?.1
    }
}

impl Tell {
    fn of(act: Act, key: Key, told: &OfMark) -> Self {
        let OfMark { mark, at, revision, is_provisional, holder } = *told;
        Self { act, key, mark, at, revision, is_provisional, holder }
    }
}
