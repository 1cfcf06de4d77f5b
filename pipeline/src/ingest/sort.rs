//! Sort: what becomes of each row of a batch.

use bytes::Bytes;
use schemas::{Body, Codec, Event, Instant};
use transforms::{Chain, Outcome};

use super::{
    kept::{Kept, ticket_told},
    letters,
};
use crate::{
    buses::DeadLetter,
    sources::{LedgerEntry, SourceBatch},
};

/// A batch, sorted.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// The events that are kept, encoded, with their keys.
    pub(super) records: Vec<(Bytes, Bytes)>,
    /// The rows that died, at the source or in the chain.
    pub(super) dead: Vec<DeadLetter>,
    /// Rows with events that are kept.
    pub(super) converted: u64,
    /// Rows whose every event the policy leaves out.
    pub(super) filtered: u64,
    /// Which tickets are kept from now on, or no more.
    pub(super) ledger: Vec<LedgerEntry>,
}

enum Row<'a> {
    /// Records, and the tickets whose own rows are among them or left out.
    Converted(Vec<(Bytes, Bytes)>, Vec<(i64, bool)>),
    Filtered,
    Dead {
        event: &'a Event,
        reason: String,
    },
}

/// Passes every row of `batch` through `chain`; `kept` knows of the tickets whose rows are in it.
pub(super) fn sort((chain, codec): (&Chain, &Codec), batch: &SourceBatch, mut kept: Kept, at: Instant) -> Sorted {
    let mut sorted = Sorted::default();
    sorted.dead.extend(batch.dead.iter().map(|row| letters::of_row(chain, row, at)));
    for events in &batch.converted {
        match pass((chain, codec), events, &kept) {
            Row::Converted(records, tickets) => {
                sorted.converted += 1;
                sorted.records.extend(records);
                for (ticket, is_kept) in tickets {
                    kept.set(ticket, is_kept);
                }
            }
            Row::Filtered => sorted.filtered += 1,
            Row::Dead { event, reason } => sorted.dead.push(letters::of_events(chain, events, (event, reason), at)),
        }
    }
    sorted.ledger = kept.entries();
    sorted
}

/// One row: dead as soon as one event is refused, for half a row would be a wrong row.
fn pass<'a>((chain, codec): (&Chain, &Codec), events: &'a [Event], kept: &Kept) -> Row<'a> {
    let (mut records, mut tickets) = (Vec::with_capacity(events.len()), Vec::new());
    for event in events {
        let told = match chain.apply(event.clone()) {
            Outcome::Keep(told) => {
                tickets.extend(ticket_told(event).map(|ticket| (ticket, true)));
                told
            }
            Outcome::Drop { reason } => {
                tracing::trace!(origin = %event.envelope.origin, reason, "event left out");
                let Some(ticket) = ticket_told(event).filter(|ticket| kept.holds(*ticket)) else { continue };
                let Some(departure) = chain.departure(event) else { continue };
                tickets.push((ticket, false));
                departure
            }
            Outcome::Reject { reason } => return Row::Dead { event, reason },
        };
        match codec.encode(&told) {
            Ok(value) => records.push((key(&told), Bytes::from(value))),
            Err(error) => return Row::Dead { event, reason: format!("event cannot be encoded: {error}") },
        }
    }
    if records.is_empty() { Row::Filtered } else { Row::Converted(records, tickets) }
}

/// The key of an event's record: everything about one ticket or one dimension row stays in order.
fn key(event: &Event) -> Bytes {
    Bytes::from(match &event.body {
        Body::Dimension(row) => format!("d/{}/{}", row.kind, row.dimension_id),
        _ => format!("t/{}", event.envelope.ticket_id),
    })
}
