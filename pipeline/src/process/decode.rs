//! From records to events, sorted by what they are about.

use std::{collections::BTreeMap, fmt::Write};

use schemas::{Body, Codec, Event, Instant, Offset, Origin, TicketId};
use uuid::Uuid;

use crate::{
    buses::{DeadLetter, Record, TICKETS},
    projection::TICKET_SPACE,
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

/// Decodes `records`, in order.
pub(super) fn decode(codec: &Codec, records: &[Record], now: Instant) -> Decoded {
    let mut decoded = Decoded::default();
    for record in records {
        let event = codec.decode(&record.value).map_err(|error| error.to_string()).and_then(consistent);
        match event {
            Err(reason) => decoded.dead.push(letter(record, reason, now)),
            Ok(event) => decoded.add(record.offset, event),
        }
    }
    decoded
}

/// The ticket that a record's key names.
pub(crate) fn ticket_of(key: &[u8]) -> Option<TicketId> {
    let id = std::str::from_utf8(key).ok()?.strip_prefix(TICKET_KEY)?;
    id.parse().ok().map(TicketId)
}

impl Decoded {
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
        && dimension.kind == TICKET_SPACE
    {
        // Its working state would take the place of a ticket's.
        return Err(format!("{} names the kind of tickets", envelope.event_type));
    }
    Ok(event)
}

/// The letter for `record`: the same place and bytes always give the same one.
fn letter(record: &Record, reason: String, now: Instant) -> DeadLetter {
    let origin = Origin::new(TICKETS, record.offset.0 as i64);
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
