//! A log with a mistake.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use pipeline::{
    buses::{Append, Bus, DeadLetters, Error, Record, SLA},
    sources::Ledger,
};
use schemas::{Cursor, Instant, Offset, ingestion::RowCounts};

use super::Bug;
use crate::faults::{Faults, Moment};

/// Keys and values.
type Records = Vec<(Bytes, Bytes)>;

/// A log that makes one mistake.
pub struct BuggyBus {
    inner: Arc<dyn Bus>,
    bug: Bug,
    faults: Arc<Faults>,
    /// What is acknowledged, but only in memory.
    held: Mutex<Option<Records>>,
}

impl BuggyBus {
    /// `inner` with `bug`.
    pub fn new(inner: Arc<dyn Bus>, bug: Bug, faults: Arc<Faults>) -> Self {
        Self { inner, bug, faults, held: Mutex::default() }
    }

    /// The power was cut: memory is gone.
    pub fn forget(&self) {
        self.held().take();
    }

    fn held(&self) -> MutexGuard<'_, Option<Records>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything but the records is written at once; they follow with the next append.
    async fn append_early(&self, mut batch: Append) -> Result<Offset, Error> {
        let held = self.held().replace(std::mem::take(&mut batch.records)).unwrap_or_default();
        let count = self.held().as_ref().map_or(0, Vec::len) as u64;
        batch.records = held;
        Ok(Offset(self.inner.append(batch).await?.0 + count))
    }
}

#[async_trait]
impl Bus for BuggyBus {
    async fn append(&self, mut batch: Append) -> Result<Offset, Error> {
        if batch.topic == SLA {
            match self.bug {
                Bug::ToldAhead if !batch.records.is_empty() => {
                    let ledger = std::mem::take(&mut batch.ledger);
                    let ahead = Append { topic: batch.topic.clone(), ledger, at: batch.at, ..Append::default() };
                    self.inner.append(ahead).await?;
                    self.faults.maybe_cut(Moment::Before).await;
                }
                Bug::ToldForgotten if self.faults.chance().hits(1, 5) => batch.ledger.clear(),
                _ => {}
            }
            return self.inner.append(batch).await;
        }
        match self.bug {
            Bug::CursorAhead => {
                let cursor = batch.cursor.take();
                let ahead = Append { topic: batch.topic.clone(), cursor, at: batch.at, ..Append::default() };
                self.inner.append(ahead).await?;
                self.faults.maybe_cut(Moment::Before).await;
            }
            Bug::RecordLost if self.faults.chance().hits(1, 50) => drop(batch.records.pop()),
            Bug::LettersDropped => batch.dead.clear(),
            Bug::AcknowledgedEarly => return self.append_early(batch).await,
            _ => {}
        }
        self.inner.append(batch).await
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, Error> {
        let mut records = self.inner.read(topic, from, limit).await?;
        if self.bug == Bug::SkippedAfterError && self.faults.chance().hits(1, 10) && records.len() > 1 {
            records.remove(0);
        }
        Ok(records)
    }

    async fn end(&self, topic: &str) -> Result<Offset, Error> {
        self.inner.end(topic).await
    }

    async fn offset_at(&self, topic: &str, at: Instant) -> Result<Offset, Error> {
        self.inner.offset_at(topic, at).await
    }

    async fn checkpoint(&self) -> Result<(Option<Cursor>, RowCounts), Error> {
        self.inner.checkpoint().await
    }

    fn ledger(&self) -> &dyn Ledger {
        self.inner.ledger()
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.inner.dead_letters()
    }
}

impl fmt::Debug for BuggyBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuggyBus").field("bug", &self.bug).finish_non_exhaustive()
    }
}
