//! The projection: from a ticket's events to its current row and its spans.
//!
//! A pure fold over the whole ticket. The working state holds what its events taught, in compact form, and the ids of all of them,
//! so that a repeat is recognised for ever. The rows are made anew from the state each time: late or corrected events leave no
//! ghosts, and how events were cut into batches cannot be told from the rows.

mod absorb;
mod actors;
mod clocks;
mod dimensions;
mod memory;
pub mod parity;
mod presence;
mod row;
pub mod rows;
mod spans;
mod standing;
mod steps;
mod track;

use chrono_tz::Tz;
use schemas::{Event, Instance, Offset, TicketId};
use serde::{Deserialize, Serialize};
use sla::Knowledge;

use crate::Fault;

pub use dimensions::{FOUNDED_SPACE, RefoldedDimension, load_dimension, refold_dimension};
pub(crate) use dimensions::{read_founded, write_founded};
use memory::Memory;
pub(crate) use memory::same_layout;
use rows::{ClockRow, SpanRow, TicketRow};
#[cfg(test)]
pub(crate) use standing::Run;
pub use standing::{CLOCKS_SPACE, Standing};
pub(crate) use standing::{PERCENTS, Promise};

/// Where the working state of tickets is kept.
pub const TICKET_SPACE: &str = "ticket";

/// What a desk uses its trash for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trash {
    /// For mistakes: a trashed ticket is left out of counts from that instant on.
    #[default]
    Drop,
    /// As an archive: a trashed ticket still counts.
    Keep,
}

/// One ticket of one desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TicketKey {
    /// The desk.
    pub instance: Instance,
    /// The ticket.
    pub id: TicketId,
}

/// What a refold found.
#[derive(Clone, Debug, PartialEq)]
pub struct Refolded {
    /// The new working state; `None` when every event was a repeat.
    pub state: Option<Vec<u8>>,
    /// The places in the slice of the events that were new, by offset.
    pub stored: Vec<usize>,
    /// How many events were repeats.
    pub repeated: u64,
    /// The ticket's rows; `None` when nothing that they show is new, or the ticket's own row was never read.
    pub rows: Option<TicketRows>,
}

/// The rows of one ticket, of one version.
#[derive(Clone, Debug, PartialEq)]
pub struct TicketRows {
    /// Its current row.
    pub ticket: TicketRow,
    /// Its intervals, in order.
    pub spans: Vec<SpanRow>,
    /// Its promises and how their clocks stand.
    pub clocks: Vec<ClockRow>,
    /// How its promises stand, for whoever tells when they are used up; none if it never bore one.
    pub standing: Option<Standing>,
}

/// Why there is no projection.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another release wrote the working state.
    #[error(
        "the store was made by another release of Farol (working states of layout {found}, this one reads {expected}); run `farol rebuild` to make it again from the log"
    )]
    Layout {
        /// The layout found.
        found: u8,
        /// The layout of this release.
        expected: u8,
    },
    /// The working state is no working state.
    #[error("working state cannot be read, rebuild the store: {0}")]
    Damaged(String),
    /// Rows and table contract disagree.
    #[error("rows do not fit table {table}: {reason}")]
    Contract {
        /// The table.
        table: &'static str,
        /// What disagrees.
        reason: String,
    },
}

impl Error {
    /// What to do about it.
    pub const fn fault(&self) -> Fault {
        Fault::Fatal
    }

    /// This error, with the name of whose working state it is about.
    pub(crate) fn about(self, kind: &str, id: i64) -> Self {
        match self {
            Self::Damaged(reason) => Self::Damaged(format!("{kind} {id}: {reason}")),
            other => other,
        }
    }
}

/// Folds `events` of one ticket, in any order, into its working state, and makes the ticket's rows anew.
pub fn refold(
    key: &TicketKey,
    state: Option<&[u8]>,
    events: &[(Offset, Event)],
    (knowledge, trash): (&Knowledge, Trash),
) -> Result<Refolded, Error> {
    let memory = state.map(Memory::read).transpose().map_err(|error| error.about("ticket", key.id.0))?;
    let mut memory = memory.unwrap_or_default();
    let before = memory.version;
    let mut order: Vec<usize> = (0..events.len()).collect();
    order.sort_by_key(|&place| events[place].0);
    order.retain(|&place| memory.absorb(events[place].0, &events[place].1));

    let repeated = (events.len() - order.len()) as u64;
    if order.is_empty() {
        return Ok(Refolded { state: None, stored: order, repeated, rows: None });
    }
    let is_projected = memory.version != before;
    let rows = if is_projected { row::rows(key, &memory, (knowledge, trash)) } else { None };
    Ok(Refolded { state: Some(memory.write()?), stored: order, repeated, rows })
}

/// The rows of a ticket as its working state has them: the same rows, of the same version, as its last refold made.
pub fn rows_again(
    key: &TicketKey,
    state: &[u8],
    (knowledge, trash): (&Knowledge, Trash),
) -> Result<Option<TicketRows>, Error> {
    let memory = Memory::read(state).map_err(|error| error.about("ticket", key.id.0))?;
    Ok(row::rows(key, &memory, (knowledge, trash)))
}

/// Refuses a working state that cannot be read, of a ticket or of a dimension.
pub(crate) fn check_state(space: &str, state: &[u8]) -> Result<(), Error> {
    match space {
        TICKET_SPACE => Memory::read(state).map(drop),
        FOUNDED_SPACE => read_founded(state).map(drop),
        CLOCKS_SPACE => Standing::read(state).map(drop),
        _ => load_dimension(&mut Knowledge::new(Tz::UTC), space, 0, state),
    }
}

#[cfg(test)]
pub(crate) mod tests;
