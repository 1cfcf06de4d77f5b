//! A data directory, and the write side on it as the binary wires it.

use std::{path::Path, sync::Arc, time::Duration};

use analytics::{Analytics, stores::embedded::EmbeddedStore};
use anyhow::Context as _;
use connectors::source;
use control::Control;
use pipeline::{
    buses::{Bus, TICKETS, embedded::EmbeddedBus},
    ingest::{Ingest, Ingested},
    process::{self, Processed, Processor},
    sinks::embedded::{self, EmbeddedSink},
};
use schemas::{Codec, Event, Instance, Instant, Offset, ingestion::IngestionStatus};
use transforms::{Chain, Policy};

use crate::{INSTANCE, server};

/// Records of one read of the whole log.
const READ_RECORDS: usize = 20_000;

/// An open log and store.
#[derive(Debug)]
pub struct Home {
    /// The log.
    pub bus: Arc<EmbeddedBus>,
    /// The store.
    pub sink: Arc<EmbeddedSink>,
    /// Events as bytes.
    pub codec: Arc<Codec>,
    control: Control,
}

/// The machine's clock.
pub fn now() -> Instant {
    Instant::from(chrono::Utc::now())
}

impl Home {
    /// Opens log and store in `data_dir`, and makes them where there are none.
    pub async fn open(data_dir: &Path) -> anyhow::Result<Self> {
        Ok(Self {
            bus: Arc::new(EmbeddedBus::open(data_dir).await?),
            sink: Arc::new(EmbeddedSink::open(data_dir, embedded::Config::default(), now).await?),
            codec: Arc::new(Codec::new()?),
            control: Control::open(data_dir).await?,
        })
    }

    /// Ingestion of the desk at `url`.
    pub fn ingest(&self, url: &str) -> anyhow::Result<Ingest> {
        let source = source::open(
            Instance::new(INSTANCE).context("the desk has no name")?,
            server(url),
            source::Config::default(),
            Arc::new(chrono::Utc::now),
        )?;
        let chain = Chain::new(Policy::default())?;
        let bus = Arc::clone(&self.bus);
        Ok(Ingest::new(Box::new(source), bus, chain, Arc::clone(&self.codec), Arc::new(now)))
    }

    /// What moves events into the store.
    pub fn processor(&self) -> Processor {
        let (bus, sink) = (Arc::clone(&self.bus), Arc::clone(&self.sink));
        Processor::new(bus, sink, Arc::clone(&self.codec), process::Config::default(), now)
    }

    /// The read side over `store`, which reads this directory.
    pub fn analytics(&self, store: EmbeddedStore) -> anyhow::Result<Analytics> {
        let control = Arc::new(self.control.clone());
        Ok(Analytics::new(Arc::new(store), Arc::clone(&control) as _, control)?)
    }

    /// Reads the desk at `url` to its end, stores everything, and leaves a status as the engine does.
    pub async fn fill(&self, url: &str) -> anyhow::Result<()> {
        let mut ingest = self.ingest(url)?;
        ingested(&mut ingest, |_| {}).await?;
        ingest.close().await;
        processed(&mut self.processor(), |_| {}).await?;
        self.sink.compact(now()).await?;
        self.tell().await
    }

    /// Leaves the status of a desk that has been read up to now.
    pub async fn tell(&self) -> anyhow::Result<()> {
        let end = self.bus.end(TICKETS).await?;
        let (at, watermark) = (now(), Some(now()));
        let (_, rows) = self.bus.checkpoint().await?;
        let status = IngestionStatus {
            caught_up: true,
            source_watermark: watermark,
            stored_watermark: watermark,
            watermark_offset: end,
            end_offset: end,
            stored_offset: end,
            rows,
            updated_at: at,
            ..IngestionStatus::default()
        };
        Ok(self.control.write_status(&status).await?)
    }

    /// The values of the first `count` records of the log, or of all.
    pub async fn records(&self, count: usize) -> anyhow::Result<Vec<bytes::Bytes>> {
        let mut values = Vec::new();
        while values.len() < count {
            let limit = READ_RECORDS.min(count - values.len());
            let records = self.bus.read(TICKETS, Offset(values.len() as u64), limit).await?;
            if records.is_empty() {
                break;
            }
            values.extend(records.into_iter().map(|record| record.value));
        }
        Ok(values)
    }

    /// The same as events.
    pub async fn events(&self, count: usize) -> anyhow::Result<Vec<Event>> {
        let records = self.records(count).await?;
        Ok(records.iter().map(|record| self.codec.decode(record)).collect::<Result<_, _>>()?)
    }

    /// Ends every connection.
    pub async fn close(&self) {
        self.sink.close().await;
        self.bus.close().await;
    }
}

/// Steps until everything the desk held is in the log.
pub async fn ingested(ingest: &mut Ingest, mut report: impl FnMut(&Ingested)) -> anyhow::Result<()> {
    loop {
        let step = ingest.step().await?;
        report(&step);
        if step.caught_up {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(step.wait_ms)).await;
    }
}

/// Steps until everything in the log is in the store.
pub async fn processed(processor: &mut Processor, mut report: impl FnMut(&Processed)) -> anyhow::Result<()> {
    loop {
        let step = processor.step().await?;
        report(&step);
        if step.is_caught_up() {
            return Ok(());
        }
    }
}
