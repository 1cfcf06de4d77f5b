//! The engine: ingest, process, announce and compact, each on its own, until told to stop.
//!
//! Each loop calls one use case and does what the fault says: again after a pause, or stop. What it did goes to the board.

mod announcing;
mod board;
mod compaction;
mod ingestion;
mod processing;
mod redrives;
mod tasks;

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use chrono_tz::Tz;
use control::Control;
use pipeline::{
    announce,
    buses::{Bus, SLA, TICKETS, embedded::EmbeddedBus},
    ingest::{self, Ingest},
    process::{self, News},
    projection::Trash,
    sinks::{
        Sink as _,
        embedded::{self, EmbeddedSink},
    },
    sources::Source,
};
use schemas::{Codec, Instance};
use tokio::sync::{Notify, watch};
use transforms::{Chain, Policy};

use crate::{clock, config::Config, desk, glpi};

pub(crate) use board::{Board, Facts, lag_s};
pub(crate) use tasks::{Task, ask};

/// Everything the loops share.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) board: Arc<Board>,
    pub(crate) bus: Arc<EmbeddedBus>,
    control: Control,
    codec: Arc<Codec>,
    /// The store in use; a rebuild puts another in its place.
    sink: watch::Sender<Arc<EmbeddedSink>>,
    process: process::Config,
    announce: announce::Config,
    /// What the processor stored, for whoever tells of clocks.
    news: Arc<News>,
    data_dir: std::path::PathBuf,
    /// Rings when the log has grown or a task waits.
    doorbell: Arc<Notify>,
}

/// When the loops end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Until {
    /// Told to.
    Stopped,
    /// Told to, or everything there was is stored.
    CaughtUp,
}

impl Engine {
    /// Opens log and store of a data directory that this process holds. A store of an earlier release is made again from the
    /// log first; one of a later release is refused.
    pub(crate) async fn open(data_dir: &Path, control: Control, config: &Config) -> anyhow::Result<Self> {
        desk::same_rules(data_dir, config)?;
        let bus = EmbeddedBus::open(data_dir).await?;
        let sink = EmbeddedSink::open(data_dir, embedded::Config::default(), clock::now).await?;
        let checked = process::check(&sink).await;
        let is_outdated = checked.as_ref().is_err_and(process::Error::is_of_an_earlier_release);
        if !is_outdated {
            checked?;
        }
        not_beyond(&sink, &bus).await?;
        let (sink, _) = watch::channel(Arc::new(sink));
        let process = how_to_process(config);
        let instance = Instance::new(&config.instance).context("instance is no name")?;
        let engine = Self {
            board: Arc::new(Board::new(control.clone()).await?),
            bus: Arc::new(bus),
            control,
            codec: Arc::new(Codec::new()?),
            sink,
            process,
            announce: announce::Config { instance, calendar_zone: zone(config) },
            news: Arc::default(),
            data_dir: data_dir.to_owned(),
            doorbell: Arc::new(Notify::new()),
        };
        if is_outdated {
            tracing::info!("an earlier release made the store: it is made again from the log");
            engine.rebuild().await?;
        }
        engine.survey().await?;
        Ok(engine)
    }

    /// Ingestion of the configured GLPI into the log.
    pub(crate) fn ingest(&self, config: &Config) -> anyhow::Result<Ingest> {
        let source = glpi::source(config)?;
        desk::bind(&self.data_dir, config)?;
        self.ingest_from(Box::new(source), config.transforms.clone())
    }

    fn ingest_from(&self, source: Box<dyn Source>, policy: Policy) -> anyhow::Result<Ingest> {
        let chain = Chain::new(policy).context("policy cannot be used")?;
        let bus: Arc<dyn Bus> = Arc::clone(&self.bus) as _;
        let limits = ingest::Config::default();
        Ok(Ingest::new(source, bus, chain, Arc::clone(&self.codec), Arc::new(clock::now)).with(limits))
    }

    /// Runs every loop. Ends in order: the source first, then what it brought is stored, then files are put away. Clocks are told
    /// of while Farol follows the desk.
    pub(crate) async fn run(&self, ingest: Ingest, until: Until, stop: watch::Receiver<bool>) -> anyhow::Result<()> {
        let (read, ended) = watch::channel(false);
        let (drained, drain) = watch::channel(false);
        let (finished, finish) = watch::channel(false);
        let (broken, halt) = watch::channel(false);
        let ingesting = async {
            let outcome = self.ingest_until(ingest, until, stop, halt).await;
            read.send_replace(true);
            outcome
        };
        let announcing = async {
            let mut ended = ended;
            match until {
                Until::Stopped => self.announce_until(ended).await,
                Until::CaughtUp => raised(&mut ended).await,
            }
            // What was told last is stored, too.
            drained.send_replace(true);
            self.doorbell.notify_one();
        };
        let processing = async {
            let outcome = self.process_until(until, drain).await;
            // Nobody stores what would still be read.
            broken.send_replace(true);
            finished.send_replace(true);
            outcome
        };
        let publishing = self.board.publish_until(finish.clone());
        let (ingested, (), processed, compacted, ()) =
            tokio::join!(ingesting, announcing, processing, self.compact_until(finish), publishing);
        let surveyed = self.survey().await;
        self.board.publish().await;
        ingested.and(processed).and(compacted).and(surveyed)
    }

    /// Puts what is on disk on the board.
    async fn survey(&self) -> anyhow::Result<()> {
        let facts = self.facts().await?;
        self.board.change(|status| facts.write(status));
        Ok(())
    }

    async fn facts(&self) -> anyhow::Result<Facts> {
        Facts::read(&*self.bus, &self.data_dir).await
    }

    /// The store in use.
    fn store(&self) -> Arc<EmbeddedSink> {
        Arc::clone(&self.sink.borrow())
    }

    /// Closes log and store.
    pub(crate) async fn close(&self) {
        self.store().close().await;
        self.bus.close().await;
    }
}

/// Refuses a store that has seen more than the log holds, before the log grows again and nobody can tell.
async fn not_beyond(sink: &EmbeddedSink, bus: &EmbeddedBus) -> anyhow::Result<()> {
    for topic in [TICKETS, SLA] {
        let (position, end) = (sink.position(topic).await?, bus.end(topic).await?);
        anyhow::ensure!(
            position <= end || end.0 > 0 || topic != TICKETS,
            "the log is empty or missing, but the store has seen it up to {position}. Put log.sqlite back from a backup, or keep this \
             directory aside and let Farol read GLPI into a new one"
        );
        anyhow::ensure!(
            position <= end,
            "the log ends at offset {end}, but the store has seen it up to {position}: the log has lost its end. Run \
             `farol rebuild`, which makes the store again from what the log holds; GLPI is then asked for the rest again"
        );
    }
    Ok(())
}

/// What the desk uses its trash for.
pub(crate) fn trash(config: &Config) -> Trash {
    if config.trash == "keep" { Trash::Keep } else { Trash::Drop }
}

/// How events become rows.
pub(crate) fn how_to_process(config: &Config) -> process::Config {
    process::Config { trash: trash(config), calendar_zone: zone(config), ..process::Config::default() }
}

/// The zone of the desk's calendars: that of GLPI's server, which an account may see its dates in or not.
pub(crate) fn zone(config: &Config) -> Tz {
    // The settings were checked; what is no zone never comes here.
    config.glpi_calendar_timezone.as_ref().unwrap_or(&config.glpi_timezone).parse().unwrap_or_default()
}

/// Waits until `flag` is raised.
pub(crate) async fn raised(flag: &mut watch::Receiver<bool>) {
    // An error means that nobody can raise it any more: that is a stop, too.
    flag.wait_for(|raised| *raised).await.ok();
}
