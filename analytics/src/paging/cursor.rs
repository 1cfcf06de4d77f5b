//! Cursors as text: where a page ended, and in which walk.

use schemas::Instant;

use super::base64url;

/// Bytes of a cursor before it becomes text.
const CURSOR_BYTES: usize = 41;

/// A row's place in a sorted list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) key: Option<i64>,
    pub(crate) id: i64,
}

/// The end of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The question that is answered, as a number.
    pub(crate) question: u64,
    /// What the store held at the first page.
    pub(crate) version: u64,
    /// What the whole walk calls now.
    pub(crate) now: Instant,
    /// The last row.
    pub(crate) place: Place,
}

impl Cursor {
    /// The cursor as text.
    pub(crate) fn written(&self) -> String {
        let mut bytes = Vec::with_capacity(CURSOR_BYTES);
        bytes.extend(self.question.to_be_bytes());
        bytes.extend(self.version.to_be_bytes());
        bytes.extend(self.now.0.to_be_bytes());
        bytes.push(u8::from(self.place.key.is_some()));
        bytes.extend(self.place.key.unwrap_or(0).to_be_bytes());
        bytes.extend(self.place.id.to_be_bytes());
        base64url::encode(&bytes)
    }

    /// The cursor that was written as `text`; nothing for any other text.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let bytes = base64url::decode(text).filter(|bytes| bytes.len() == CURSOR_BYTES)?;
        let word = |at: usize| <[u8; 8]>::try_from(bytes.get(at..at + 8)?).ok();
        let key = i64::from_be_bytes(word(25)?);
        let key = match (bytes.get(24)?, key) {
            (0, 0) => None,
            (1, key) => Some(key),
            _ => return None,
        };
        Some(Self {
            question: u64::from_be_bytes(word(0)?),
            version: u64::from_be_bytes(word(8)?),
            now: Instant(i64::from_be_bytes(word(16)?)),
            place: Place { key, id: i64::from_be_bytes(word(33)?) },
        })
    }
}
