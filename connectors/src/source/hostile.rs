//! What holds of every row and of everything saved, whatever is in it: the checks that fuzzing runs, and the tests over what it
//! found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "checks of tests and fuzzing"
)]

use std::sync::LazyLock;

use chrono_tz::Tz;
use schemas::{Codec, Cursor, Envelope, Event, Instance, Instant, Origin, TicketId, event_id};
use serde_json::Value;

use super::convert::{self, Context, DIMENSIONS, Dimension, Draft, Row};
use super::cursor::Place;
use super::kind::Kind;
use super::ledger::{self, DimensionMemory, Entry, Fate, Presence, TicketMemory};

static CODEC: LazyLock<Codec> = LazyLock::new(|| Codec::new().unwrap());
/// Longer reasons would carry texts of the row into logs.
const REASON_BYTES_MAX: usize = 500;
/// What the present encoding of a ticket adds to that of the first release: the creation, and kinds of rows.
const NEWER_BYTES_MAX: usize = 3;
/// What an event says beside the texts of its row.
const EVENT_BYTES: usize = 4_096;

/// Checks one row. An input is text: a line each for item type, version and zone, and the row as JSON after them.
pub fn check_row(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.splitn(4, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let [itemtype, version, zone, row] = std::array::from_fn(|_| line());
    let Ok(raw) = serde_json::from_str::<Value>(row) else { return };
    let context = Context {
        instance: Instance::new("desk").unwrap(),
        version: version.parse().unwrap_or_else(|_| "10.0.19".parse().unwrap()),
        zone: zone.parse().unwrap_or(Tz::UTC),
        observed_at: Instant::from_seconds(1_795_441_677),
    };
    convert::creation(&raw, context.zone);
    check_dead(itemtype, &raw);
    let (kind, read) = match (Kind::of(itemtype), Dimension::of(itemtype)) {
        (Some(kind), _) => (Some(kind), convert::child(kind, &raw, &context)),
        (None, dimension) => (None, convert::dimension(dimension.unwrap_or(&DIMENSIONS[0]), &raw, &context)),
    };
    match read {
        Ok(row) => {
            assert_eq!(Some(row.id), convert::id_of(&raw));
            assert!(row.ticket >= 0);
            check_kept(kind, &row);
            row.drafts.iter().for_each(|draft| check_draft(draft, text.len()));
        }
        Err(reason) => assert!(reason.0.len() <= REASON_BYTES_MAX, "{}", reason.0),
    }
    if let Ok(ticket) = convert::ticket(&raw, &context) {
        assert!(ticket.modified_latest >= ticket.modified_at && ticket.entity >= 0);
        assert_eq!(ticket, convert::ticket(&raw, &context).unwrap());
    }
}

/// What is shown of a dead row has no text that people wrote to each other.
fn check_dead(itemtype: &str, raw: &Value) {
    let shown: Value = serde_json::from_str(&convert::showable(itemtype, raw)).unwrap();
    assert!(shown.get("content").is_none() && shown.get("alternative_email").is_none());
    if let (Some(dimension), Some(row)) = (Dimension::of(itemtype), shown.as_object()) {
        assert!(row.keys().all(|column| dimension.shows(column)), "{row:?}");
    }
    for kind in Kind::ALL {
        assert!(convert::ticket_of(kind, raw).is_none_or(|ticket| ticket > 0));
    }
}

/// What the ledger keeps of a row is read back.
fn check_kept(kind: Option<Kind>, row: &Row) {
    let entry = |revision| Entry::first(revision, Fate::Told).next(revision, Fate::Dead);
    if let Some(kind) = kind {
        let mut memory = TicketMemory::unread(Presence::Live);
        memory.remember(kind, row.id, entry(ledger::kept(kind, row.revision)));
        assert_eq!(TicketMemory::decode(&memory.encode()), Some(memory));
    } else {
        let memory = DimensionMemory { entry: entry(row.revision), is_trashed: false };
        assert_eq!(DimensionMemory::decode(&memory.encode()), Some(memory));
    }
}

/// What becomes an event goes into the log and comes out of it as it was.
fn check_draft(draft: &Draft, row_bytes: usize) {
    let (instance, origin) = (Instance::new("desk").unwrap(), Origin::new("Ticket", 1));
    let event_type = draft.body.event_type();
    let envelope = Envelope {
        event_id: event_id(&instance, &origin, event_type, ""),
        event_type,
        instance,
        entity_id: None,
        ticket_id: TicketId(1),
        occurred_at: draft.occurred_at,
        observed_at: draft.occurred_at,
        sequence: draft.sequence,
        origin,
        confidence: draft.confidence,
        trace: None,
    };
    let event = Event { envelope, body: draft.body.clone() };
    let record = CODEC.encode(&event).unwrap();
    assert!(record.len() <= 8 * row_bytes + EVENT_BYTES, "{} bytes", record.len());
    assert_eq!(CODEC.decode(&record).unwrap(), event);
}

/// Checks a saved place, or what the ledger holds of a ticket or a dimension's row: the first line says which.
pub fn check_saved(input: &[u8]) {
    let end = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    let (kind, saved) = (&input[..end], input.get(end + 1..).unwrap_or_default());
    match kind {
        b"place" => check_place(&String::from_utf8_lossy(saved)),
        b"ticket" => {
            let memory = TicketMemory::decode(saved);
            assert_eq!(ledger::is_readable(ledger::TICKETS, saved), memory.is_some());
            if let Some(memory) = memory {
                let written = memory.encode();
                assert!(written.len() <= saved.len() + NEWER_BYTES_MAX);
                memory.differs_from(Some(Instant(0)));
                assert_eq!(TicketMemory::decode(&written), Some(memory));
            }
        }
        b"dimension" => {
            let memory = DimensionMemory::decode(saved);
            assert_eq!(ledger::is_readable("dimension/User", saved), memory.is_some());
            if let Some(memory) = memory {
                let written = memory.encode();
                assert!(written.len() <= saved.len(), "bytes that nobody wrote were passed over");
                assert_eq!(DimensionMemory::decode(&written), Some(memory));
            }
        }
        _ => {}
    }
}

fn check_place(text: &str) {
    match Place::read(Some(&Cursor(text.to_owned()))) {
        Ok(mut place) => {
            let written = place.write().unwrap();
            assert_eq!(Place::read(Some(&written)).unwrap(), place);
            place.sees("entity 3".to_owned());
            place.reads("Ticket");
        }
        Err(error) => assert!(error.to_string().len() <= REASON_BYTES_MAX, "{error}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replay(target: &str, check: fn(&[u8])) {
        let folder = format!("{}/../fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
        let inputs = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        assert!(inputs.map(|input| check(&input)).count() > 10);
    }

    #[test]
    fn no_row_that_fuzzing_kept_is_misread() {
        replay("rows", check_row);
    }

    #[test]
    fn nothing_saved_that_fuzzing_kept_is_misread() {
        replay("saved", check_saved);
    }
}
