//! The contracts that the write side and the read side share: events, tables and the domain's nouns.
//!
//! Pure values only. This crate knows nothing of files, networks, clocks, tokio or DataFusion.

mod codec;
mod events;
mod ids;
pub mod ingestion;
pub mod manifest;
pub mod tables;
mod time;

pub use codec::{Codec, CodecError};
pub use events::{
    ActorKind, Body, Clock, CommentKind, Commented, Confidence, Created, Deleted, DeletionCause, DimensionChanged,
    Envelope, Event, EventType, FieldChange, LinkChange, Mode, RestorationCause, Restored, Role, Satisfaction,
    SlaBreached, SlaTicked, TechnicianAssignment, TicketState, Updated,
};
pub use ids::{Cursor, EventId, Instance, Offset, Origin, TicketId, event_id};
pub use time::Instant;
