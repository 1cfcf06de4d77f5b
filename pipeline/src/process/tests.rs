//! From the log to the store, with batches cut anywhere and failures in between.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod faults;
mod flow;
mod replays;

use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use bytes::Bytes;
use schemas::{Body, Codec, Event, EventId, Instant, TicketId, ingestion::EventCounts, tables::Table};
use uuid::Uuid;

use super::{Config, Error, Processed, Processor};
use crate::{
    buses::{Append, Bus, TICKETS, memory::MemoryBus},
    projection::tests::desk::event,
    sinks::{Sink, memory::MemorySink},
};
use faults::ShortReads;

/// A desk's log: a line is `ticket: minute sequence what`, or `garbage`.
async fn log(lines: &str) -> Arc<MemoryBus> {
    let bus = Arc::new(MemoryBus::default());
    append(&bus, lines, 1).await;
    bus
}

async fn append(bus: &MemoryBus, lines: &str, second: i64) {
    let codec = Codec::new().unwrap();
    let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
    let records = lines.map(|line| match line.split_once(':') {
        Some((ticket, line)) => record(&codec, &of_ticket(ticket.parse().unwrap(), line)),
        None => (Bytes::from("t/1"), Bytes::from(line.to_owned())),
    });
    let records = records.collect();
    let batch = Append { topic: TICKETS.to_owned(), records, at: Instant::from_seconds(second), ..Append::default() };
    bus.append(batch).await.unwrap();
}

fn record(codec: &Codec, event: &Event) -> (Bytes, Bytes) {
    (Bytes::from(format!("t/{}", event.envelope.ticket_id)), codec.encode(event).unwrap().into())
}

fn of_ticket(ticket: i64, line: &str) -> Event {
    let mut event = event(line);
    if !matches!(event.body, Body::Dimension(_)) {
        event.envelope.ticket_id = TicketId(ticket);
        event.envelope.event_id = EventId(Uuid::new_v5(&event.envelope.event_id.0, &ticket.to_le_bytes()));
    }
    event
}

fn processor(bus: Arc<dyn Bus>, sink: Arc<dyn Sink>) -> Processor {
    Processor::new(bus, sink, Arc::new(Codec::new().unwrap()), Config::default(), || Instant::from_seconds(7))
}

/// Processes everything in steps of `records`.
async fn process(bus: &Arc<MemoryBus>, sink: &Arc<MemorySink>, records: usize) -> Result<EventCounts, Error> {
    let bus: Arc<dyn Bus> = Arc::new(ShortReads { bus: Arc::clone(bus) as Arc<dyn Bus>, records });
    let mut processor = processor(bus, Arc::clone(sink) as Arc<dyn Sink>);
    let mut counts = EventCounts::default();
    loop {
        let Processed { counts: step, .. } = processor.step().await?;
        if step == EventCounts::default() {
            return Ok(counts);
        }
        counts.stored += step.stored;
        counts.repeated += step.repeated;
        counts.dead += step.dead;
    }
}

/// The rows of all tables, as text, sorted.
fn rows(sink: &MemorySink) -> Vec<String> {
    let mut all = Vec::new();
    for table in Table::ALL {
        let rows = sink.rows(table);
        let options = FormatOptions::default();
        let cells: Vec<_> =
            rows.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap()).collect();
        for place in 0..rows.num_rows() {
            let row: Vec<String> = cells.iter().map(|cell| cell.value(place).to_string()).collect();
            all.push(format!("{} {}", table.name(), row.join("|")));
        }
    }
    all.sort_unstable();
    all
}

/// The working states of all tickets.
async fn states(sink: &MemorySink) -> Vec<(i64, Vec<u8>)> {
    sink.scan_folds(super::TICKET_SPACE, 0, 1_000).await.unwrap()
}
