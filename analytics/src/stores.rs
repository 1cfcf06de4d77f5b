//! Stores: where answers are read from.
//!
//! A store gives consistent snapshots: every table of one snapshot shows the state after the same commit.

mod chunk;
mod dimensions;
pub mod embedded;
mod facts;
mod file;
pub mod memory;
mod piece;
mod pinned;
mod scan;
mod state;
#[cfg(test)]
mod suite;
mod table;
mod zones;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::datasource::TableProvider;
use schemas::{Offset, TicketId, tables::Table};

pub use dimensions::{Dimension, Dimensions};

/// A place that answers are read from.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// The newest consistent state. Cheap when nothing was written since the last call.
    async fn snapshot(&self) -> Result<Arc<dyn Snapshot>, Error>;
}

/// One consistent state of every table.
#[async_trait]
pub trait Snapshot: fmt::Debug + Send + Sync {
    /// Grows with each commit; equal numbers mean equal answers. Part of cache keys and cursors.
    fn version(&self) -> u64;

    /// The offset after the last event in this state.
    fn offset(&self) -> Offset;

    /// A table as DataFusion reads it: versioned tables show the newest version of each ticket only. Filters on columns with
    /// min/max zones (times, ids) are pushed down.
    fn table(&self, table: Table) -> Result<Arc<dyn TableProvider>, Error>;

    /// The rows of one ticket in a table that has a `ticket_id`, found without a scan of the others, in the table's sort order.
    async fn of_ticket(&self, table: Table, ticket: TicketId) -> Result<Vec<arrow::array::RecordBatch>, Error>;

    /// The current rows of the dimensions.
    fn dimensions(&self) -> Arc<Dimensions>;
}

/// Why a store gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no store yet: nothing was ingested.
    #[error("nothing is stored yet")]
    Empty,
    /// The disk or the server refused.
    #[error("store cannot be read: {0}")]
    Storage(String),
    /// Acknowledged data is damaged.
    #[error("store is damaged in {place}: {reason}")]
    Damaged {
        /// The file or batch.
        place: String,
        /// What was found.
        reason: String,
    },
}
