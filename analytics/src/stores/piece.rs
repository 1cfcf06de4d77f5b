//! A piece of a table that a scan reads or leaves out: a chunk in memory or a row group on disk.

use std::sync::Arc;

use arrow::{array::RecordBatch, error::ArrowError};
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use schemas::tables::Table;

use super::{Error, chunk::Chunk, file::StoredFile, zones::Zones};

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Chunk(Arc<Chunk>),
    /// A row group, and what of it counts if not all of it does.
    Group(Arc<StoredFile>, usize, Option<Arc<Live>>),
}

/// The rows of a row group that count.
#[derive(Debug)]
pub(super) struct Live {
    pub(super) selection: RowSelection,
    rows: usize,
}

impl Live {
    /// From whether each row counts, in order.
    pub(super) fn of(rows: impl Iterator<Item = bool>) -> Self {
        let mut selectors: Vec<RowSelector> = Vec::new();
        for counts in rows {
            match selectors.last_mut() {
                Some(last) if last.skip != counts => last.row_count += 1,
                _ => selectors.push(RowSelector { row_count: 1, skip: !counts }),
            }
        }
        let rows = selectors.iter().filter(|selector| !selector.skip).map(|selector| selector.row_count).sum();
        Self { selection: selectors.into(), rows }
    }
}

impl Piece {
    /// What is known of the columns.
    pub(super) fn zones(&self) -> &Zones {
        match self {
            Self::Chunk(chunk) => chunk.zones(),
            Self::Group(file, group, _) => file.zones(*group),
        }
    }

    /// Rows that count.
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Chunk(chunk) => chunk.live_count(),
            Self::Group(file, group, live) => live.as_ref().map_or_else(|| file.rows(*group), |live| live.rows),
        }
    }

    /// The rows whose `column`, a ticket's id, is `ticket`; of a row group also those that no longer count.
    pub(super) fn of_ticket(&self, column: usize, ticket: i64) -> Result<Vec<RecordBatch>, Error> {
        match self {
            Self::Chunk(chunk) => Ok(vec![chunk.matching(column, ticket).map_err(broken)?]),
            Self::Group(file, group, _) => file.of_ticket(*group, column, ticket),
        }
    }
}

/// The pieces of one table in one state, oldest first.
#[derive(Debug)]
pub(super) struct Pieces {
    pub(super) table: Table,
    pub(super) pieces: Vec<Piece>,
}

/// What an error over rows in memory means.
#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
pub(super) fn broken(error: ArrowError) -> Error {
    Error::Damaged { place: "memory".into(), reason: error.to_string() }
}

impl From<ArrowError> for Error {
    fn from(error: ArrowError) -> Self {
        broken(error)
    }
}
