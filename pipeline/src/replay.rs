//! Replay: processes old events again.
//!
//! A replay repairs rows in place and changes nothing that is right; a rebuild fills an empty store from the whole log.

use std::{collections::BTreeMap, ops::Range};

use schemas::{Codec, Instance, Instant, Offset, TicketId, tables::Table};

use crate::{
    buses::{Bus, TICKETS},
    process::{Config, Error, Processed, Processor, knowledge, ticket_of},
    projection::{TICKET_SPACE, TicketKey, rows, rows_again},
    sinks::{RowBatch, Sink},
};

/// The topic that repairs are written under: a counter of them, so that a sink does not take one for a batch that it has.
const REPLAY: &str = "replay";
/// How many records one call to the log asks for.
const READ_RECORDS_MAX: usize = 10_000;
/// How many tickets one write to the sink repairs.
const WRITE_TICKETS_MAX: usize = 2_000;

/// What a replay did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Records read.
    pub records: u64,
    /// Tickets whose rows were written again.
    pub tickets: u64,
}

/// Makes and writes the rows of every ticket again that an event appended in `window` belongs to.
///
/// The rows come from the working state, bear the version they had, and replace what stood in their place. Position, working
/// states and counts stay. No other writer may work on the sink meanwhile.
pub async fn replay(
    bus: &dyn Bus,
    sink: &dyn Sink,
    codec: &Codec,
    window: Range<Instant>,
    config: &Config,
) -> Result<Replayed, Error> {
    let position = sink.position(TICKETS).await?;
    let from = bus.offset_at(TICKETS, window.start).await?;
    // What the processor has not reached yet needs no repair.
    let to = bus.offset_at(TICKETS, window.end).await?.min(position);
    let tickets = touched(bus, codec, from..to).await?;
    let knowledge = knowledge(sink, config.calendar_zone).await?;
    let mut replayed = Replayed { records: to.0.saturating_sub(from.0), tickets: 0 };

    let tickets: Vec<(TicketId, Instance)> = tickets.into_iter().collect();
    for some in tickets.chunks(WRITE_TICKETS_MAX) {
        let ids: Vec<i64> = some.iter().map(|(id, _)| id.0).collect();
        let states = sink.folds(TICKET_SPACE, &ids).await?;
        let mut repaired = Vec::with_capacity(some.len());
        for (id, instance) in some {
            if let Some(state) = states.get(&id.0) {
                let key = TicketKey { instance: instance.clone(), id: *id };
                repaired.extend(rows_again(&key, state, (&knowledge, config.trash))?);
            }
        }
        replayed.tickets += repaired.len() as u64;
        let rows = vec![
            (Table::Tickets, rows::tickets(repaired.iter().map(|rows| &rows.ticket))?),
            (Table::TicketSpans, rows::spans(repaired.iter().flat_map(|rows| &rows.spans))?),
            (Table::SlaClocks, rows::clocks(repaired.iter().flat_map(|rows| &rows.clocks))?),
        ];
        let rows = rows.into_iter().filter(|(_, rows)| rows.num_rows() > 0).collect();
        let repairs = sink.position(REPLAY).await?;
        sink.write(RowBatch { rows, ..RowBatch::default() }, REPLAY, Offset(repairs.0 + 1)).await?;
    }
    Ok(replayed)
}

/// Fills the sink of `processor` from where it stands to the end of the log: from the start, if it is empty.
pub async fn rebuild(processor: &mut Processor, mut report: impl FnMut(&Processed)) -> Result<Offset, Error> {
    loop {
        let processed = processor.step().await?;
        report(&processed);
        if processed.is_caught_up() {
            return Ok(processed.position);
        }
    }
}

/// The tickets that records in `window` belong to, with their desk.
async fn touched(bus: &dyn Bus, codec: &Codec, window: Range<Offset>) -> Result<BTreeMap<TicketId, Instance>, Error> {
    let mut tickets = BTreeMap::new();
    let mut from = window.start;
    while from < window.end {
        let left = usize::try_from(window.end.0 - from.0).unwrap_or(usize::MAX);
        let records = bus.read(TICKETS, from, READ_RECORDS_MAX.min(left)).await?;
        let Some(last) = records.last() else { break };
        from = Offset(last.offset.0 + 1);
        for record in &records {
            let Some(id) = ticket_of(&record.key) else { continue };
            if tickets.contains_key(&id) {
                continue;
            }
            // A record that is no event has its dead letter already.
            if let Ok(event) = codec.decode(&record.value) {
                tickets.insert(id, event.envelope.instance);
            }
        }
    }
    Ok(tickets)
}
