//! The place in GLPI: what was read, what is being read, and what waits to be read. Saved as readable JSON.

use std::collections::BTreeSet;

use pipeline::sources::Error;
use schemas::{Cursor, Instant};
use serde::{Deserialize, Serialize};

const VERSION: u32 = 1;
/// Letters of a reason why a cursor cannot be read.
const REASON_LETTERS_MAX: usize = 120;

/// The whole place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    version: u32,
    /// What is done next.
    pub(crate) step: Step,
    /// Tickets whose rows have to be read before anything else goes on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) pending: Vec<i64>,
    /// Every change of a ticket before this instant has been read.
    pub(crate) watermark: Option<Instant>,
    /// What the watermark will be when this round is done: the server's time at its start, less a lag.
    pub(crate) round_watermark: Option<Instant>,
    /// The newest change that stood at the top of the list when the last round began: what came later is news, whatever the
    /// server's answers say that the time is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) newest: Option<Instant>,
    /// The same of the round that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) round_newest: Option<Instant>,
    /// The slow work that is under way beside the rounds.
    pub(crate) job: Option<Job>,
    /// When each slow work was last begun, by the server's clock.
    pub(crate) begun: Begun,
    /// Item types that the account may not read or the server does not know, and that Farol can do without.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) skipped: BTreeSet<String>,
    /// So many tickets seemed to be gone that the next sweep has to find the same.
    #[serde(default)]
    pub(crate) is_in_doubt: bool,
    /// Tickets that the last sweep missed.
    #[serde(default)]
    pub(crate) vanished: u64,
    /// What the account may see, in words.
    #[serde(default)]
    pub(crate) scope: Option<String>,
    /// What it could see before, until every id has been looked at since.
    #[serde(default)]
    pub(crate) scope_before: Option<String>,
    /// Tickets that the last sweep saw.
    pub(crate) tickets_seen: u64,
}

/// What is done next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// Find out what the account may read.
    Probe,
    /// Read everything once.
    Backfill {
        /// The list that is read, and where in it.
        at: Collection,
        /// The rows that each list had at the start.
        totals: Vec<u64>,
    },
    /// Walk tickets by their last change, newest first.
    Walk(Walk),
    /// Go on with slow work.
    Job {
        /// Pages it may still read in this round.
        pages_left: u32,
        /// The kinds of work that were begun in this round.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        begun: Vec<Task>,
    },
    /// Wait for the next round.
    Rest,
}

/// A place in a list that is read in the order of ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Collection {
    /// Which of the lists.
    pub(crate) list: usize,
    /// Rows before the place.
    pub(crate) offset: u64,
    /// The last id read; the lowest id is 0.
    pub(crate) last_id: Option<i64>,
}

/// A place in a walk by last change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Walk {
    /// The trash is walked after the rest.
    pub(crate) is_trash: bool,
    /// Rows before the place.
    pub(crate) offset: u64,
    /// The date of last change of the last row read, as GLPI wrote it.
    pub(crate) last: Option<String>,
    /// Where in the rows that all changed in the second of `last`, while those are read apart.
    pub(crate) second: Option<Collection>,
}

/// Slow work: pages of it are read between the rounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Job {
    pub(crate) task: Task,
    pub(crate) at: Collection,
}

/// The kinds of slow work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Pull the dimensions.
    Dimensions,
    /// Pull the surveys, whose answers move no ticket's date.
    Surveys,
    /// Look at every id, to find what vanished without a trace.
    Sweep,
}

/// When each slow work was last begun.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begun {
    pub(crate) dimensions: Option<Instant>,
    pub(crate) surveys: Option<Instant>,
    pub(crate) sweep: Option<Instant>,
}

impl Place {
    /// The very start.
    pub(crate) fn start() -> Self {
        Self {
            version: VERSION,
            step: Step::Probe,
            pending: Vec::new(),
            watermark: None,
            round_watermark: None,
            newest: None,
            round_newest: None,
            job: None,
            begun: Begun::default(),
            skipped: BTreeSet::new(),
            is_in_doubt: false,
            vanished: 0,
            scope: None,
            scope_before: None,
            tickets_seen: 0,
        }
    }

    /// The place that `cursor` tells; the very start without one.
    pub(crate) fn read(cursor: Option<&Cursor>) -> Result<Self, Error> {
        let Some(Cursor(text)) = cursor else { return Ok(Self::start()) };
        let place: Self = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        if place.version != VERSION {
            return Err(Error::Cursor(format!("version {} instead of {VERSION}", place.version)));
        }
        Ok(place)
    }

    /// The place as it is saved.
    pub(crate) fn write(&self) -> Result<Cursor, Error> {
        serde_json::to_string(self).map(Cursor).map_err(|error| Error::Cursor(error.to_string()))
    }

    /// Learns what the account may see now. Where that changed, every id is looked at again soon.
    pub(crate) fn sees(&mut self, scope: String) {
        if let Some(before) = self.scope.take().filter(|before| *before != scope) {
            tracing::warn!(before, now = scope, "glpi account sees something else than before");
            self.begun.sweep = None;
            self.scope_before.get_or_insert(before);
        }
        self.scope = Some(scope);
    }

    /// Whether a kind of rows is read at all.
    pub(crate) fn reads(&self, itemtype: &str) -> bool {
        !self.skipped.contains(itemtype)
    }
}

impl Collection {
    /// The start of a list.
    pub(crate) const fn of(list: usize) -> Self {
        Self { list, offset: 0, last_id: None }
    }
}

/// What a cursor lacks, in bounds: it repeats what it met.
fn unreadable(error: &serde_json::Error) -> Error {
    Error::Cursor(error.to_string().chars().take(REASON_LETTERS_MAX).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_place_is_read_back_as_it_was_written() {
        let mut place = Place::start();
        place.step = Step::Walk(Walk { last: Some("2026-11-23 13:00:00".into()), ..Walk::default() });
        place.job = Some(Job { task: Task::Sweep, at: Collection { list: 1, offset: 990, last_id: Some(4_711) } });
        place.skipped.insert("Supplier_Ticket".into());
        place.pending = vec![4, 8];
        assert_eq!(Place::read(Some(&place.write().unwrap())).unwrap(), place);
    }

    #[test]
    fn a_changed_scope_is_told_and_looked_through() {
        let mut place = Place::start();
        for (scope, before) in [("5 entities", None), ("5 entities", None), ("entity 3", Some("5 entities"))] {
            place.begun.sweep = Some(Instant(1));
            place.sees(scope.to_owned());
            assert_eq!((place.scope_before.as_deref(), place.begun.sweep.is_none()), (before, before.is_some()));
        }
    }

    #[test]
    fn a_cursor_of_something_else_is_refused() {
        for text in ["", "{}", "12", r#"{"version":2}"#] {
            assert!(matches!(Place::read(Some(&Cursor(text.into()))), Err(Error::Cursor(_))), "{text}");
        }
        let odd = format!(r#"{{"{}":1}}"#, "x".repeat(5_000));
        assert!(Place::read(Some(&Cursor(odd))).unwrap_err().to_string().len() < 200);
        let newer = Place::start().write().unwrap().0.replace("\"version\":1", "\"version\":2");
        assert!(matches!(Place::read(Some(&Cursor(newer))), Err(Error::Cursor(_))));
    }
}
