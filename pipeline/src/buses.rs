//! Buses: the durable log between source and store.
//!
//! An append answers only when every record is durable, and the checkpoint that comes with it is never durable before them.

pub mod embedded;
pub mod memory;

#[cfg(test)]
pub(crate) mod suite;

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use schemas::{Cursor, Instant, Offset, Origin, TicketId, ingestion::RowCounts};

use crate::{
    Fault,
    sources::{Ledger, LedgerEntry},
};

/// The topic of tickets and of the dimensions they refer to.
pub const TICKETS: &str = "tickets";
/// The topic of what was told of the tickets' clocks.
pub const SLA: &str = "sla";

/// A durable, ordered log with the checkpoints of the source that fills it.
#[async_trait]
pub trait Bus: fmt::Debug + Send + Sync {
    /// Makes `batch` durable, however large it is, and answers the end of the topic after it.
    async fn append(&self, batch: Append) -> Result<Offset, Error>;

    /// At most `limit` records from `from` on. Only an empty answer means the end: fewer than `limit` may come where they are
    /// large. A place after the end is [`Error::Damaged`], for the log has lost what its reader has seen.
    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, Error>;

    /// The offset after the last record.
    async fn end(&self, topic: &str) -> Result<Offset, Error>;

    /// The first offset of the first append made at or after `at`, or the end.
    async fn offset_at(&self, topic: &str, at: Instant) -> Result<Offset, Error>;

    /// The source's saved place and the counts of its rows.
    async fn checkpoint(&self) -> Result<(Option<Cursor>, RowCounts), Error>;

    /// The source's saved memory.
    fn ledger(&self) -> &dyn Ledger;

    /// The dead letters.
    fn dead_letters(&self) -> &dyn DeadLetters;
}

/// What one step of ingestion makes durable, all or nothing.
#[derive(Clone, Debug, Default)]
pub struct Append {
    /// The topic.
    pub topic: String,
    /// Keys and values, in order.
    pub records: Vec<(Bytes, Bytes)>,
    /// Rows set aside.
    pub dead: Vec<DeadLetter>,
    /// The source's new place.
    pub cursor: Option<Cursor>,
    /// The source's new memory.
    pub ledger: Vec<LedgerEntry>,
    /// Rows to add to the counts.
    pub rows: RowCounts,
    /// When, for [`Bus::offset_at`].
    pub at: Instant,
}

/// One record of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place.
    pub offset: Offset,
    /// Its key: records of one key stay in order.
    pub key: Bytes,
    /// An event, encoded.
    pub value: Bytes,
}

/// Rows and records set aside for a person to look at.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Adds letters; one that is there already stays as it is.
    async fn add(&self, letters: &[DeadLetter]) -> Result<(), Error>;

    /// At most `limit` letters after `after`, oldest first; none where there is no letter `after`.
    async fn list(&self, after: Option<&str>, limit: u32) -> Result<Vec<DeadLetter>, Error>;

    /// One letter.
    async fn get(&self, id: &str) -> Result<Option<DeadLetter>, Error>;

    /// How many rows of `itemtype` have a letter that was not driven again.
    async fn waiting_rows(&self, itemtype: &str) -> Result<u64, Error>;

    /// Marks a letter as driven again at `at`.
    async fn mark_redriven(&self, id: &str, at: Instant) -> Result<(), Error>;
}

/// Something set aside, with the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Deterministic: the same origin, content and stage give the same id.
    pub id: String,
    /// When it was set aside.
    pub at: Instant,
    /// `source`, `transform` or `process`.
    pub stage: String,
    /// Where it comes from.
    pub origin: Origin,
    /// The ticket, if it can be told.
    pub ticket_id: Option<TicketId>,
    /// What is wrong, in words.
    pub reason: String,
    /// The row or record, masked by the policy in force.
    pub raw: String,
    /// When it was driven again.
    pub redriven_at: Option<Instant>,
}

/// Why the log did not do it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log is busy; the same call may work later.
    #[error("log is busy: {0}")]
    Busy(String),
    /// The disk or the server refused.
    #[error("log cannot be written or read: {0}")]
    Storage(String),
    /// A newer Farol wrote the log.
    #[error("log has layout {found}, and this Farol knows layouts up to {known}: start the newer one again")]
    Layout {
        /// The layout found.
        found: i64,
        /// The newest layout known.
        known: i64,
    },
    /// What the log holds beside its topics is damaged: cursor, ledger or letters.
    #[error("log is damaged: {0}")]
    Broken(String),
    /// Acknowledged data is damaged.
    #[error("log is damaged in {topic} at offset {offset}: {reason}")]
    Damaged {
        /// The topic.
        topic: String,
        /// The first record concerned.
        offset: Offset,
        /// What was found.
        reason: String,
    },
}

impl Error {
    /// What to do about it.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Busy(_) => Fault::Transient,
            Self::Storage(_) | Self::Layout { .. } | Self::Broken(_) | Self::Damaged { .. } => Fault::Fatal,
        }
    }
}
