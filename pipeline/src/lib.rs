//! The write side: from a source's rows to rows in a store, with nothing lost and nothing doubled.
//!
//! It knows nothing of GLPI, of metrics or of serving HTTP. Four use cases: [`ingest`] moves rows from a source into the log,
//! [`process`] moves events from the log into the store, [`replay`] processes old events again, [`announce`] tells of the
//! promises to tickets when parts of them are used up. [`parity`] holds what
//! GLPI stored against what follows from the events.

pub mod announce;
pub mod buses;
pub mod ingest;
pub mod parity;
pub mod process;
pub mod projection;
pub mod replay;
pub mod sinks;
pub mod sources;
pub mod sqlite;

mod fault;
mod finding;

pub use fault::Fault;
pub use finding::Finding;
