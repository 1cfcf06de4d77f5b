//! A piece of a table that a scan reads or leaves out: a chunk in memory or a row group on disk.

use std::sync::Arc;

use arrow::{array::RecordBatch, error::ArrowError};
use schemas::tables::Table;

use super::{Error, chunk::Chunk, file::StoredFile, zones::Zones};

#[derive(Clone, Debug)]
pub(super) enum Piece {
    Chunk(Arc<Chunk>),
    Group(Arc<StoredFile>, usize),
}

impl Piece {
    /// What is known of the columns.
    pub(super) fn zones(&self) -> &Zones {
        match self {
            Self::Chunk(chunk) => chunk.zones(),
            Self::Group(file, group) => file.zones(*group),
        }
    }

    /// Rows that count.
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Chunk(chunk) => chunk.live_count(),
            Self::Group(file, group) => file.rows(*group),
        }
    }

    /// The rows whose `column`, a ticket's id, is `ticket`.
    pub(super) fn of_ticket(&self, column: usize, ticket: i64) -> Result<Vec<RecordBatch>, Error> {
        match self {
            Self::Chunk(chunk) => Ok(vec![chunk.matching(column, ticket).map_err(broken)?]),
            Self::Group(file, group) => file.of_ticket(*group, column, ticket),
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
