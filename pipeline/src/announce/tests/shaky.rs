//! A log whose appends fail in turn before anything is kept and after everything is.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use async_trait::async_trait;
use schemas::{Cursor, Instant, Offset, ingestion::RowCounts};

use crate::{
    buses::{Append, Bus, DeadLetters, Error, Record},
    sources::Ledger,
};

#[derive(Debug)]
pub(super) struct Shaky {
    bus: Arc<dyn Bus>,
    appends: AtomicUsize,
}

impl Shaky {
    pub(super) fn new(bus: Arc<dyn Bus>) -> Self {
        Self { bus, appends: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl Bus for Shaky {
    async fn append(&self, batch: Append) -> Result<Offset, Error> {
        match self.appends.fetch_add(1, Ordering::Relaxed) % 3 {
            0 => Err(Error::Busy("before".to_owned())),
            1 => {
                self.bus.append(batch).await?;
                Err(Error::Busy("after".to_owned()))
            }
            _ => self.bus.append(batch).await,
        }
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, Error> {
        self.bus.read(topic, from, limit).await
    }

    async fn end(&self, topic: &str) -> Result<Offset, Error> {
        self.bus.end(topic).await
    }

    async fn offset_at(&self, topic: &str, at: Instant) -> Result<Offset, Error> {
        self.bus.offset_at(topic, at).await
    }

    async fn checkpoint(&self) -> Result<(Option<Cursor>, RowCounts), Error> {
        self.bus.checkpoint().await
    }

    fn ledger(&self) -> &dyn Ledger {
        self.bus.ledger()
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.bus.dead_letters()
    }
}
