//! A scripted source, a bus that dies, and rows for both.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    collections::VecDeque,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use schemas::{
    Body, Codec, Confidence, Cursor, Deleted, DeletionCause, Envelope, Event, EventType, Instance, Instant, Offset,
    Origin, TicketId, event_id, ingestion::RowCounts,
};
use transforms::{Chain, Policy, SelectPolicy};

use crate::{
    buses::{self, Append, Bus, DeadLetters, Record, TICKETS, memory::MemoryBus},
    ingest::Ingest,
    sources::{self, DeadRow, Ledger, Source, SourceBatch, Vitals},
};

/// A source that gives the batch its cursor points at; with nothing left it is caught up.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) batches: Vec<SourceBatch>,
    pub(super) redriven: VecDeque<SourceBatch>,
    pub(super) synced: VecDeque<SourceBatch>,
}

#[async_trait]
impl Source for Script {
    async fn next(&mut self, cursor: Option<&Cursor>, _: &dyn Ledger) -> Result<SourceBatch, sources::Error> {
        let at: usize = cursor.map_or(0, |cursor| cursor.0.parse().unwrap());
        let idle = SourceBatch { caught_up: true, wait_ms: 500, ..SourceBatch::default() };
        let Some(batch) = self.batches.get(at) else { return Ok(idle) };
        Ok(SourceBatch { cursor: Some(Cursor((at + 1).to_string())), ..batch.clone() })
    }

    async fn sync(&mut self, _: TicketId, _: &dyn Ledger) -> Result<SourceBatch, sources::Error> {
        self.synced.pop_front().ok_or_else(|| sources::Error::Away("no answer".to_owned()))
    }

    async fn redrive(&mut self, _: &Origin, _: &str, _: &dyn Ledger) -> Result<SourceBatch, sources::Error> {
        self.redriven.pop_front().ok_or_else(|| sources::Error::Away("no answer".to_owned()))
    }

    fn vitals(&self) -> Vitals {
        Vitals::default()
    }

    async fn close(&mut self) {}
}

/// A bus that dies at its nth append, as a process would between two of them.
#[derive(Debug)]
pub(super) struct Mortal {
    bus: MemoryBus,
    pub(super) appends_left: AtomicUsize,
}

impl Mortal {
    pub(super) fn new(appends: usize) -> Arc<Self> {
        Arc::new(Self { bus: MemoryBus::default(), appends_left: AtomicUsize::new(appends) })
    }
}

#[async_trait]
impl Bus for Mortal {
    async fn append(&self, batch: Append) -> Result<Offset, buses::Error> {
        if self.appends_left.load(Ordering::SeqCst) == 0 {
            return Err(buses::Error::Busy("killed".to_owned()));
        }
        self.appends_left.fetch_sub(1, Ordering::SeqCst);
        self.bus.append(batch).await
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, buses::Error> {
        self.bus.read(topic, from, limit).await
    }

    async fn end(&self, topic: &str) -> Result<Offset, buses::Error> {
        self.bus.end(topic).await
    }

    async fn offset_at(&self, topic: &str, at: Instant) -> Result<Offset, buses::Error> {
        self.bus.offset_at(topic, at).await
    }

    async fn checkpoint(&self) -> Result<(Option<Cursor>, RowCounts), buses::Error> {
        self.bus.checkpoint().await
    }

    fn ledger(&self) -> &dyn Ledger {
        self.bus.ledger()
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.bus.dead_letters()
    }
}

pub(super) fn codec() -> Arc<Codec> {
    static CODEC: LazyLock<Arc<Codec>> = LazyLock::new(|| Arc::new(Codec::new().unwrap()));
    Arc::clone(&CODEC)
}

pub(super) fn ingest(script: Script, bus: Arc<dyn Bus>, chain: Chain) -> Ingest {
    let ticks = Mutex::new(0);
    let clock = move || {
        let mut ticks = ticks.lock().unwrap();
        *ticks += 1;
        Instant::from_seconds(1_000 + *ticks)
    };
    Ingest::new(Box::new(script), bus, chain, codec(), Arc::new(clock))
}

/// The trashing of `ticket` of `entity`; two revisions are two events.
pub(super) fn event(ticket: i64, entity: i64, revision: &str) -> Event {
    let (instance, origin) = (Instance::new("desk").unwrap(), Origin::new("Log", ticket));
    let envelope = Envelope {
        event_id: event_id(&instance, &origin, EventType::TicketDeletedV1, revision),
        event_type: EventType::TicketDeletedV1,
        instance,
        entity_id: Some(entity),
        ticket_id: TicketId(ticket),
        occurred_at: Instant::from_seconds(10),
        observed_at: Instant::from_seconds(20),
        sequence: ticket,
        origin,
        confidence: Confidence::Recorded,
        trace: None,
    };
    Event { envelope, body: Body::Deleted(Deleted { cause: DeletionCause::Trashed }) }
}

/// An event that the chain refuses.
pub(super) fn impossible(ticket: i64) -> Event {
    let mut event = event(ticket, 1, "a");
    event.envelope.event_type = EventType::TicketRestoredV1;
    event
}

pub(super) fn dead_row(ticket: i64) -> DeadRow {
    DeadRow {
        origin: Origin::new("Ticket", ticket),
        revision: "a".to_owned(),
        ticket_id: Some(TicketId(ticket)),
        reason: "date is no date".to_owned(),
        raw: format!(r#"{{"id":{ticket},"name":"Printer","content":"call me"}}"#),
    }
}

pub(super) fn rows(converted: Vec<Vec<Event>>) -> SourceBatch {
    SourceBatch { fetched: converted.len() as u64, converted, ..SourceBatch::default() }
}

pub(super) fn one_entity() -> Chain {
    let select = SelectPolicy { entities: vec![1], ..SelectPolicy::default() };
    Chain::new(Policy { select, ..Policy::default() }).unwrap()
}

pub(super) async fn keys(bus: &dyn Bus) -> Vec<String> {
    let records = bus.read(TICKETS, Offset(0), 1_000_000).await.unwrap();
    records.into_iter().map(|record| String::from_utf8(record.key.to_vec()).unwrap()).collect()
}

pub(super) async fn saved(bus: &dyn Bus) -> RowCounts {
    bus.checkpoint().await.unwrap().1
}
