//! What holds of every record and every working state, whatever is in it: the checks that fuzzing runs, and the tests over what it
//! found.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "checks of tests and fuzzing"
)]

use std::sync::LazyLock;

use bytes::Bytes;
use chrono_tz::Tz;
use schemas::{Codec, Event, Instance, Instant, Offset, TicketId, manifest};
use sla::Knowledge;
use transforms::{Chain, MaskPolicy, Outcome, Policy, SelectPolicy, Visibility};

use super::{Decoded, Folded, States, decode, fold};
use crate::{
    buses::{Record, TICKETS},
    projection::{self, TICKET_SPACE, TicketKey, Trash},
};

static CODEC: LazyLock<Codec> = LazyLock::new(|| Codec::new().unwrap());
static OPEN: LazyLock<Chain> = LazyLock::new(Chain::default);
static STRICT: LazyLock<Chain> = LazyLock::new(strict);
const NOW: Instant = Instant::from_seconds(1_795_441_677);
/// Records of one input: more of them teach nothing and take time.
const RECORDS_MAX: usize = 12;
/// Longer reasons would carry a part of the record.
const REASON_BYTES_MAX: usize = 500;

fn strict() -> Chain {
    let mask = MaskPolicy {
        titles: Visibility::Hide,
        requester_names: Visibility::Hide,
        person_names: Visibility::Hide,
        survey_comments: Visibility::Hide,
        technician_ids: vec![7],
    };
    Chain::new(Policy { mask, select: SelectPolicy::default() }).unwrap()
}

/// Checks records of one topic: two bytes of length, lowest first, before each.
pub fn check(input: &[u8]) {
    let records = records(input);
    for record in &records {
        if let Ok(event) = CODEC.decode(&record.value) {
            check_event(&event);
        }
    }
    let decoded = decode(&CODEC, TICKETS, &records, NOW);
    assert_eq!(events_of(&decoded) + decoded.dead.len(), records.len());
    for letter in &decoded.dead {
        assert!(letter.reason.len() <= REASON_BYTES_MAX, "{} bytes: {}", letter.reason.len(), letter.reason);
    }
    // Both meanings of the trash in turn: inputs come and go in all lengths.
    let trash = if input.len().is_multiple_of(2) { Trash::Drop } else { Trash::Keep };
    let whole = fold(&decoded, States::default(), Knowledge::new(Tz::UTC), trash).unwrap();
    check_tables(&whole);
    let cut = records.len() / 2;
    if cut > 0 {
        check_cut(&records, cut, trash, &whole);
    }
}

fn records(mut input: &[u8]) -> Vec<Record> {
    let mut records = Vec::new();
    while let Some((length, rest)) = input.split_first_chunk::<2>() {
        let length = usize::from(u16::from_le_bytes(*length)).min(rest.len());
        let (value, rest) = rest.split_at(length);
        let offset = Offset(records.len() as u64);
        records.push(Record { offset, key: Bytes::from_static(b"t/1"), value: Bytes::copy_from_slice(value) });
        if records.len() == RECORDS_MAX {
            break;
        }
        input = rest;
    }
    records
}

/// An event goes into the log and comes out of it as it was, and a second pass through the chain changes nothing.
fn check_event(event: &Event) {
    let bytes = CODEC.encode(event).unwrap();
    let again = CODEC.decode(&bytes).unwrap();
    // As bytes: not a number differs from itself.
    assert_eq!(CODEC.encode(&again).unwrap(), bytes);
    for chain in [&*OPEN, &*STRICT] {
        match chain.apply(event.clone()) {
            Outcome::Keep(once) => {
                assert_eq!(once.envelope.event_id, event.envelope.event_id);
                let kept = CODEC.encode(&once).unwrap();
                match chain.apply(once) {
                    Outcome::Keep(twice) => assert_eq!(CODEC.encode(&twice).unwrap(), kept),
                    other => panic!("kept once and then {other:?}"),
                }
            }
            Outcome::Reject { reason } => assert!(reason.len() <= REASON_BYTES_MAX, "{reason}"),
            Outcome::Drop { .. } => {}
        }
        if let Some(departed) = chain.departure(event) {
            CODEC.encode(&departed).unwrap();
        }
    }
}

fn events_of(decoded: &Decoded) -> usize {
    let of_tickets = decoded.tickets.values().map(Vec::len).sum::<usize>();
    of_tickets + decoded.dimensions.values().flat_map(|events| events.values()).map(Vec::len).sum::<usize>()
}

/// The rows fit their tables, as they are written and as they are read; and the states give them again.
fn check_tables(folded: &Folded) {
    for (table, rows) in &folded.batch.rows {
        let (data, crc32) = manifest::pack(rows).unwrap();
        assert_eq!(&manifest::unpack(*table, &data, crc32).unwrap(), rows);
    }
    for fold in &folded.batch.folds {
        projection::check_state(&fold.space, &fold.state).unwrap();
    }
}

/// Where a batch ends and the next begins changes no state.
fn check_cut(records: &[Record], cut: usize, trash: Trash, whole: &Folded) {
    let (first, second) = records.split_at(cut);
    let first = fold(&decode(&CODEC, TICKETS, first, NOW), States::default(), Knowledge::new(Tz::UTC), trash).unwrap();
    let mut states = States::default();
    for fold in &first.batch.folds {
        let of_kind = match fold.space.as_str() {
            TICKET_SPACE => &mut states.tickets,
            kind => states.dimensions.entry(kind.to_owned()).or_default(),
        };
        of_kind.insert(fold.id, fold.state.clone());
    }
    let second = fold(&decode(&CODEC, TICKETS, second, NOW), states, first.knowledge.clone(), trash).unwrap();
    let both = first.batch.counts.stored + second.batch.counts.stored;
    let repeated = first.batch.counts.repeated + second.batch.counts.repeated;
    assert_eq!((both, repeated), (whole.batch.counts.stored, whole.batch.counts.repeated));
    for fold in &whole.batch.folds {
        let of = |folded: &Folded| {
            let found = folded.batch.folds.iter().find(|other| (&other.space, other.id) == (&fold.space, fold.id));
            found.map(|fold| fold.state.clone())
        };
        assert_eq!(of(&second).or_else(|| of(&first)).as_ref(), Some(&fold.state), "{} {}", fold.space, fold.id);
    }
}

/// Checks what a store holds: the first line says whether it is a working state without its checksum, rows, or `CURRENT`.
pub fn check_saved(input: &[u8]) {
    let end = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    let (kind, saved) = (&input[..end], input.get(end + 1..).unwrap_or_default());
    match kind {
        b"state" => {
            let state = [saved, &crc32fast::hash(saved).to_le_bytes()].concat();
            let key = TicketKey { instance: Instance::new("desk").unwrap(), id: TicketId(1) };
            for trash in [Trash::Drop, Trash::Keep] {
                let rows = projection::rows_again(&key, &state, (&Knowledge::new(Tz::UTC), trash));
                assert_eq!(rows.is_ok(), projection::check_state(TICKET_SPACE, &state).is_ok());
            }
            projection::check_state("SLA", &state).ok();
        }
        b"current" => {
            if let Some(number) = manifest::current_number(saved) {
                let name = manifest::generation_name(number);
                let written = [manifest::current_line(number), format!("{name}\n")];
                assert!(written.iter().any(|line| line.as_bytes() == saved));
            }
        }
        _ => {}
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
    fn no_record_that_fuzzing_kept_stops_the_desk() {
        replay("events", check);
    }

    #[test]
    fn nothing_stored_that_fuzzing_kept_is_misread() {
        replay("saved", check_saved);
    }
}
