//! The use case ingest: moves rows from a source into the log.
//!
//! A step reads a batch, passes its events through the chain, and appends them with the source's new place, its new memory, the
//! dead letters and the counts of rows. Nothing is retried here: whoever runs the steps decides by [`Error::fault`].

mod error;
mod fuse;
mod kept;
mod letters;
mod redrive;
mod sort;

use std::{fmt, sync::Arc};

use schemas::{Codec, Cursor, Instant, Offset, TicketId, ingestion::RowCounts};
use serde::{Deserialize, Serialize};
use transforms::Chain;

use crate::{
    buses::{Append, Bus, TICKETS},
    sources::{Source, SourceBatch, Vitals},
};

pub use error::Error;
pub use fuse::{Fuse, FuseConfig};
pub use redrive::Redriven;

/// Tells the time: only the caller may read a clock.
pub type Clock = Arc<dyn Fn() -> Instant + Send + Sync>;

/// The limits of ingestion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// When too many dead letters stop it.
    pub fuse: FuseConfig,
}

impl Config {
    /// What makes no sense, in words.
    pub fn validate(&self) -> Result<(), String> {
        self.fuse.validate()
    }
}

/// What one step did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ingested {
    /// Events appended.
    pub appended: u64,
    /// Rows of the step.
    pub counts: RowCounts,
    /// What the source is doing, in words.
    pub phase: String,
    /// Rows done and rows in all, while they can be known.
    pub progress: Option<(u64, u64)>,
    /// Everything there was to read has been read.
    pub caught_up: bool,
    /// Every change of a ticket before this instant is now in the log; see [`SourceBatch::watermark`] for what is not meant.
    pub watermark: Option<Instant>,
    /// The end of the topic after the step.
    pub end: Offset,
    /// Milliseconds to wait before the next step.
    pub wait_ms: u64,
}

/// A source, a bus and what stands between them.
pub struct Ingest {
    source: Box<dyn Source>,
    bus: Arc<dyn Bus>,
    chain: Chain,
    codec: Arc<Codec>,
    clock: Clock,
    fuse: Fuse,
}

impl Ingest {
    /// Ingestion of `source` into `bus`, with the fuse of [`Config::default`].
    pub fn new(source: Box<dyn Source>, bus: Arc<dyn Bus>, chain: Chain, codec: Arc<Codec>, clock: Clock) -> Self {
        Self { source, bus, chain, codec, clock, fuse: Fuse::new(Config::default().fuse) }
    }

    /// The same with a fresh fuse of that `config`.
    #[must_use]
    pub fn with(self, config: Config) -> Self {
        Self { fuse: Fuse::new(config.fuse), ..self }
    }

    /// Reads one batch after the saved cursor and makes it durable.
    ///
    /// The future may be dropped at any point: that is a crash, and the next step repeats what was not saved.
    pub async fn step(&mut self) -> Result<Ingested, Error> {
        let (cursor, _) = self.bus.checkpoint().await?;
        let batch = self.source.next(cursor.as_ref(), self.bus.ledger()).await?;
        let sorted = self.sort(&batch).await?;
        let counts = counts(&batch, &sorted)?;

        // The fuse forgets what was not appended: a step repeated later must not count twice.
        let mut fuse = self.fuse.clone();
        fuse.admit(counts.fetched.saturating_sub(counts.repeated), &sorted.dead)?;
        let ingested = self.append(batch, sorted, counts, cursor.as_ref()).await?;
        self.fuse = fuse;
        Ok(ingested)
    }

    /// Reads one ticket again, wherever the cursor stands.
    pub async fn sync(&mut self, ticket: TicketId) -> Result<Ingested, Error> {
        let batch = self.source.sync(ticket, self.bus.ledger()).await?;
        // One ticket tells nothing about all others: neither their place nor their freshness.
        let batch = SourceBatch { cursor: None, watermark: None, ..batch };
        let sorted = self.sort(&batch).await?;
        let counts = counts(&batch, &sorted)?;
        self.append(batch, sorted, counts, None).await
    }

    /// How the source is.
    pub fn vitals(&self) -> Vitals {
        self.source.vitals()
    }

    /// Ends the session with the source.
    pub async fn close(&mut self) {
        self.source.close().await;
    }

    async fn sort(&self, batch: &SourceBatch) -> Result<sort::Sorted, Error> {
        let kept = kept::Kept::recall(self.bus.ledger(), batch).await?;
        Ok(sort::sort((&self.chain, &self.codec), batch, kept, (self.clock)()))
    }

    /// Appends everything at once; `saved` is the cursor that the bus has already.
    ///
    /// Never in several appends: events without the ledger that says they were told would be ghosts once their rows are gone from
    /// the source, for nobody would know that their absence is news.
    async fn append(
        &self,
        batch: SourceBatch,
        sorted: sort::Sorted,
        counts: RowCounts,
        saved: Option<&Cursor>,
    ) -> Result<Ingested, Error> {
        let appended = sorted.records.len() as u64;
        let append = Append {
            topic: TICKETS.to_owned(),
            records: sorted.records,
            dead: sorted.dead,
            cursor: batch.cursor.filter(|cursor| Some(cursor) != saved),
            ledger: [batch.ledger, sorted.ledger].concat(),
            rows: counts,
            at: (self.clock)(),
        };
        let end = if changes_nothing(&append) { self.bus.end(TICKETS).await? } else { self.bus.append(append).await? };
        tracing::debug!(appended, fetched = counts.fetched, dead = counts.dead, end = end.0, "rows ingested");
        Ok(Ingested {
            appended,
            counts,
            phase: batch.phase,
            progress: batch.progress,
            caught_up: batch.caught_up,
            watermark: batch.watermark,
            end,
            wait_ms: batch.wait_ms,
        })
    }
}

/// The counts of a step, which must add up.
fn counts(batch: &SourceBatch, sorted: &sort::Sorted) -> Result<RowCounts, Error> {
    let counts = batch.counts(sorted.converted, sorted.filtered, sorted.dead.len() as u64);
    if counts.balance() { Ok(counts) } else { Err(Error::Unbalanced { counts }) }
}

/// An idle poll costs the disk nothing.
fn changes_nothing(append: &Append) -> bool {
    append.records.is_empty()
        && append.dead.is_empty()
        && append.cursor.is_none()
        && append.ledger.is_empty()
        && append.rows == RowCounts::default()
}

impl fmt::Debug for Ingest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ingest").field("source", &self.source).field("bus", &self.bus).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
