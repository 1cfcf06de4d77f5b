//! A log with a mistake.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use pipeline::{
    buses::{Append, Bus, DeadLetters, Error, Record},
    sources::Ledger,
};
use schemas::{Cursor, Instant, Offset, ingestion::RowCounts};

use super::Bug;
use crate::faults::Faults;

/// A log that makes one mistake.
pub struct BuggyBus {
    inner: Arc<dyn Bus>,
    bug: Bug,
    faults: Arc<Faults>,
    /// What is acknowledged, but only in memory.
    held: Mutex<Option<Append>>,
    was_refused: Mutex<bool>,
}

impl BuggyBus {
    /// `inner` with `bug`.
    pub fn new(inner: Arc<dyn Bus>, bug: Bug, faults: Arc<Faults>) -> Self {
        Self { inner, bug, faults, held: Mutex::default(), was_refused: Mutex::default() }
    }

    /// The power was cut: memory is gone.
    pub fn forget(&self) {
        self.held().take();
    }

    fn held(&self) -> MutexGuard<'_, Option<Append>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn append_early(&self, batch: Append) -> Result<Offset, Error> {
        let topic = batch.topic.clone();
        let records = batch.records.len() as u64;
        let before = self.held().replace(batch);
        if let Some(before) = before {
            self.inner.append(before).await?;
        }
        Ok(Offset(self.inner.end(&topic).await?.0 + records))
    }
}

#[async_trait]
impl Bus for BuggyBus {
    async fn append(&self, mut batch: Append) -> Result<Offset, Error> {
        match self.bug {
            Bug::CursorAhead => {
                let cursor = batch.cursor.take();
                let ahead = Append { topic: batch.topic.clone(), cursor, at: batch.at, ..Append::default() };
                self.inner.append(ahead).await?;
                self.faults.maybe_cut(true).await;
            }
            Bug::HalfAppend => {
                let records = std::mem::take(&mut batch.records);
                let ahead = Append { topic: batch.topic.clone(), records, at: batch.at, ..Append::default() };
                self.inner.append(ahead).await?;
                self.faults.maybe_cut(true).await;
            }
            Bug::RecordLost if self.faults.chance().hits(1, 50) => drop(batch.records.pop()),
            Bug::LedgerForgotten if self.faults.chance().hits(1, 5) => batch.ledger.clear(),
            Bug::LettersDropped => batch.dead.clear(),
            Bug::AppendedAgain if self.faults.chance().hits(1, 10) => drop(self.inner.append(batch.clone()).await?),
            Bug::AcknowledgedEarly => return self.append_early(batch).await,
            _ => {}
        }
        self.inner.append(batch).await
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, Error> {
        let mut records = self.inner.read(topic, from, limit).await?;
        if self.bug == Bug::SkippedAfterError && self.faults.chance().hits(1, 10) && records.len() > 1 {
            *self.was_refused.lock().unwrap_or_else(PoisonError::into_inner) = true;
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
        let saved = self.inner.checkpoint().await?;
        let held = self.held().as_ref().and_then(|held| held.cursor.clone());
        Ok((held.or(saved.0), saved.1))
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
