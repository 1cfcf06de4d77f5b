//! Sources: where rows come from.
//!
//! A source turns its own rows into events and says for each row what became of it. It keeps no state of its own: its place is
//! the cursor and its memory the ledger, and the engine saves both together with the events they led to.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use schemas::{
    Cursor, Event, Instant, Origin, TicketId,
    ingestion::{Breaker, RowCounts},
};

use crate::Fault;

/// A system that tickets come from.
#[async_trait]
pub trait Source: fmt::Debug + Send {
    /// Reads the next batch after `cursor` (`None`: from the very start), in at most a few requests.
    ///
    /// When there is nothing new it returns an empty batch whose `wait_ms` says when to ask again. The same cursor and ledger
    /// lead to the same events, so a batch that was not saved can be read again.
    async fn next(&mut self, cursor: Option<&Cursor>, ledger: &dyn Ledger) -> Result<SourceBatch, Error>;

    /// Reads one ticket with everything that belongs to it, wherever the cursor stands. The cursor does not move. A ticket that
    /// the source does not have and never told of is [`Error::Missing`].
    async fn sync(&mut self, ticket: TicketId, ledger: &dyn Ledger) -> Result<SourceBatch, Error>;

    /// Turns the raw row of a dead letter into events again, with the present code. Counts one fetched row.
    async fn redrive(&mut self, origin: &Origin, raw: &str, ledger: &dyn Ledger) -> Result<SourceBatch, Error>;

    /// How the source is.
    fn vitals(&self) -> Vitals;

    /// Ends the session with the source.
    async fn close(&mut self);
}

/// The source's memory of what it has read: opaque values under (space, id). Saved with each batch.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// The values of `ids` in `space`; ids without a value are left out.
    async fn recall(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, Error>;

    /// At most `limit` values of `space` whose ids come after `after`, ascending.
    async fn scan(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, Error>;
}

/// What one step of a source brought.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SourceBatch {
    /// The rows that became events: the events of one row each.
    pub converted: Vec<Vec<Event>>,
    /// The rows that nothing can be made of.
    pub dead: Vec<DeadRow>,
    /// Rows delivered, known already, and left out on purpose. `converted` and `dead` are counted by the engine.
    pub fetched: u64,
    /// See `fetched`.
    pub repeated: u64,
    /// See `fetched`.
    pub filtered: u64,
    /// The place after this batch; `None` leaves it.
    pub cursor: Option<Cursor>,
    /// What to remember: `None` as value forgets.
    pub ledger: Vec<LedgerEntry>,
    /// Every change of a ticket that the source made before this instant has now been read: its row, links, comments and history.
    ///
    /// Surveys, the rows that tickets refer to (dimensions) and purges have a round of their own and may be read later.
    pub watermark: Option<Instant>,
    /// What the source is doing, in words.
    pub phase: String,
    /// Rows done and rows in all, while they can be known (backfill).
    pub progress: Option<(u64, u64)>,
    /// Everything there was to read has been read.
    pub caught_up: bool,
    /// Milliseconds to wait before the next step.
    pub wait_ms: u64,
}

/// One change of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// The space, such as `ticket`.
    pub space: &'static str,
    /// The id within it.
    pub id: i64,
    /// The new value; `None` forgets.
    pub value: Option<Vec<u8>>,
}

/// A row that no event can be made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadRow {
    /// Where it comes from.
    pub origin: Origin,
    /// Hash of its content: the same row is one dead letter however often it is read.
    pub revision: String,
    /// The ticket, if it can be told.
    pub ticket_id: Option<TicketId>,
    /// What is wrong, in words.
    pub reason: String,
    /// The row as read, without secrets.
    pub raw: String,
}

/// How a source is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Its circuit breaker.
    pub breaker: Breaker,
    /// Requests repeated after a transient failure, since the start.
    pub retries: u64,
    /// Requests refused as malformed, since the start.
    pub criteria_failures: u64,
    /// What it holds back because of the server's load and why, in a sentence without a full stop.
    pub brake: Option<String>,
}

impl SourceBatch {
    /// The counts of this batch, once the engine knows what became of each converted row.
    pub fn counts(&self, converted: u64, filtered: u64, dead: u64) -> RowCounts {
        RowCounts {
            fetched: self.fetched,
            repeated: self.repeated,
            converted,
            filtered: self.filtered + filtered,
            dead,
        }
    }
}

/// Why a source gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source is away or busy.
    #[error("source is away: {0}")]
    Away(String),
    /// The source refuses; only a person can change that.
    #[error("source refuses: {0}")]
    Refused(String),
    /// What was asked for is not there, or out of reach.
    #[error("{0}")]
    Missing(String),
    /// The cursor was written by another kind or version of source.
    #[error("cursor cannot be read: {0}")]
    Cursor(String),
    /// The ledger is busy; the same question may be answered later.
    #[error("ledger is busy: {0}")]
    LedgerBusy(String),
    /// The ledger gave no answer.
    #[error("ledger gave no answer: {0}")]
    Ledger(String),
}

impl Error {
    /// What to do about it.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Away(_) | Self::LedgerBusy(_) => Fault::Transient,
            Self::Missing(_) => Fault::Poison,
            Self::Refused(_) | Self::Cursor(_) | Self::Ledger(_) => Fault::Fatal,
        }
    }
}
