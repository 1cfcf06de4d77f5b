//! The stages of the write side, one after the other, so that each is measured by itself.

use std::{path::Path, time::Instant};

use analytics::{
    Analytics,
    stores::{Store as _, embedded::EmbeddedStore},
};
use anyhow::Context as _;
use benches::{Home, ingested, now};
use pipeline::process::Processor;
use schemas::{TicketId, ingestion::RowCounts};

use crate::{desk::Served, machine};

/// What a stage took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stage {
    pub(crate) name: String,
    pub(crate) items: &'static str,
    pub(crate) count: u64,
    pub(crate) seconds: f64,
    /// Farol's own work, where it was measured apart.
    pub(crate) cpu_s: Option<f64>,
    pub(crate) peak_mib: Option<u64>,
}

/// A desk stored, and what that took.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) analytics: Analytics,
    pub(crate) stages: Vec<Stage>,
    /// The parts of ingestion, by what was read.
    pub(crate) lists: Vec<Stage>,
    /// The way of one changed ticket, each time.
    pub(crate) changes: Vec<Change>,
    pub(crate) rows: RowCounts,
    pub(crate) server_cpu_s: f64,
    pub(crate) log_mib: f64,
    pub(crate) store_mib: f64,
}

/// Milliseconds that one changed ticket took on its way.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::struct_field_names, reason = "a name ends with its unit")]
pub(crate) struct Change {
    pub(crate) read_ms: f64,
    pub(crate) stored_ms: f64,
    pub(crate) seen_ms: f64,
}

/// Reads, stores and opens the desk.
pub(crate) async fn run(desk: &mut Served, dir: &Path, repeats: usize) -> anyhow::Result<Stored> {
    let home = Home::open(dir).await?;
    let before = desk.cpu_s()?;
    let (ingest, lists, rows) = ingest(&home, &desk.url).await?;
    let server_cpu_s = desk.cpu_s()? - before;
    let mut processor = home.processor();
    let (process, compact) = process(&home, &mut processor).await?;
    home.tell().await?;
    let (log_mib, store_mib) =
        (machine::size_mib(dir) - machine::size_mib(&dir.join("store")), machine::size_mib(&dir.join("store")));

    let (store, open) = open(dir).await?;
    let changes = changes(&home, desk, &mut processor, &store, repeats).await?;
    let analytics = home.analytics(store)?;
    let stages = vec![ingest, process, compact, open];
    eprintln!("stored, asking");
    Ok(Stored { analytics, stages, lists, changes, rows, server_cpu_s, log_mib, store_mib })
}

async fn ingest(home: &Home, url: &str) -> anyhow::Result<(Stage, Vec<Stage>, RowCounts)> {
    machine::forget_peak();
    let (begin, cpu) = (Instant::now(), machine::cpu_s("self")?);
    let mut ingest = home.ingest(url)?;
    let (mut lists, mut rows): (Vec<Stage>, RowCounts) = Default::default();
    let mut last = begin;
    ingested(&mut ingest, |step| {
        let name = list(&step.phase);
        if lists.last().is_none_or(|stage: &Stage| stage.name != name) {
            eprintln!("{:>8.1} s: {}", begin.elapsed().as_secs_f64(), step.phase);
            lists.push(Stage { name, items: "rows", ..Stage::default() });
        }
        if let Some(stage) = lists.last_mut() {
            stage.count += step.counts.fetched;
            stage.seconds += last.elapsed().as_secs_f64();
        }
        last = Instant::now();
        rows.fetched += step.counts.fetched;
        rows.repeated += step.counts.repeated;
        rows.converted += step.counts.converted;
        rows.filtered += step.counts.filtered;
        rows.dead += step.counts.dead;
    })
    .await?;
    let seconds = begin.elapsed().as_secs_f64();
    let cpu_s = Some(machine::cpu_s("self")? - cpu);
    ingest.close().await;
    let peak_mib = Some(machine::peak_mib()?);
    let name = "ingest: GLPI to log".to_owned();
    Ok((Stage { name, items: "rows", count: rows.fetched, seconds, cpu_s, peak_mib }, lists, rows))
}

/// The list that a phase of ingestion names; `follow` after the backfill.
fn list(phase: &str) -> String {
    let words: Vec<&str> = phase.split_whitespace().collect();
    match words.as_slice() {
        ["backfill", "of", list, ..] => (*list).to_owned(),
        ["backfill", ..] => "probe".to_owned(),
        _ => "follow".to_owned(),
    }
}

/// Processes the log, and compacts after each step as the engine does beside it.
async fn process(home: &Home, processor: &mut Processor) -> anyhow::Result<(Stage, Stage)> {
    machine::forget_peak();
    let stage = |name: &str, items| Stage { name: name.to_owned(), items, cpu_s: Some(0.0), ..Stage::default() };
    let mut process = stage("process: log to store", "events");
    let mut compact = stage("compact: fresh rows to files", "rows");
    loop {
        let step = timed(&mut process, async { Ok(processor.step().await?) }).await?;
        process.count += step.records;
        let compacted = timed(&mut compact, async { Ok(home.sink.compact(now()).await?) }).await?;
        compact.count += compacted.rows_read;
        eprintln!("{:>8.1} s: {} of {} events stored", process.seconds, step.position.0, step.end.0);
        if step.is_caught_up() {
            break;
        }
    }
    process.peak_mib = Some(machine::peak_mib()?);
    Ok((process, compact))
}

async fn timed<T>(stage: &mut Stage, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let (begin, cpu) = (Instant::now(), machine::cpu_s("self")?);
    let done = work.await?;
    stage.seconds += begin.elapsed().as_secs_f64();
    stage.cpu_s = Some(stage.cpu_s.unwrap_or(0.0) + machine::cpu_s("self")? - cpu);
    Ok(done)
}

async fn open(dir: &Path) -> anyhow::Result<(EmbeddedStore, Stage)> {
    machine::forget_peak();
    let mut stage = Stage { name: "open: store to memory".to_owned(), items: "events", ..Stage::default() };
    let store = EmbeddedStore::open(dir);
    let snapshot = timed(&mut stage, async { Ok(store.snapshot().await?) }).await?;
    stage.count = snapshot.offset().0;
    stage.peak_mib = Some(machine::peak_mib()?);
    Ok((store, stage))
}

async fn changes(
    home: &Home,
    desk: &mut Served,
    processor: &mut Processor,
    store: &EmbeddedStore,
    repeats: usize,
) -> anyhow::Result<Vec<Change>> {
    let mut ingest = home.ingest(&desk.url)?;
    let mut changes = Vec::new();
    for _ in 0..repeats {
        let ticket = TicketId(desk.change()?);
        let begin = Instant::now();
        ingest.sync(ticket).await.with_context(|| format!("ticket {ticket} cannot be read"))?;
        let read_ms = ms_since(begin);
        let begin = Instant::now();
        processor.step().await?;
        let stored_ms = ms_since(begin);
        let begin = Instant::now();
        store.snapshot().await?;
        changes.push(Change { read_ms, stored_ms, seen_ms: ms_since(begin) });
    }
    ingest.close().await;
    Ok(changes)
}

/// Milliseconds from `begin` until now.
pub(crate) fn ms_since(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1e3
}
