//! Why a step of ingestion was not done.

use schemas::ingestion::RowCounts;

use crate::{Fault, buses, sources};

/// Why a step was not done. Nothing of it counts: the cursor is where it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The source gave nothing.
    #[error(transparent)]
    Source(#[from] sources::Error),
    /// The log took or gave nothing.
    #[error(transparent)]
    Bus(#[from] buses::Error),
    /// The source forgot a row, or told of one twice.
    #[error(
        "rows do not add up: {} fetched, but {} repeated, {} converted, {} filtered and {} dead",
        counts.fetched, counts.repeated, counts.converted, counts.filtered, counts.dead
    )]
    Unbalanced {
        /// What was counted.
        counts: RowCounts,
    },
    /// So many rows die that the source or Farol must have changed.
    #[error("ingestion pauses: {dead} of the last {rows} new rows could not be read, the last one because {reason}")]
    FuseBlown {
        /// Rows that became dead letters.
        dead: u64,
        /// Rows looked at.
        rows: u64,
        /// The reason of the last of them.
        reason: String,
    },
    /// Nobody knows this letter.
    #[error("there is no dead letter {id}")]
    NoLetter {
        /// The id asked for.
        id: String,
    },
    /// Its event is in the log: processing it again is a matter of replaying, not of redriving.
    #[error("dead letter {id} was set aside while processing: its record is in the log, replay it")]
    InLog {
        /// The letter.
        id: String,
    },
    /// The letter's raw text is not what its stage writes.
    #[error("dead letter {id} cannot be read: {reason}")]
    Letter {
        /// The letter.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Error {
    /// What to do about it.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Source(error) => error.fault(),
            Self::Bus(error) => error.fault(),
            Self::Unbalanced { .. } | Self::FuseBlown { .. } => Fault::Fatal,
            Self::NoLetter { .. } | Self::InLog { .. } | Self::Letter { .. } => Fault::Poison,
        }
    }
}
