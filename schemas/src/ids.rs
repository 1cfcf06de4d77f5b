//! Names of things: a desk, a ticket, an event, a place in a topic, a place in a source.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::events::EventType;

/// One GLPI server, called a desk: the contract's `ServiceDeskID`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instance(String);

impl Instance {
    /// Takes a name of 1 to 64 letters, digits, dots, dashes or underscores; `None` for any other.
    pub fn new(name: &str) -> Option<Self> {
        let fits = (1..=64).contains(&name.len());
        let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
        (fits && plain).then(|| Self(name.to_owned()))
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A ticket's number in GLPI. Zero marks events that belong to no ticket (dimensions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TicketId(pub i64);

impl TicketId {
    /// The id of events that belong to no ticket.
    pub const NONE: Self = Self(0);
}

impl fmt::Display for TicketId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of one event: the same origin row and content always give the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId(pub Uuid);

// Always text: Avro's binary form and JSON then agree.
impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
    }
}

impl<'de> Deserialize<'de> for EventId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Uuid::parse_str(&text).map(Self).map_err(de::Error::custom)
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The row of the source that an event was made from, such as `Log/4543`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Origin(String);

impl Origin {
    /// The row `id` of `itemtype`.
    pub fn new(itemtype: &str, id: i64) -> Self {
        Self(format!("{itemtype}/{id}"))
    }

    /// The item type and the id.
    pub fn parts(&self) -> Option<(&str, i64)> {
        let (itemtype, id) = self.0.rsplit_once('/')?;
        Some((itemtype, id.parse().ok()?))
    }

    /// The origin as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in a topic: how many records stand before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Offset(pub u64);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A place in a source. Only the source that wrote it can read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// Farol's own namespace for version 5 UUIDs.
const NAMESPACE: Uuid = Uuid::from_u128(0x4661_726f_6c00_5ead_8d15_676c_7069_0001);

/// The name of the event of type `kind` that revision `revision` of the row `origin` of `instance` gives rise to.
pub fn event_id(instance: &Instance, origin: &Origin, kind: EventType, revision: &str) -> EventId {
    // No part can hold the separator: instance and origin refuse control characters, revisions are hexadecimal.
    let name = format!("{instance}\u{1f}{origin}\u{1f}{kind}\u{1f}{revision}");
    EventId(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}
