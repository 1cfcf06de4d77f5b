//! Truth: when the parts of a ticket's promises are used up, as far as is known now.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sla::{AsOf, Calendars, Compiled, Kind, Knowledge};

use crate::projection::{PERCENTS, Promise, Standing};

/// What happens to a promise and is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Mark {
    /// That many percent of the target are used up.
    Used(u8),
    /// More than the target is.
    Broken,
}

impl Mark {
    /// Every mark, in the order in which they come.
    pub(super) const ALL: [Self; 6] =
        [Self::Used(50), Self::Used(75), Self::Used(90), Self::Used(95), Self::Used(100), Self::Broken];
}

/// Which promise. One whose target or agreement turns out to be another is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Key {
    pub(super) kind: Kind,
    pub(super) attached: i64,
    pub(super) agreement: i64,
    pub(super) target: i64,
}

/// When something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    /// The instant that it bears: for a broken promise the one at which its target was used up.
    pub(super) at: i64,
    /// From when on it is true: a promise is kept by whoever keeps it at the last instant of its target.
    pub(super) fires: i64,
}

/// Who holds a ticket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Holder {
    pub(super) technician_id: Option<i64>,
    pub(super) group_id: Option<i64>,
}

/// One promise and when its marks come, unless something happens before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Truth {
    pub(super) key: Key,
    pub(super) holder: Holder,
    /// In the order of [`Mark::ALL`]; none for what never comes.
    pub(super) points: [Option<Point>; 6],
}

/// All promises of a ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Truths {
    pub(super) entity_id: i64,
    /// Counts include the ticket: new marks of others are not told.
    pub(super) is_counted: bool,
    pub(super) promises: Vec<Truth>,
}

/// The hours of a desk.
#[derive(Debug)]
pub(super) struct Hours {
    knowledge: Knowledge,
    calendars: Arc<Calendars>,
    /// When entities may have changed their calendars, ascending.
    changes: Vec<i64>,
}

/// By which calendar a clock counts, from when on, ascending.
type Pieces = Vec<(i64, Option<u64>)>;

impl Hours {
    /// Everything that is known of hours.
    pub(super) fn new(knowledge: Knowledge) -> Self {
        let calendars = knowledge.calendars(u64::MAX);
        let mut changes: Vec<i64> = knowledge.entity_changes(u64::MAX).collect();
        changes.sort_unstable();
        changes.dedup();
        Self { knowledge, calendars, changes }
    }

    /// What `standing` comes to.
    pub(super) fn truths(&self, standing: &Standing) -> Truths {
        let promises = standing.promises.iter().map(|promise| self.truth(promise, standing.entity_id)).collect();
        Truths { entity_id: standing.entity_id, is_counted: standing.is_counted, promises }
    }

    fn truth(&self, promise: &Promise, entity: i64) -> Truth {
        let Promise { kind, attached, agreement, target, .. } = *promise;
        let pieces = self.pieces(promise, entity);
        let mut points = [None; 6];
        for ((point, used), percent) in points.iter_mut().zip(promise.used).zip(PERCENTS) {
            let ahead = || {
                let run = promise.run?;
                let left = Promise::part(target, percent) - run.elapsed;
                Some(self.used_up(&pieces, run.since, left)?.max(attached))
            };
            *point = used.or_else(ahead).map(|at| Point { at, fires: at });
        }
        let due = points[4].map(|point| point.at);
        if let Some(due) = due.filter(|_| promise.is_broken || promise.run.is_some()) {
            points[5] = self.next_open(&pieces, due).map(|fires| Point { at: due, fires });
        }
        let holder = Holder { technician_id: promise.technician_id, group_id: promise.group_id };
        Truth { key: Key { kind, attached, agreement, target }, holder, points }
    }

    fn pieces(&self, promise: &Promise, entity: i64) -> Pieces {
        let mut pieces = vec![(i64::MIN, promise.calendar)];
        if let Some(run) = promise.run.filter(|run| run.is_by_entity) {
            let later = self.changes.partition_point(|at| *at <= run.since);
            for &at in &self.changes[later..] {
                let calendar = self.knowledge.entity_calendar(entity, AsOf { end: u64::MAX, at });
                let calendar = calendar.and_then(|id| u64::try_from(id).ok());
                if pieces.last().is_some_and(|(_, last)| *last != calendar) {
                    pieces.push((at, calendar));
                }
            }
        }
        pieces
    }

    /// The earliest instant by which `seconds` were counted from `since` on.
    fn used_up(&self, pieces: &Pieces, since: i64, seconds: i64) -> Option<i64> {
        let mut left = seconds;
        for (place, (from, calendar)) in pieces.iter().enumerate() {
            let (calendar, from) = (self.calendar(*calendar)?, since.max(*from));
            let Some((end, _)) = pieces.get(place + 1) else { return calendar.due(from, left) };
            let counted = calendar.between(from, *end);
            if counted >= left {
                return calendar.due(from, left);
            }
            left -= counted;
        }
        None
    }

    /// The first open instant at or after `at`.
    fn next_open(&self, pieces: &Pieces, at: i64) -> Option<i64> {
        for (place, (from, calendar)) in pieces.iter().enumerate() {
            let end = pieces.get(place + 1).map(|(end, _)| *end);
            if end.is_some_and(|end| end <= at) {
                continue;
            }
            let open = self.calendar(*calendar)?.next_open(at.max(*from));
            if let Some(open) = open.filter(|open| end.is_none_or(|end| *open < end)) {
                return Some(open);
            }
        }
        None
    }

    /// A calendar. GLPI counts all hours where it does not find one.
    fn calendar(&self, id: Option<u64>) -> Option<&Compiled> {
        self.calendars.get(id).or_else(|_| self.calendars.get(None)).ok()
    }
}
