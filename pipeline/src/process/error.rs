//! Why processing stops.

use schemas::Offset;

use crate::{Fault, buses, projection, sinks};

/// Why a step was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log failed.
    #[error(transparent)]
    Bus(#[from] buses::Error),
    /// The store failed.
    #[error(transparent)]
    Sink(#[from] sinks::Error),
    /// The projection failed.
    #[error(transparent)]
    Projection(#[from] projection::Error),
    /// The log lacks records that it counted.
    #[error("topic {topic} has no record at offset {expected}, but one at {found}")]
    Gap {
        /// The topic.
        topic: &'static str,
        /// The offset asked for.
        expected: Offset,
        /// The offset got.
        found: Offset,
    },
    /// The computation was cut off.
    #[error("folding was cut off: {0}")]
    CutOff(String),
}

impl Error {
    /// What to do about it.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Bus(error) => error.fault(),
            Self::Sink(error) => error.fault(),
            Self::Projection(error) => error.fault(),
            Self::Gap { .. } | Self::CutOff(_) => Fault::Fatal,
        }
    }

    /// Whether an earlier release made the store, so that making it again from the log is all it needs.
    pub const fn is_of_an_earlier_release(&self) -> bool {
        matches!(self, Self::Projection(projection::Error::Layout { found, expected }) if *found < *expected)
    }
}
