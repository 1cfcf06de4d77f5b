//! The working state of one ticket: what its events taught, without their text.
//!
//! It is canonical: the same events with the same offsets give the same bytes, however they were cut into batches. The first byte
//! names the layout, so that a state of another release is recognised and never misread; the last four are a checksum, for a
//! flipped bit would otherwise make wrong rows.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use schemas::{ActorKind, CommentKind, Instant, Offset, Role, TicketState};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::Error;

/// Counts the layouts of working states, those of dimensions included. Raise it whenever a type of this file,
/// [`TicketState`] or the meaning of a field changes; the tests of layouts say when.
pub(super) const LAYOUT: u8 = 4;

/// The longest stretch of local time that a zone in use repeats (Troll, at the end of its summer time).
const REPEATED_S_MAX: i64 = 2 * 3_600;

/// The id of an event, as bytes.
pub(super) type EventKey = [u8; 16];

/// What a ticket's events taught.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// The offset after the newest event that can show in the ticket's rows.
    pub(super) version: Offset,
    /// The ids of all events, ascending.
    pub(super) seen: Vec<EventKey>,
    /// The row of the ticket that was read last.
    pub(super) newest: Option<Newest>,
    /// The first history row of any kind: its sequence and its time.
    pub(super) history_since: Option<(i64, Instant)>,
    /// The sequence of the history row that tells of the ticket's creation.
    pub(super) creation: Option<i64>,
    /// History, by [`Change::order`].
    pub(super) changes: Vec<Change>,
    /// The links that are there: by kind and id of the link's row.
    pub(super) links: BTreeMap<(ActorKind, i64), Link>,
    /// Followups, tasks and solutions that are there.
    pub(super) comments: BTreeSet<(CommentKind, i64)>,
    /// Leavings and returns, in the order Farol learnt them.
    pub(super) scope: Vec<ScopeChange>,
    /// The last survey.
    pub(super) survey: Survey,
    /// The agreements that the ticket's row named, each time one differed: GLPI's history may lack how it came.
    pub(super) named: Vec<Named>,
}

/// The agreements that a row of the ticket named: SLA to own, SLA to resolve, OLA to own, OLA to resolve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Named {
    /// The row's date of last change.
    pub(super) at: Instant,
    pub(super) agreements: [Option<i64>; 4],
}

/// A row of the ticket and how new it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Newest {
    pub(super) state: TicketState,
    pub(super) observed_at: Instant,
    pub(super) offset: Offset,
}

/// Something that the ticket's history tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) at: Instant,
    pub(super) sequence: i64,
    pub(super) offset: Offset,
    /// History says so, with its time.
    pub(super) is_recorded: bool,
    pub(super) what: What,
}

impl Change {
    /// The order of changes: time, history row, arrival.
    pub(super) const fn order(&self) -> (Instant, i64, Offset) {
        (self.at, self.sequence, self.offset)
    }
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) enum What {
    Status {
        old: u8,
        new: u8,
    },
    Priority {
        old: u8,
        new: u8,
    },
    /// `None` where history gives a name without an id.
    Entity {
        old: Option<i64>,
        new: Option<i64>,
    },
    Actor {
        kind: ActorKind,
        id: i64,
        role: Role,
        joined: bool,
    },
    Trash {
        trashed: bool,
    },
    /// The opening date was edited: what it was before, in seconds of the desk's local time; `None` where history is unclear.
    Opening {
        old: Option<i64>,
    },
    /// Which of the four agreements, see [`Named`]; `None` where there is none, or history gives a name without an id.
    Agreement {
        place: u8,
        old: Option<i64>,
        new: Option<i64>,
    },
}

/// An actor in a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Link {
    pub(super) actor_id: i64,
    pub(super) role: Role,
}

/// A ticket left what the account may see, or came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ScopeChange {
    pub(super) at: Instant,
    pub(super) is_recorded: bool,
    pub(super) to: Scope,
}

/// Where a ticket is, trash aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Scope {
    Here,
    Hidden,
    Purged,
}

/// The last sending and the last answer; a reopening that deletes GLPI's row takes neither away.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Survey {
    pub(super) sent_at: Option<Instant>,
    pub(super) answer: Option<Answer>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) at: Instant,
    pub(super) observed_at: Instant,
    pub(super) offset: Offset,
    pub(super) score: Option<f64>,
}

impl Memory {
    /// The memory in `bytes`.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        read(bytes)
    }

    /// This memory with history in the order in which its rows were written.
    ///
    /// In the hour that a zone repeats a local time means two instants, and the earlier one was taken. A row that was written
    /// after a later time cannot have happened before it: it is put there.
    pub(super) fn in_order(&self) -> Cow<'_, Self> {
        if self.changes.iter().all(|change| change.is_recorded || change.sequence == 0) {
            return Cow::Borrowed(self);
        }
        let mut memory = self.clone();
        memory.changes.sort_by_key(|change| change.sequence);
        let mut before: Vec<Instant> = Vec::with_capacity(memory.changes.len());
        for change in memory.changes.iter_mut().filter(|change| change.sequence != 0) {
            if !change.is_recorded {
                // What is further off than any repetition tells of a clock that was wrong.
                let bound = change.at.plus_seconds(REPEATED_S_MAX);
                let latest = before.iter().copied().filter(|at| *at <= bound).max();
                change.at = latest.map_or(change.at, |latest| latest.max(change.at));
            }
            before.push(change.at);
        }
        memory.changes.sort_by_key(Change::order);
        Cow::Owned(memory)
    }

    /// This memory as bytes.
    pub(super) fn write(&self) -> Result<Vec<u8>, Error> {
        write(self)
    }
}

/// Remembers `key` among `seen`; false if it was there already.
pub(super) fn remember(seen: &mut Vec<EventKey>, key: EventKey) -> bool {
    match seen.binary_search(&key) {
        Ok(_) => false,
        Err(place) => {
            seen.insert(place, key);
            true
        }
    }
}

/// Refuses a state that another release wrote.
pub(crate) fn same_layout(state: &[u8]) -> Result<(), Error> {
    match state.first() {
        None => Err(Error::Damaged("it is empty".to_owned())),
        Some(&LAYOUT) => Ok(()),
        Some(&found) => Err(Error::Layout { found, expected: LAYOUT }),
    }
}

/// The value in a state.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    same_layout(bytes)?;
    let (checked, checksum) =
        bytes.split_last_chunk().ok_or_else(|| Error::Damaged(format!("it has {} bytes only", bytes.len())))?;
    if crc32fast::hash(checked) != u32::from_le_bytes(*checksum) {
        return Err(Error::Damaged("its checksum does not hold".to_owned()));
    }
    let value = checked.get(1..).unwrap_or_default();
    let (value, left) = postcard::take_from_bytes(value).map_err(|error| Error::Damaged(error.to_string()))?;
    if !left.is_empty() {
        return Err(Error::Damaged(format!("{} bytes left over", left.len())));
    }
    Ok(value)
}

/// `value` as a state.
pub(super) fn write<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    let mut bytes = postcard::to_extend(value, vec![LAYOUT]).map_err(|error| Error::Damaged(error.to_string()))?;
    let checksum = crc32fast::hash(&bytes);
    bytes.extend(checksum.to_le_bytes());
    Ok(bytes)
}
