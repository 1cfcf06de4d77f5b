//! Sinks: where finished rows leave the pipeline.
//!
//! A sink takes whole batches and answers only when rows, folds, counts and position are durable, all together. It does not retry
//! and does not filter: both belong to the engine.

pub mod embedded;
pub mod memory;
#[cfg(test)]
mod suite;

use std::{collections::HashMap, fmt};

use arrow::array::RecordBatch;
use async_trait::async_trait;
use schemas::{Offset, ingestion::EventCounts, tables::Table};

use crate::Fault;

/// A place that keeps rows.
#[async_trait]
pub trait Sink: fmt::Debug + Send + Sync {
    /// Keeps `batch` and the offset after it. Writing the same batch twice changes nothing.
    async fn write(&self, batch: RowBatch, topic: &str, next: Offset) -> Result<(), Error>;

    /// The offset after the last record of `topic` whose rows are kept.
    async fn position(&self, topic: &str) -> Result<Offset, Error>;

    /// The counts of events; `appended` is left at zero, for only the bus knows it.
    async fn counts(&self) -> Result<EventCounts, Error>;

    /// The projection's working state of `ids` in `space`; ids without one are left out.
    async fn folds(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, Error>;

    /// At most `limit` states of `space` after `after`, ascending.
    async fn scan_folds(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, Error>;
}

/// Rows of several tables that become visible together.
#[derive(Clone, Debug, Default)]
pub struct RowBatch {
    /// Rows, in the schema of their table.
    pub rows: Vec<(Table, RecordBatch)>,
    /// The projection's new working state.
    pub folds: Vec<Fold>,
    /// Events to add to the counts.
    pub counts: EventCounts,
}

/// The working state of one ticket or dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// `ticket` or the kind of dimension.
    pub space: String,
    /// The id within it.
    pub id: i64,
    /// The state.
    pub state: Vec<u8>,
}

/// Why a batch was not kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store is busy or away; the same batch may work later.
    #[error("store is busy: {0}")]
    Busy(String),
    /// The disk or the server refused.
    #[error("store cannot be written or read: {0}")]
    Storage(String),
    /// Another release made the store. The log holds everything that is in it.
    #[error(
        "the store was made by another release of Farol (layout {found}, this one reads {known}); run `farol rebuild` to make it again from the log"
    )]
    Layout {
        /// The layout found.
        found: i64,
        /// The layout known.
        known: i64,
    },
    /// The store and the table contract disagree; waiting will not help.
    #[error("store refused table {table}: {reason}")]
    Refused {
        /// The table.
        table: &'static str,
        /// What disagrees.
        reason: String,
    },
    /// Acknowledged data is damaged.
    #[error("store is damaged in {place}: {reason}")]
    Damaged {
        /// The file or batch.
        place: String,
        /// What was found.
        reason: String,
    },
}

impl Error {
    /// What to do about it.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Busy(_) => Fault::Transient,
            Self::Storage(_) | Self::Layout { .. } | Self::Refused { .. } | Self::Damaged { .. } => Fault::Fatal,
        }
    }
}
