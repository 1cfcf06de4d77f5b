//! Dead letters of rows: what they hold, and how the events of one are found again.

use schemas::{Body, Envelope, Event, EventType, Instant, TicketId};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use transforms::Chain;
use uuid::Uuid;

use crate::{buses::DeadLetter, sources::DeadRow};

/// The stage of rows that the source can make nothing of. Raw is the source's row.
pub(super) const SOURCE: &str = "source";
/// The stage of rows that the chain refuses. Raw is the row's events.
pub(super) const TRANSFORM: &str = "transform";

/// Bytes of raw text in one letter. A row is far below once its texts are cut out.
const RAW_BYTES_MAX: usize = 256 * 1024;

/// The namespace of letters' ids.
const NAMESPACE: Uuid = Uuid::from_u128(0x4661_726f_6c00_5ead_8d15_676c_7069_0002);

/// The letter of a row that the source can make nothing of.
pub(super) fn of_row(chain: &Chain, row: &DeadRow, at: Instant) -> DeadLetter {
    let itemtype = row.origin.parts().map_or("", |(itemtype, _)| itemtype);
    let (raw, reason) = bounded(chain.mask_raw(itemtype, &row.raw), row.reason.clone());
    DeadLetter {
        id: id(row.origin.as_str(), &row.revision, SOURCE),
        at,
        stage: SOURCE.to_owned(),
        origin: row.origin.clone(),
        ticket_id: row.ticket_id,
        reason,
        raw,
        redriven_at: None,
    }
}

/// The letter of a row with `events`, one of which the chain refuses for a reason.
pub(super) fn of_events(
    chain: &Chain,
    events: &[Event],
    (refused, reason): (&Event, String),
    at: Instant,
) -> DeadLetter {
    let Envelope { origin, ticket_id, .. } = &refused.envelope;
    // The ids of the events hold the row's revision.
    let revision: Vec<String> = events.iter().map(|event| event.envelope.event_id.to_string()).collect();
    let (raw, reason) = bounded(write(chain, events), reason);
    DeadLetter {
        id: id(origin.as_str(), &revision.join("+"), TRANSFORM),
        at,
        stage: TRANSFORM.to_owned(),
        origin: origin.clone(),
        ticket_id: Some(*ticket_id).filter(|ticket| *ticket != TicketId::NONE),
        reason,
        raw,
        redriven_at: None,
    }
}

/// The events of a letter of the stage [`TRANSFORM`].
pub(super) fn events(raw: &str) -> Result<Vec<Event>, serde_json::Error> {
    let written: Vec<Written<Envelope, Value>> = serde_json::from_str(raw)?;
    written.into_iter().map(|Written { envelope, body }| Ok(Event { body: read(&envelope, body)?, envelope })).collect()
}

#[derive(Serialize, Deserialize)]
struct Written<E, B> {
    envelope: E,
    body: B,
}

fn write(chain: &Chain, events: &[Event]) -> String {
    let masked: Vec<Event> = events.iter().map(|event| chain.mask_event(event.clone())).collect();
    let written: Vec<_> = masked.iter().map(|event| Written { envelope: &event.envelope, body: &event.body }).collect();
    serde_json::to_string(&written).unwrap_or_else(|error| format!("events cannot be written: {error}"))
}

/// JSON does not tell two bodies of the same fields apart; the envelope does.
fn read(envelope: &Envelope, body: Value) -> Result<Body, serde_json::Error> {
    fn body_of<B: DeserializeOwned>(body: Value, wrap: fn(B) -> Body) -> Result<Body, serde_json::Error> {
        serde_json::from_value(body).map(wrap)
    }
    match envelope.event_type {
        EventType::TicketCreatedV1 => body_of(body, Body::Created),
        EventType::TicketUpdatedV1 => body_of(body, Body::Updated),
        EventType::TechnicianAssignmentChangedV1 => body_of(body, Body::Assignment),
        EventType::TicketCommentedV1 => body_of(body, Body::Commented),
        EventType::TicketDeletedV1 => body_of(body, Body::Deleted),
        EventType::TicketRestoredV1 => body_of(body, Body::Restored),
        EventType::SatisfactionAnsweredV1 => body_of(body, Body::Satisfaction),
        EventType::TicketSlaBreachedV1 => body_of(body, Body::SlaBreached),
        EventType::SlaClockTickedV1 => body_of(body, Body::SlaTicked),
        EventType::DimensionChangedV1 => body_of(body, Body::Dimension),
    }
}

fn bounded(mut raw: String, mut reason: String) -> (String, String) {
    if raw.len() > RAW_BYTES_MAX {
        let end = (0..=RAW_BYTES_MAX).rev().find(|end| raw.is_char_boundary(*end)).unwrap_or(0);
        reason = format!("{reason} (of {} bytes the first {end} are kept)", raw.len());
        raw.truncate(end);
    }
    (raw, reason)
}

fn id(origin: &str, revision: &str, stage: &str) -> String {
    Uuid::new_v5(&NAMESPACE, format!("{origin}\u{1f}{revision}\u{1f}{stage}").as_bytes()).to_string()
}
