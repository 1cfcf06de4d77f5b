//! Logs and stores that fail, and logs that give little at a time.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use schemas::{Cursor, Instant, Offset, ingestion::EventCounts, ingestion::RowCounts};

use crate::{
    buses::{self, Append, Bus, DeadLetters, Record},
    sinks::{self, RowBatch, Sink, memory::MemorySink},
    sources::Ledger,
};

/// A log that gives at most so many records at a time.
#[derive(Debug)]
pub(super) struct ShortReads {
    pub(super) bus: Arc<dyn Bus>,
    pub(super) records: usize,
}

#[async_trait]
impl Bus for ShortReads {
    async fn append(&self, batch: Append) -> Result<Offset, buses::Error> {
        self.bus.append(batch).await
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, buses::Error> {
        self.bus.read(topic, from, limit.min(self.records)).await
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

/// A log that has lost the record at an offset.
#[derive(Debug)]
pub(super) struct Lossy {
    pub(super) bus: Arc<dyn Bus>,
    pub(super) lost: Offset,
}

#[async_trait]
impl Bus for Lossy {
    async fn append(&self, batch: Append) -> Result<Offset, buses::Error> {
        self.bus.append(batch).await
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, buses::Error> {
        let records = self.bus.read(topic, from, limit).await?;
        Ok(records.into_iter().filter(|record| record.offset != self.lost).collect())
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

/// A store of which every second write fails: in turn before anything is kept, and after everything is.
#[derive(Debug, Default)]
pub(super) struct Shaky {
    pub(super) sink: Arc<MemorySink>,
    writes: AtomicUsize,
}

impl Shaky {
    pub(super) fn new(sink: &Arc<MemorySink>) -> Self {
        Self { sink: Arc::clone(sink), writes: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl Sink for Shaky {
    async fn write(&self, batch: RowBatch, topic: &str, next: Offset) -> Result<(), sinks::Error> {
        match self.writes.fetch_add(1, Ordering::Relaxed) % 4 {
            0 => Err(sinks::Error::Busy("before".to_owned())),
            2 => {
                self.sink.write(batch, topic, next).await?;
                Err(sinks::Error::Busy("after".to_owned()))
            }
            _ => self.sink.write(batch, topic, next).await,
        }
    }

    async fn position(&self, topic: &str) -> Result<Offset, sinks::Error> {
        self.sink.position(topic).await
    }

    async fn counts(&self) -> Result<EventCounts, sinks::Error> {
        self.sink.counts().await
    }

    async fn folds(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, sinks::Error> {
        self.sink.folds(space, ids).await
    }

    async fn scan_folds(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, sinks::Error> {
        self.sink.scan_folds(space, after, limit).await
    }
}
