//! What the source remembers of each ticket and each dimension row, as compact bytes.
//!
//! A ticket's value holds its presence, when it was created, its entity and, for every row read, a revision: that decides exactly whether a row
//! is a repeat, and tells which rows have vanished. The first byte is the version of the encoding.

mod kinds;
mod varint;

use std::collections::BTreeMap;

use schemas::Instant;

use super::kind::Kind;
pub(crate) use kinds::Kinds;
use varint::{Bytes, put};

/// The space of tickets.
pub(crate) const TICKETS: &str = "ticket";
/// What the spaces of dimension rows begin with.
const DIMENSIONS: &str = "dimension/";
/// The space of unreadable rows that belong to nothing known; the id is their fingerprint.
pub(crate) const UNREADABLE: &str = "unreadable";

/// Creations further apart than this are of two tickets: a time in the hour that comes twice is read up to an hour off.
const CREATION_SLACK_S: u64 = 3_600;
/// The version of a ticket's value; version 1 knew neither when a ticket was created nor which kinds are to be told again.
const VERSION: u8 = 2;
const FIRST_VERSION: u8 = 1;
/// The version of a dimension row's value.
const DIMENSION_VERSION: u8 = 1;
/// The bit beside a ticket's presence that says that rows of it have to be told again.
const RETELL: u8 = 0x80;
/// The bit beside a ticket's presence that says that another ticket was last seen under its id.
const OUSTED: u8 = 0x40;

/// Where a ticket is, as last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// Among the others.
    Live,
    /// In the trash.
    Trashed,
    /// Out of the account's scope.
    Hidden,
    /// Gone for good.
    Purged,
}

impl Presence {
    /// Whether the ticket can be read.
    pub(crate) const fn is_visible(self) -> bool {
        matches!(self, Self::Live | Self::Trashed)
    }
}

/// What became of a row when it was last read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It became events.
    Told,
    /// Nothing could be made of it.
    Dead,
    /// It is gone.
    Gone,
}

/// What is remembered of one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its content.
    pub(crate) revision: u64,
    /// How often it changed: a content that comes back is news again.
    pub(crate) generation: u64,
    pub(crate) fate: Fate,
}

/// What is remembered of one ticket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TicketMemory {
    pub(crate) presence: Presence,
    pub(crate) entity: Option<i64>,
    /// When GLPI created it, in seconds since 1970: an id may be used again, a creation never changes.
    pub(crate) created_s: Option<i64>,
    /// Another ticket was last seen under this id: nothing that is read under the id belongs to this one.
    pub(crate) is_ousted: bool,
    /// What belongs to it has to be told again: it lies in another entity, whose rows may have been left out so far.
    pub(crate) to_retell: Kinds,
    rows: BTreeMap<Kind, BTreeMap<i64, Entry>>,
}

/// What is remembered of one dimension row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DimensionMemory {
    pub(crate) entry: Entry,
    pub(crate) is_trashed: bool,
}

impl Entry {
    /// The entry of a row never read before.
    pub(crate) const fn first(revision: u64, fate: Fate) -> Self {
        Self { revision, generation: 0, fate }
    }

    /// The entry of the row's next content or fate.
    pub(crate) const fn next(self, revision: u64, fate: Fate) -> Self {
        Self { revision, generation: self.generation + 1, fate }
    }

    /// The revision that names the events of this content: the content itself, and which return of it this is.
    pub(crate) fn name(self, content: u64) -> String {
        match self.generation {
            0 => format!("{content:016x}"),
            generation => format!("{content:016x}{generation:x}"),
        }
    }
}

impl TicketMemory {
    /// A ticket of which nothing but its presence is known.
    pub(crate) const fn unread(presence: Presence) -> Self {
        let to_retell = Kinds::NONE;
        Self { presence, entity: None, created_s: None, is_ousted: false, to_retell, rows: BTreeMap::new() }
    }

    /// When the remembered ticket was created, where a row created at `created` cannot be of the same ticket.
    pub(crate) fn differs_from(&self, created: Option<Instant>) -> Option<Instant> {
        let (before, now) = self.created_s.zip(created.map(Instant::seconds))?;
        (before.abs_diff(now) > CREATION_SLACK_S).then_some(Instant::from_seconds(before))
    }

    /// Whether rows that are read under its id belong to it and can be told.
    pub(crate) const fn takes_rows(&self) -> bool {
        self.presence.is_visible() && !self.is_ousted
    }

    pub(crate) fn entry(&self, kind: Kind, id: i64) -> Option<Entry> {
        self.rows.get(&kind)?.get(&id).copied()
    }

    pub(crate) fn remember(&mut self, kind: Kind, id: i64, entry: Entry) {
        self.rows.entry(kind).or_default().insert(id, entry);
    }

    /// Whether any row that belongs to it was read.
    pub(crate) fn has_children(&self) -> bool {
        self.rows.iter().any(|(&kind, rows)| kind != Kind::Ticket && !rows.is_empty())
    }

    /// The rows of `kind`, in the order of their ids.
    pub(crate) fn rows(&self, kind: Kind) -> impl Iterator<Item = (i64, Entry)> {
        self.rows.get(&kind).into_iter().flatten().map(|(&id, &entry)| (id, entry))
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let retell = if self.to_retell == Kinds::NONE { 0 } else { RETELL };
        let ousted = if self.is_ousted { OUSTED } else { 0 };
        let mut bytes = vec![VERSION, self.presence as u8 | retell | ousted];
        if retell != 0 {
            put(&mut bytes, self.to_retell.code());
        }
        put(&mut bytes, self.created_s.map_or(0, |seconds| zigzag(seconds) + 1));
        put(&mut bytes, self.entity.map_or(0, |entity| entity.cast_unsigned() + 1));
        for (&kind, rows) in self.rows.iter().filter(|(_, rows)| !rows.is_empty()) {
            bytes.push(kind.code());
            put(&mut bytes, rows.len() as u64);
            let mut before = 0;
            for (&id, &entry) in rows {
                put_entry(&mut bytes, kind, (id - before).cast_unsigned(), entry);
                before = id;
            }
        }
        bytes
    }

    /// Reads what `encode` wrote; nothing for any other bytes.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes::new(bytes);
        let version = bytes.byte()?;
        if !matches!(version, FIRST_VERSION | VERSION) {
            return None;
        }
        let code = bytes.byte()?;
        let mut memory = Self::unread(presence(code & !(RETELL | OUSTED))?);
        memory.is_ousted = code & OUSTED != 0;
        if code & RETELL != 0 {
            memory.to_retell = if version == FIRST_VERSION { Kinds::CHILDREN } else { Kinds::decode(bytes.varint()?)? };
        }
        if version != FIRST_VERSION {
            memory.created_s = bytes.varint()?.checked_sub(1).map(unzigzag);
        }
        memory.entity = bytes.varint()?.checked_sub(1).map(u64::cast_signed);
        while !bytes.is_empty() {
            let kind = *Kind::ALL.get(usize::from(bytes.byte()?))?;
            let mut id = 0_i64;
            for _ in 0..bytes.varint()? {
                let (delta, entry) = take_entry(&mut bytes, kind)?;
                id = id.checked_add(delta.cast_signed())?;
                memory.remember(kind, id, entry);
            }
        }
        Some(memory)
    }
}

impl DimensionMemory {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![DIMENSION_VERSION, u8::from(self.is_trashed)];
        put_entry(&mut bytes, Kind::Ticket, 0, self.entry);
        bytes
    }

    /// Reads what `encode` wrote; nothing for any other bytes.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut bytes = Bytes::new(bytes);
        if bytes.byte()? != DIMENSION_VERSION {
            return None;
        }
        let is_trashed = match bytes.byte()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let (_, entry) = take_entry(&mut bytes, Kind::Ticket)?;
        bytes.is_empty().then_some(Self { entry, is_trashed })
    }
}

/// Whether a value of the ledger is one that this release understands, if it is one of the source's.
pub fn is_readable(space: &str, value: &[u8]) -> bool {
    match space {
        TICKETS => TicketMemory::decode(value).is_some(),
        UNREADABLE => !value.is_empty(),
        _ => !space.starts_with(DIMENSIONS) || DimensionMemory::decode(value).is_some(),
    }
}

/// The part of a content that is remembered for a row of `kind`.
///
/// History is by far the most and never edited: half of the bits are enough to notice ids that were used twice.
pub(crate) const fn kept(kind: Kind, revision: u64) -> u64 {
    match kind {
        Kind::Log => revision & 0xffff_ffff,
        _ => revision,
    }
}

/// A number whose small negatives are small, too.
const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

const fn unzigzag(code: u64) -> i64 {
    (code >> 1).cast_signed() ^ -(code & 1).cast_signed()
}

fn presence(code: u8) -> Option<Presence> {
    [Presence::Live, Presence::Trashed, Presence::Hidden, Presence::Purged].get(usize::from(code)).copied()
}

/// An entry: the id with two bits of fate, the generation where it is not 0, and the revision in the width of its kind.
fn put_entry(bytes: &mut Vec<u8>, kind: Kind, delta: u64, entry: Entry) {
    let code = match (entry.fate, entry.generation) {
        (Fate::Told, 0) => 0,
        (Fate::Told, _) => 1,
        (Fate::Dead, _) => 2,
        (Fate::Gone, _) => 3,
    };
    put(bytes, (delta << 2) | code);
    if code != 0 {
        put(bytes, entry.generation);
    }
    match kind {
        Kind::Log => bytes.extend_from_slice(&(entry.revision as u32).to_le_bytes()),
        kind if kind.is_link() => put(bytes, entry.revision),
        _ => bytes.extend_from_slice(&entry.revision.to_le_bytes()),
    }
}

fn take_entry(bytes: &mut Bytes<'_>, kind: Kind) -> Option<(u64, Entry)> {
    let head = bytes.varint()?;
    let code = head & 3;
    let fate = match code {
        0 | 1 => Fate::Told,
        2 => Fate::Dead,
        _ => Fate::Gone,
    };
    let generation = if code == 0 { 0 } else { bytes.varint()? };
    let revision = match kind {
        Kind::Log => u64::from(u32::from_le_bytes(bytes.array()?)),
        kind if kind.is_link() => bytes.varint()?,
        _ => u64::from_le_bytes(bytes.array()?),
    };
    Some((head >> 2, Entry { revision, generation, fate }))
}

#[cfg(test)]
mod tests;
