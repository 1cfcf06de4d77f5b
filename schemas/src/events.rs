//! Events: what happened to a ticket or a dimension, and how Farol came to know it.
//!
//! An event is never edited. A later one with another content revision supersedes it.

mod bodies;
mod envelope;

use serde::{Deserialize, Serialize};

pub use bodies::{
    ActorKind, Clock, CommentKind, Commented, Created, Deleted, DeletionCause, DimensionChanged, FieldChange,
    LinkChange, Mode, RestorationCause, Restored, Role, Satisfaction, SlaBreached, SlaTicked, TechnicianAssignment,
    TicketState, Updated,
};
pub use envelope::{Confidence, Envelope, EventType};

/// An envelope and what it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Where the event comes from, what it is about and when.
    pub envelope: Envelope,
    /// What happened.
    pub body: Body,
}

/// What happened. One variant for each Avro schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// `TicketCreatedV1`
    Created(Created),
    /// `TicketUpdatedV1`
    Updated(Box<Updated>),
    /// `TechnicianAssignmentChangedV1`
    Assignment(TechnicianAssignment),
    /// `TicketCommentedV1`
    Commented(Commented),
    /// `TicketDeletedV1`
    Deleted(Deleted),
    /// `TicketRestoredV1`
    Restored(Restored),
    /// `SatisfactionAnsweredV1`
    Satisfaction(Satisfaction),
    /// `TicketSlaBreachedV1`
    SlaBreached(SlaBreached),
    /// `SlaClockTickedV1`
    SlaTicked(SlaTicked),
    /// `DimensionChangedV1`
    Dimension(DimensionChanged),
}

impl Body {
    /// The type that the envelope of this body carries.
    pub fn event_type(&self) -> EventType {
        match self {
            Self::Created(_) => EventType::TicketCreatedV1,
            Self::Updated(_) => EventType::TicketUpdatedV1,
            Self::Assignment(_) => EventType::TechnicianAssignmentChangedV1,
            Self::Commented(_) => EventType::TicketCommentedV1,
            Self::Deleted(_) => EventType::TicketDeletedV1,
            Self::Restored(_) => EventType::TicketRestoredV1,
            Self::Satisfaction(_) => EventType::SatisfactionAnsweredV1,
            Self::SlaBreached(_) => EventType::TicketSlaBreachedV1,
            Self::SlaTicked(_) => EventType::SlaClockTickedV1,
            Self::Dimension(_) => EventType::DimensionChangedV1,
        }
    }
}
