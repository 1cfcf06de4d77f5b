//! The board: how far the write side has come, for everybody who asks.

use std::{
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use control::Control;
use pipeline::{
    announce::Announced,
    buses::{Bus, SLA, TICKETS},
    ingest::Ingested,
    sinks::embedded::{Progress, progress},
    sources::Vitals,
};
use schemas::{
    Instant, Offset,
    ingestion::{Breaker, ClockStatus, EventCounts, IngestionStatus, RowCounts},
};
use tokio::sync::watch;

use crate::clock;

use super::raised;

/// GLPI's item type of tickets.
const TICKET: &str = "Ticket";

/// How often a changed board is written down.
const PUBLISH_INTERVAL: Duration = Duration::from_millis(300);
/// How often any board is written down: an old one tells that something is wrong.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The status in memory, written to control state when it changed.
#[derive(Debug)]
pub(crate) struct Board {
    status: Mutex<IngestionStatus>,
    /// The source has read everything there was and its last step succeeded.
    is_source_done: AtomicBool,
    is_changed: AtomicBool,
    control: Control,
    progress: watch::Sender<Option<(u64, u64)>>,
}

/// What log and store say about themselves.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    rows: RowCounts,
    events: EventCounts,
    end: Offset,
    stored: Offset,
    /// The end of the topic of clocks.
    told: Offset,
    cursor: Option<String>,
    unreadable_tickets: u64,
}

impl Facts {
    pub(crate) async fn read(bus: &dyn Bus, data_dir: &Path) -> anyhow::Result<Self> {
        // The store first: its position can then never be beyond the end read after it.
        let Progress { position, counts, .. } = progress(data_dir).await?;
        let (cursor, rows) = bus.checkpoint().await?;
        let end = bus.end(TICKETS).await?;
        let told = bus.end(SLA).await?;
        let events = EventCounts { appended: end.0 + told.0, ..counts };
        let unreadable_tickets = bus.dead_letters().waiting_rows(TICKET).await?;
        let cursor = cursor.map(|cursor| cursor.0);
        Ok(Self { rows, events, end, stored: position, told, cursor, unreadable_tickets })
    }

    pub(crate) fn write(&self, status: &mut IngestionStatus) {
        status.rows = self.rows;
        status.events = self.events;
        status.end_offset = self.end;
        status.stored_offset = self.stored;
        status.clocks.told = self.told.0;
        status.cursor.clone_from(&self.cursor);
        status.unreadable_tickets = self.unreadable_tickets;
    }
}

impl Board {
    /// The board as last written.
    pub(crate) async fn new(control: Control) -> anyhow::Result<Self> {
        let mut status = control.read_status().await?.unwrap_or_default();
        status.caught_up = false;
        status.phase_since = None;
        Ok(Self {
            status: Mutex::new(status),
            is_source_done: AtomicBool::new(false),
            is_changed: AtomicBool::new(true),
            control,
            progress: watch::channel(None).0,
        })
    }

    /// The status now.
    pub(crate) fn status(&self) -> IngestionStatus {
        self.status.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Rows of the backfill done and in all, while there is one.
    pub(crate) fn progress(&self) -> watch::Receiver<Option<(u64, u64)>> {
        self.progress.subscribe()
    }

    /// Changes the status and what follows from it.
    pub(crate) fn change(&self, change: impl FnOnce(&mut IngestionStatus)) {
        let mut status = self.status.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut status);
        if status.stored_offset >= status.watermark_offset {
            status.stored_watermark = status.source_watermark;
        }
        let is_well = status.last_error.is_none() && status.store_error.is_none();
        status.caught_up =
            self.is_source_done.load(Ordering::Relaxed) && status.stored_offset >= status.end_offset && is_well;
        status.updated_at = clock::now();
        status.error_since = since(status.last_error.is_some(), status.error_since, status.updated_at);
        status.store_error_since = since(status.store_error.is_some(), status.store_error_since, status.updated_at);
        self.is_changed.store(true, Ordering::Relaxed);
    }

    /// A step of the source succeeded.
    pub(super) fn ingested(&self, ingested: &Ingested, facts: &Facts, vitals: &Vitals) {
        self.is_source_done.store(ingested.caught_up, Ordering::Relaxed);
        self.progress.send_replace(ingested.progress);
        self.change(|status| {
            facts.write(status);
            write_vitals(status, vitals);
            if kind(&status.phase) != kind(&ingested.phase) {
                status.phase_since = None;
            }
            status.phase_since.get_or_insert(clock::now());
            status.phase.clone_from(&ingested.phase);
            status.progress = ingested.progress;
            status.last_error = None;
            if let Some(watermark) = ingested.watermark {
                status.source_watermark = Some(watermark);
                status.watermark_offset = ingested.end;
                status.last_success_at = Some(clock::now());
            }
        });
    }

    /// A step of the source failed.
    pub(super) fn failed(&self, sentence: &str, vitals: &Vitals) {
        self.is_source_done.store(false, Ordering::Relaxed);
        self.change(|status| {
            write_vitals(status, vitals);
            // An open breaker says only that nobody tries: what opened it is worth more.
            if vitals.breaker == Breaker::Closed || status.last_error.is_none() {
                status.last_error = Some(sentence.to_owned());
            }
        });
    }

    /// Events were stored.
    pub(super) fn processed(&self, facts: &Facts) {
        self.change(|status| {
            facts.write(status);
            status.store_error = None;
        });
    }

    /// Clocks were looked at.
    pub(super) fn announced(&self, announced: &Announced) {
        self.clocks_are(|clocks| {
            clocks.running = announced.running;
            clocks.next_at = announced.next;
            clocks.error = None;
        });
    }

    /// Clocks could not be looked at.
    pub(super) fn not_announced(&self, sentence: &str) {
        self.clocks_are(|clocks| clocks.error = Some(sentence.to_owned()));
    }

    /// Changes what is told of clocks. They are looked at often: what stays as it is is not written down again.
    fn clocks_are(&self, change: impl FnOnce(&mut ClockStatus)) {
        let before = self.status().clocks;
        let mut clocks = before.clone();
        change(&mut clocks);
        if clocks != before {
            self.change(|status| status.clocks = ClockStatus { told: status.clocks.told, ..clocks });
        }
    }

    /// Writes the board down now.
    pub(crate) async fn publish(&self) {
        let status = self.status();
        // The status is told again soon; a failure to tell it must not stop what it tells about.
        if let Err(error) = self.control.write_status(&status).await {
            tracing::warn!(%error, "status not written");
        }
    }

    /// Writes the board down whenever it changed, and every few seconds, until `stop`.
    pub(super) async fn publish_until(&self, mut stop: watch::Receiver<bool>) {
        let mut told = tokio::time::Instant::now();
        loop {
            if told.elapsed() >= HEARTBEAT {
                self.change(|_| {});
            }
            if self.is_changed.swap(false, Ordering::Relaxed) {
                told = tokio::time::Instant::now();
                self.publish().await;
            }
            tokio::select! {
                () = raised(&mut stop) => return,
                () = tokio::time::sleep(PUBLISH_INTERVAL) => {}
            }
        }
    }
}

/// Since when something holds that held already since `before`.
fn since(holds: bool, before: Option<Instant>, now: Instant) -> Option<Instant> {
    holds.then(|| before.unwrap_or(now))
}

/// The kind of work that a phase names: what follows changes with every step.
fn kind(phase: &str) -> &str {
    phase.split([' ', ',', ';']).next().unwrap_or_default()
}

fn write_vitals(status: &mut IngestionStatus, vitals: &Vitals) {
    status.breaker = vitals.breaker;
    status.brake.clone_from(&vitals.brake);
    status.retries = vitals.retries;
    status.criteria_failures = vitals.criteria_failures;
}

/// Seconds between everything that is stored and now; `None` before the first cycle.
pub(crate) fn lag_s(status: &IngestionStatus, now: Instant) -> Option<f64> {
    let watermark = status.stored_watermark?;
    Some((now.0.saturating_sub(watermark.0).max(0)) as f64 / 1e6)
}
