//! Sort: what becomes of each row of a batch.

use bytes::Bytes;
use schemas::{Body, Codec, Event, Instant};
use transforms::{Chain, Outcome};

use super::letters;
use crate::{buses::DeadLetter, sources::SourceBatch};

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
}

enum Row<'a> {
    Converted(Vec<(Bytes, Bytes)>),
    Filtered,
    Dead { event: &'a Event, reason: String },
}

/// Passes every row of `batch` through `chain`.
pub(super) fn sort(chain: &Chain, codec: &Codec, batch: &SourceBatch, at: Instant) -> Sorted {
    let mut sorted = Sorted::default();
    sorted.dead.extend(batch.dead.iter().map(|row| letters::of_row(chain, row, at)));
    for events in &batch.converted {
        match pass(chain, codec, events) {
            Row::Converted(records) => {
                sorted.converted += 1;
                sorted.records.extend(records);
            }
            Row::Filtered => sorted.filtered += 1,
            Row::Dead { event, reason } => sorted.dead.push(letters::of_events(chain, events, (event, reason), at)),
        }
    }
    sorted
}

/// One row: dead as soon as one event is refused, for half a row would be a wrong row.
fn pass<'a>(chain: &Chain, codec: &Codec, events: &'a [Event]) -> Row<'a> {
    let mut records = Vec::with_capacity(events.len());
    for event in events {
        match chain.apply(event.clone()) {
            Outcome::Keep(kept) => match codec.encode(&kept) {
                Ok(value) => records.push((key(&kept), Bytes::from(value))),
                Err(error) => return Row::Dead { event, reason: format!("event cannot be encoded: {error}") },
            },
            Outcome::Drop { reason } => tracing::trace!(origin = %event.envelope.origin, reason, "event left out"),
            Outcome::Reject { reason } => return Row::Dead { event, reason },
        }
    }
    if records.is_empty() { Row::Filtered } else { Row::Converted(records) }
}

/// The key of an event's record: everything about one ticket or one dimension row stays in order.
fn key(event: &Event) -> Bytes {
    Bytes::from(match &event.body {
        Body::Dimension(row) => format!("d/{}/{}", row.kind, row.dimension_id),
        _ => format!("t/{}", event.envelope.ticket_id),
    })
}
