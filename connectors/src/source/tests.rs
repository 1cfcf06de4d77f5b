//! The source against a desk that is served and moves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod changes;
mod exchange;
mod first;
mod load;
mod returns;
mod trouble;
mod truth;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use chrono::Utc;
use glpi_sim::moves::{Hand, Rules};
use glpi_sim::{Desk, Options, Sim, SimHandle};
use pipeline::sources::{DeadRow, LedgerEntry};
use schemas::ingestion::RowCounts;
use schemas::{Body, Event};

use super::*;
use crate::client::Secret;

type Values = BTreeMap<i64, Vec<u8>>;

/// A ledger in memory.
#[derive(Default)]
struct Book(Mutex<HashMap<String, Values>>);

impl Book {
    fn keep(&self, entries: Vec<LedgerEntry>) {
        let mut book = self.0.lock().unwrap();
        for entry in entries {
            let values = book.entry(entry.space.to_owned()).or_default();
            match entry.value {
                Some(value) => drop(values.insert(entry.id, value)),
                None => drop(values.remove(&entry.id)),
            }
        }
    }
}

#[async_trait]
impl Ledger for Book {
    async fn recall(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, Error> {
        let book = self.0.lock().unwrap();
        let Some(values) = book.get(space) else { return Ok(HashMap::new()) };
        Ok(ids.iter().filter_map(|id| Some((*id, values.get(id)?.clone()))).collect())
    }

    async fn scan(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, Error> {
        let book = self.0.lock().unwrap();
        let Some(values) = book.get(space) else { return Ok(Vec::new()) };
        let later = values.range(after.saturating_add(1)..).take(limit as usize);
        Ok(later.map(|(&id, value)| (id, value.clone())).collect())
    }
}

/// A desk, its source, and everything that came from it.
struct Journey {
    sim: SimHandle,
    server: client::Config,
    rules: Rules,
    source: GlpiSource,
    book: Book,
    cursor: Option<Cursor>,
    events: Vec<Event>,
    dead: Vec<DeadRow>,
    rows: RowCounts,
    phase: String,
    watermark: Option<Instant>,
}

/// When the moves of a test begin: well after everything the recorded desk holds.
const LATER_S: i64 = 3_600;

impl Journey {
    fn begin(desk: Desk, page_rows: u32) -> Self {
        Self::with(desk, page_rows, |_| {})
    }

    fn with(desk: Desk, page_rows: u32, change: impl FnOnce(&mut Options)) -> Self {
        let begin = desk.recorded_at().unwrap_or(1_700_000_000) + LATER_S;
        let mut options = Options { clock: glpi_sim::Clock::still(begin), ..Options::default() };
        change(&mut options);
        let rules = Rules::of(&desk, options.zone);
        let (sim, zone) = (Sim::start(desk, options.clone()).unwrap(), options.zone);
        let mut server = client::Config::new(sim.url(), Secret::new("USER_TOKEN"));
        server.limits.page_rows_max = page_rows;
        server.limits.backoff_ms_base = 1;
        server.limits.requests_per_second_max = 10_000;
        // These clocks stand still and jump.
        server.limits.clock_doubt_ms = 0;
        server.limits.probe_interval_ms = 20;
        server.zone = zone.to_string();
        let config = Config {
            poll_interval_ms: 0,
            small_sweep_interval_ms: 0,
            dimension_interval_ms: 0,
            survey_interval_ms: 0,
            job_pages_max: 200,
            ..Config::default()
        };
        let source = open(Instance::new("desk").unwrap(), server.clone(), config, Arc::new(Utc::now)).unwrap();
        Self {
            sim,
            server,
            rules,
            source,
            book: Book::default(),
            cursor: None,
            events: Vec::new(),
            dead: Vec::new(),
            rows: RowCounts::default(),
            phase: String::new(),
            watermark: None,
        }
    }

    /// Saves a batch as the engine does.
    fn save(&mut self, batch: SourceBatch) {
        let counts = batch.counts(batch.converted.len() as u64, 0, batch.dead.len() as u64);
        assert!(counts.balance(), "{counts:?} after {:?}", self.cursor);
        self.rows.fetched += counts.fetched;
        self.rows.repeated += counts.repeated;
        self.rows.converted += counts.converted;
        self.rows.filtered += counts.filtered;
        self.rows.dead += counts.dead;
        self.events.extend(batch.converted.into_iter().flatten());
        self.dead.extend(batch.dead);
        self.book.keep(batch.ledger);
        self.phase = batch.phase;
        self.watermark = batch.watermark.or(self.watermark);
        if batch.cursor.is_some() {
            self.cursor = batch.cursor;
        }
    }

    /// Takes one step and tells whether everything there was to read has been read.
    async fn step(&mut self) -> bool {
        let batch = self.source.next(self.cursor.as_ref(), &self.book).await.unwrap();
        let is_done = batch.caught_up;
        self.save(batch);
        is_done
    }

    /// Goes on as another process does, in this rhythm.
    fn reopen(&mut self, config: Config) {
        self.source = open(Instance::new("desk").unwrap(), self.server.clone(), config, Arc::new(Utc::now)).unwrap();
    }

    /// Catches up with a server that fails now and then.
    async fn struggle(&mut self) {
        for _ in 0..2_000 {
            match self.source.next(self.cursor.as_ref(), &self.book).await {
                Ok(batch) => {
                    let is_done = batch.caught_up;
                    self.save(batch);
                    if is_done {
                        return;
                    }
                }
                Err(Error::Away(_)) => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
                Err(error) => panic!("{error}"),
            }
        }
        panic!("never caught up: {:?}", self.cursor);
    }

    async fn redrive(&mut self, origin: &str, raw: &str) -> Result<SourceBatch, Error> {
        let (itemtype, id) = origin.split_once('/').unwrap();
        let origin = Origin::new(itemtype, id.parse().unwrap());
        self.source.redrive(&origin, raw, &self.book).await
    }

    async fn catch_up(&mut self) {
        for _ in 0..5_000 {
            if self.step().await {
                return;
            }
        }
        panic!("never caught up: {:?}", self.cursor);
    }

    /// Lets time pass on the desk.
    fn pass(&self, seconds: i64) {
        assert!(self.sim.clock().advance(seconds));
    }

    /// Lets person 7 do something, now.
    fn act<T>(&mut self, action: impl FnOnce(&mut Hand<'_>) -> T) -> T {
        let desk = self.sim.desk();
        let mut desk = desk.write();
        action(&mut self.rules.hand(&mut desk, self.sim.clock().now(), 7))
    }

    fn events_of(&self, ticket: i64) -> Vec<&Body> {
        let of_ticket = self.events.iter().filter(|event| event.envelope.ticket_id.0 == ticket);
        of_ticket.map(|event| &event.body).collect()
    }
}
