//! The ports whose calls may fail.

use std::{collections::HashMap, fmt, sync::Arc};

use async_trait::async_trait;
use pipeline::{
    buses::{self, Append, Bus, DeadLetter, DeadLetters, Record},
    sinks::{self, RowBatch, Sink},
    sources::{self, Ledger},
};
use schemas::{
    Cursor, Instant, Offset,
    ingestion::{EventCounts, RowCounts},
};

use super::{Call, DISK_FULL, Failure, Faults};

impl From<Failure> for buses::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::Busy("simulated".to_owned()),
            Failure::Full => Self::Storage(DISK_FULL.to_owned()),
        }
    }
}

impl From<Failure> for sinks::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::Busy("simulated".to_owned()),
            Failure::Full => Self::Storage(DISK_FULL.to_owned()),
        }
    }
}

impl From<Failure> for sources::Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Busy => Self::LedgerBusy("simulated".to_owned()),
            Failure::Full => Self::Ledger(DISK_FULL.to_owned()),
        }
    }
}

/// A port whose calls may fail.
pub struct Faulty<P: ?Sized> {
    inner: Arc<P>,
    faults: Arc<Faults>,
}

impl<P: ?Sized> Faulty<P> {
    /// `inner`, failing as `faults` decides.
    pub fn new(inner: Arc<P>, faults: Arc<Faults>) -> Self {
        Self { inner, faults }
    }
}

impl<P: ?Sized> fmt::Debug for Faulty<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faulty").finish_non_exhaustive()
    }
}

/// One call with what may happen around it.
macro_rules! around {
    ($self:ident, $call:ident, $inner:expr) => {{
        $self.faults.before(Call::$call).await?;
        let done = $inner.await?;
        $self.faults.after(Call::$call).await?;
        Ok(done)
    }};
}

#[async_trait]
impl Bus for Faulty<dyn Bus> {
    async fn append(&self, batch: Append) -> Result<Offset, buses::Error> {
        self.faults.trace.note(|| {
            format!("append {} records, {} dead, {} ledger", batch.records.len(), batch.dead.len(), batch.ledger.len())
        });
        around!(self, Write, self.inner.append(batch))
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, buses::Error> {
        around!(self, Read, self.inner.read(topic, from, limit))
    }

    async fn end(&self, topic: &str) -> Result<Offset, buses::Error> {
        around!(self, Read, self.inner.end(topic))
    }

    async fn offset_at(&self, topic: &str, at: Instant) -> Result<Offset, buses::Error> {
        around!(self, Read, self.inner.offset_at(topic, at))
    }

    async fn checkpoint(&self) -> Result<(Option<Cursor>, RowCounts), buses::Error> {
        around!(self, Read, self.inner.checkpoint())
    }

    fn ledger(&self) -> &dyn Ledger {
        self
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self
    }
}

#[async_trait]
impl Ledger for Faulty<dyn Bus> {
    async fn recall(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, sources::Error> {
        around!(self, Read, self.inner.ledger().recall(space, ids))
    }

    async fn scan(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, sources::Error> {
        around!(self, Read, self.inner.ledger().scan(space, after, limit))
    }
}

#[async_trait]
impl DeadLetters for Faulty<dyn Bus> {
    async fn add(&self, letters: &[DeadLetter]) -> Result<(), buses::Error> {
        around!(self, Write, self.inner.dead_letters().add(letters))
    }

    async fn list(&self, after: Option<&str>, limit: u32) -> Result<Vec<DeadLetter>, buses::Error> {
        around!(self, Read, self.inner.dead_letters().list(after, limit))
    }

    async fn get(&self, id: &str) -> Result<Option<DeadLetter>, buses::Error> {
        around!(self, Read, self.inner.dead_letters().get(id))
    }

    async fn waiting_rows(&self, itemtype: &str) -> Result<u64, buses::Error> {
        around!(self, Read, self.inner.dead_letters().waiting_rows(itemtype))
    }

    async fn mark_redriven(&self, id: &str, at: Instant) -> Result<(), buses::Error> {
        around!(self, Write, self.inner.dead_letters().mark_redriven(id, at))
    }
}

#[async_trait]
impl Sink for Faulty<dyn Sink> {
    async fn write(&self, batch: RowBatch, topic: &str, next: Offset) -> Result<(), sinks::Error> {
        self.faults.trace.note(|| format!("write up to {next}, {} folds", batch.folds.len()));
        around!(self, Write, self.inner.write(batch, topic, next))
    }

    async fn position(&self, topic: &str) -> Result<Offset, sinks::Error> {
        around!(self, Read, self.inner.position(topic))
    }

    async fn counts(&self) -> Result<EventCounts, sinks::Error> {
        around!(self, Read, self.inner.counts())
    }

    async fn folds(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, sinks::Error> {
        around!(self, Read, self.inner.folds(space, ids))
    }

    async fn scan_folds(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, sinks::Error> {
        around!(self, Read, self.inner.scan_folds(space, after, limit))
    }
}
