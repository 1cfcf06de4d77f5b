//! From records to events, sorted by what they are about.

use std::{collections::BTreeMap, fmt::Write};

use schemas::{Body, Codec, Event, Instant, Offset, Origin, TicketId};
use sla::Knowledge;
use uuid::Uuid;

use crate::{
    buses::{DeadLetter, Record, SLA},
    projection::{CLOCKS_SPACE, FOUNDED_SPACE, TICKET_SPACE},
};

/// The stage that dead letters of this step name.
const STAGE: &str = "process";
/// What the keys of tickets' records begin with.
const TICKET_KEY: &str = "t/";

/// The events of a batch, and the letters for the records that are none.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    /// By ticket.
    pub(super) tickets: BTreeMap<i64, Vec<(Offset, Event)>>,
    /// By kind and id.
    pub(super) dimensions: BTreeMap<String, BTreeMap<i64, Vec<(Offset, Event)>>>,
    /// Records that are no event.
    pub(super) dead: Vec<DeadLetter>,
}

/// Decodes `records` of `topic`, in order.
pub(super) fn decode(codec: &Codec, topic: &str, records: &[Record], now: Instant) -> Decoded {
    let mut decoded = Decoded::default();
    for record in records {
        let event = codec.decode(&record.value).map_err(|error| error.to_string()).and_then(consistent);
        match event.and_then(|event| belonging(event, topic)) {
            Err(reason) => decoded.dead.push(letter(record, topic, reason, now)),
            Ok(event) => decoded.add(record.offset, event),
        }
    }
    decoded
}

/// The key of a ticket's records.
pub(crate) fn ticket_key(id: TicketId) -> String {
    format!("{TICKET_KEY}{id}")
}

/// The ticket that a record's key names.
pub(crate) fn ticket_of(key: &[u8]) -> Option<TicketId> {
    let id = std::str::from_utf8(key).ok()?.strip_prefix(TICKET_KEY)?;
    id.parse().ok().map(TicketId)
}

impl Decoded {
    /// The tickets that events are about.
    pub(super) fn touched(&self) -> Vec<i64> {
        self.tickets.keys().copied().collect()
    }

    /// Whether something is said of agreements, calendars or entities.
    pub(super) fn has_knowledge(&self) -> bool {
        self.dimensions.keys().any(|kind| Knowledge::KINDS.contains(&kind.as_str()))
    }

    fn add(&mut self, offset: Offset, event: Event) {
        let events = match &event.body {
            Body::Dimension(dimension) => {
                let of_kind = self.dimensions.entry(dimension.kind.clone()).or_default();
                of_kind.entry(dimension.dimension_id).or_default()
            }
            _ => self.tickets.entry(event.envelope.ticket_id.0).or_default(),
        };
        events.push((offset, event));
    }
}

/// The event, if its envelope and its body fit together.
fn consistent(event: Event) -> Result<Event, String> {
    let Event { envelope, body } = &event;
    if envelope.event_type != body.event_type() {
        return Err(format!("envelope names type {} but holds {}", envelope.event_type, body.event_type()));
    }
    if envelope.ticket_id == TicketId::NONE && !matches!(body, Body::Dimension(_)) {
        return Err(format!("{} names no ticket", envelope.event_type));
    }
    if let Body::Dimension(dimension) = body
        && [TICKET_SPACE, FOUNDED_SPACE, CLOCKS_SPACE].contains(&dimension.kind.as_str())
    {
        // Its working state would take the place of a ticket's.
        return Err(format!("{} names the kind of tickets", envelope.event_type));
    }
    Ok(event)
}

/// Whether an event tells of clocks.
pub(super) const fn is_of_clocks(body: &Body) -> bool {
    matches!(body, Body::SlaBreached(_) | Body::SlaTicked(_))
}

/// The event, if it has its place in `topic`.
fn belonging(event: Event, topic: &str) -> Result<Event, String> {
    if topic == SLA && !is_of_clocks(&event.body) {
        return Err(format!("{} is no event of topic {SLA}", event.envelope.event_type));
    }
    Ok(event)
}

/// The letter for `record`: the same place and bytes always give the same one.
fn letter(record: &Record, topic: &str, reason: String, now: Instant) -> DeadLetter {
    let origin = Origin::new(topic, record.offset.0 as i64);
    let mut name = format!("{STAGE}\u{1f}{origin}\u{1f}").into_bytes();
    name.extend_from_slice(&record.value);
    DeadLetter {
        id: Uuid::new_v5(&Uuid::NAMESPACE_OID, &name).to_string(),
        at: now,
        stage: STAGE.to_owned(),
        origin,
        ticket_id: ticket_of(&record.key),
        reason,
        raw: hexadecimal(&record.value),
        redriven_at: None,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}
