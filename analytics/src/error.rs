//! Why a question has no answer.

use datafusion::error::DataFusionError;

use crate::{ports::PortError, stores};

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The question itself is wrong: asking again will not help.
    #[error("{field}: {problem}; allowed: {allowed}")]
    Invalid {
        /// The input's field, as the DTO names it.
        field: &'static str,
        /// What was wrong with it.
        problem: String,
        /// What it may be.
        allowed: String,
    },
    /// There is no such thing, or the viewer may not see it.
    #[error("no {what} {id}")]
    NotFound {
        /// The kind of thing.
        what: &'static str,
        /// Its id.
        id: i64,
    },
    /// Too many questions are under way, or this one needs more memory than is left.
    #[error("too many questions at once")]
    Busy,
    /// The store gave no answer.
    #[error(transparent)]
    Store(#[from] stores::Error),
    /// The write side's state cannot be read or written.
    #[error(transparent)]
    Port(#[from] PortError),
    /// A ticket's steps cannot be counted: a fault of Farol, not of the question.
    #[error("clocks cannot be counted: {0}")]
    Clocks(#[from] sla::Error),
    /// A plan failed: a fault of Farol, not of the question.
    #[error("plan failed: {0}")]
    Plan(DataFusionError),
}

impl Error {
    /// A name of the situation that callers may rely on.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "invalid_input",
            Self::NotFound { .. } => "not_found",
            Self::Busy => "busy",
            Self::Store(stores::Error::Empty) => "nothing_stored",
            Self::Store(stores::Error::Storage(_)) => "store_unavailable",
            Self::Store(stores::Error::Damaged { .. }) => "store_damaged",
            Self::Port(_) => "control_unavailable",
            Self::Clocks(_) | Self::Plan(_) => "internal",
        }
    }

    /// Whether the same question may be answered later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Busy | Self::Port(_) | Self::Store(stores::Error::Empty | stores::Error::Storage(_)))
    }

    pub(crate) fn invalid(field: &'static str, problem: impl Into<String>, allowed: impl Into<String>) -> Self {
        Self::Invalid { field, problem: problem.into(), allowed: allowed.into() }
    }
}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(_) => Self::Busy,
            // A store's provider reports its own errors through DataFusion: what it says is the store's, not the
            // plan's.
            DataFusionError::External(cause) if cause.is::<stores::Error>() => {
                Self::Store(stores::Error::Storage(cause.to_string()))
            }
            _ => Self::Plan(error),
        }
    }
}

impl From<arrow::error::ArrowError> for Error {
    fn from(error: arrow::error::ArrowError) -> Self {
        Self::from(DataFusionError::from(error))
    }
}
