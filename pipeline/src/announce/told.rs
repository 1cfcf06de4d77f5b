//! Told: what the topic holds of one ticket's clocks and has not taken back.
//!
//! It is kept in the log's ledger and written with the events themselves, in one transaction: it is never ahead of the topic and
//! never behind it, so what was told is told once, wherever Farol is stopped.

use serde::{Deserialize, Serialize};
use sla::Kind;

use super::truth::{Holder, Key, Mark};
use crate::sources;

/// The space of the ledger that holds it, by ticket.
pub const TOLD_SPACE: &str = "told";
/// The space of the ledger that holds, under id 0, from when on marks are told.
pub const BEGUN_SPACE: &str = "told_since";

/// The first byte of what is kept, so that another layout is recognised.
const LAYOUT: u8 = 1;

/// What was told of one ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Told {
    /// The last revision given out, for each kind of clock.
    pub(super) revisions: [i64; 4],
    pub(super) promises: Vec<OfPromise>,
}

/// What was told of one promise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OfPromise {
    pub(super) key: Key,
    /// What the next mark of it bears.
    pub(super) revision: i64,
    pub(super) marks: Vec<OfMark>,
}

/// One mark as it was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OfMark {
    pub(super) mark: Mark,
    pub(super) at: i64,
    pub(super) revision: i64,
    pub(super) is_provisional: bool,
    pub(super) holder: Holder,
}

impl Told {
    /// Another revision of the clocks of `kind`.
    pub(super) fn next_revision(&mut self, kind: Kind) -> i64 {
        let last = &mut self.revisions[kind as usize];
        *last += 1;
        *last
    }

    /// What `value` of the ledger holds.
    pub(super) fn read(value: &[u8]) -> Result<Self, sources::Error> {
        decoded(value)
    }

    /// This as a value of the ledger.
    pub(super) fn write(&self) -> Result<Vec<u8>, sources::Error> {
        encoded(self)
    }
}

/// The second in a value of [`BEGUN_SPACE`].
pub(super) fn read_begun(value: &[u8]) -> Result<i64, sources::Error> {
    decoded(value)
}

/// `begun` as a value of [`BEGUN_SPACE`].
pub(super) fn write_begun(begun: i64) -> Result<Vec<u8>, sources::Error> {
    encoded(&begun)
}

/// Whether what the ledger holds in `space` can be read, if it is one of these.
pub fn is_readable(space: &str, value: &[u8]) -> bool {
    match space {
        TOLD_SPACE => Told::read(value).is_ok(),
        BEGUN_SPACE => read_begun(value).is_ok(),
        _ => true,
    }
}

fn decoded<'a, T: Deserialize<'a>>(value: &'a [u8]) -> Result<T, sources::Error> {
    let damaged = |reason: &str| sources::Error::Ledger(format!("what was told of clocks cannot be read: {reason}"));
    let (layout, bytes) = value.split_first().ok_or_else(|| damaged("it is empty"))?;
    if *layout != LAYOUT {
        return Err(damaged(&format!("it has layout {layout}, this Farol knows {LAYOUT}: start the newer one again")));
    }
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Ok(value),
        Ok((_, left)) => Err(damaged(&format!("{} bytes left over", left.len()))),
        Err(error) => Err(damaged(&error.to_string())),
    }
}

fn encoded<T: Serialize>(value: &T) -> Result<Vec<u8>, sources::Error> {
    postcard::to_extend(value, vec![LAYOUT]).map_err(|error| sources::Error::Ledger(error.to_string()))
}
