//! The envelope: what every event says about itself.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{EventId, Instance, Instant, Origin, TicketId};

/// The versioned types of events. A new major version is a new type; the old one stays readable for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventType {
    /// A ticket was opened.
    TicketCreatedV1,
    /// A field of a ticket changed, or the ticket's row was read.
    TicketUpdatedV1,
    /// An actor joined or left a role of a ticket.
    TechnicianAssignmentChangedV1,
    /// A followup, task or solution was written, edited or removed.
    TicketCommentedV1,
    /// A ticket went to the trash, was purged, or left the account's scope.
    TicketDeletedV1,
    /// A ticket came back from the trash, or into the account's scope.
    TicketRestoredV1,
    /// A ticket's survey was sent or answered.
    SatisfactionAnsweredV1,
    /// A clock of a ticket passed its target.
    TicketSlaBreachedV1,
    /// A clock of a ticket crossed a threshold, paused, resumed or stopped.
    SlaClockTickedV1,
    /// A row that tickets refer to (person, group, entity, SLA, calendar, ...) is new, other or gone.
    DimensionChangedV1,
}

impl EventType {
    /// Every type, in the order of their introduction.
    pub const ALL: [Self; 10] = [
        Self::TicketCreatedV1,
        Self::TicketUpdatedV1,
        Self::TechnicianAssignmentChangedV1,
        Self::TicketCommentedV1,
        Self::TicketDeletedV1,
        Self::TicketRestoredV1,
        Self::SatisfactionAnsweredV1,
        Self::TicketSlaBreachedV1,
        Self::SlaClockTickedV1,
        Self::DimensionChangedV1,
    ];

    /// The name on the wire, with its major version.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TicketCreatedV1 => "TicketCreatedV1",
            Self::TicketUpdatedV1 => "TicketUpdatedV1",
            Self::TechnicianAssignmentChangedV1 => "TechnicianAssignmentChangedV1",
            Self::TicketCommentedV1 => "TicketCommentedV1",
            Self::TicketDeletedV1 => "TicketDeletedV1",
            Self::TicketRestoredV1 => "TicketRestoredV1",
            Self::SatisfactionAnsweredV1 => "SatisfactionAnsweredV1",
            Self::TicketSlaBreachedV1 => "TicketSlaBreachedV1",
            Self::SlaClockTickedV1 => "SlaClockTickedV1",
            Self::DimensionChangedV1 => "DimensionChangedV1",
        }
    }
}

// Text on the wire, so that a new type needs no new version of the envelope.
impl Serialize for EventType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for EventType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = Self::ALL.into_iter().find(|event_type| event_type.name() == name);
        found.ok_or_else(|| de::Error::custom(format!("unknown event type {name}")))
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How sure an event is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The source's own history says so, with its time.
    Recorded,
    /// Seen by reading the present state; `occurred_at` is the latest time it can have happened.
    Observed,
    /// Concluded from other facts, such as a local time that the end of summer time repeats.
    Inferred,
}

/// What every event says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// UUIDv5 of instance, origin, type and content revision: a repeat has the same id.
    pub event_id: EventId,
    /// The type of the body.
    #[serde(rename = "type")]
    pub event_type: EventType,
    /// The desk.
    pub instance: Instance,
    /// The ticket's entity as known when the event was made; root is 0.
    pub entity_id: Option<i64>,
    /// The ticket, or [`TicketId::NONE`].
    pub ticket_id: TicketId,
    /// When it happened in the source.
    pub occurred_at: Instant,
    /// When Farol learnt it.
    pub observed_at: Instant,
    /// Orders events of one ticket that share `occurred_at`: the id of the history row, 0 for rows without history.
    pub sequence: i64,
    /// The row it was made from.
    pub origin: Origin,
    /// How sure it is.
    pub confidence: Confidence,
    /// W3C `traceparent` of the read that found it.
    pub trace: Option<String>,
}
