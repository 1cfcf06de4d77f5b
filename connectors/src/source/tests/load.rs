//! What Farol asks of a desk, in requests: while nothing happens, while it is read for the first time, and while it is away.
//!
//! Time is simulated. `docs/load.md` states these figures, and is held against them.

use std::fmt;
use std::time::Duration;

use glpi_sim::Glpi;
use glpi_sim::generate::{Spec, generate};
use glpi_sim::http::Outage;
use http::{Request, Response};
use tokio::time;

use super::*;
use crate::client::{Limits, Wire};

/// A Monday.
const PRESENT_S: i64 = 1_772_438_400;
const STATED: &str = include_str!("../../../../docs/load.md");
const HOUR: Duration = Duration::from_hours(1);

/// A desk in this process, whose clock goes with tokio's.
struct Near {
    glpi: Glpi,
    begun: time::Instant,
}

impl fmt::Debug for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Near").finish_non_exhaustive()
    }
}

#[async_trait]
impl Wire for Near {
    async fn send(&self, request: Request<Vec<u8>>, body_bytes_max: usize) -> Result<Response<Vec<u8>>, client::Error> {
        let seconds = i64::try_from(self.begun.elapsed().as_secs()).unwrap();
        self.glpi.clock().set(PRESENT_S + seconds);
        let (parts, body) = request.into_parts();
        let host = parts.uri.authority().unwrap().to_string();
        let mut asked = poem::Request::builder().method(parts.method).uri(parts.uri).header("host", host);
        for (name, value) in &parts.headers {
            asked = asked.header(name, value);
        }
        let answer = self.glpi.answer(asked.body(body)).await;
        let mut answer = answer.map_err(|error| client::Error::Unreachable { reason: error.to_string() })?;
        let mut response = Response::new(answer.take_body().into_bytes_limit(body_bytes_max).await.unwrap().to_vec());
        *response.status_mut() = answer.status();
        response.headers_mut().clone_from(answer.headers());
        Ok(response)
    }
}

/// A source as it is set by default, its ledger and its place.
struct Reading {
    glpi: Glpi,
    source: GlpiSource,
    book: Book,
    cursor: Option<Cursor>,
    begun: time::Instant,
}

impl Reading {
    fn of(tickets: usize, limits: Limits) -> Self {
        let desk = generate(&Spec { years: 1, ..Spec::new(tickets, 7, PRESENT_S) });
        let options = Options {
            user_token: "t".to_owned(),
            clock: glpi_sim::Clock::still(PRESENT_S),
            latency: Duration::from_millis(50),
            ..Options::default()
        };
        let (glpi, begun) = (Glpi::new(desk, options), time::Instant::now());
        let near = Near { glpi: glpi.clone(), begun };
        let mut server = client::Config::new("http://glpi.simulated", Secret::new("t"));
        server.limits = limits;
        let clock: Clock = Arc::new(move || {
            let passed = chrono::TimeDelta::from_std(begun.elapsed()).unwrap();
            chrono::DateTime::from_timestamp(PRESENT_S, 0).unwrap() + passed
        });
        let client = GlpiClient::over(Arc::new(near), server, Arc::clone(&clock)).unwrap();
        let source = read_with(client, Instance::new("desk").unwrap(), Config::default(), clock).unwrap();
        Self { glpi, source, book: Book::default(), cursor: None, begun }
    }

    /// One step, as the engine takes it. Answers whether it caught up; nothing where GLPI did not answer.
    async fn step(&mut self) -> Option<bool> {
        let Ok(batch) = self.source.next(self.cursor.as_ref(), &self.book).await else {
            time::sleep(Duration::from_secs(1)).await;
            return None;
        };
        self.book.keep(batch.ledger);
        self.cursor = batch.cursor.or(self.cursor.take());
        time::sleep(Duration::from_millis(batch.wait_ms)).await;
        Some(batch.caught_up)
    }

    async fn catch_up(&mut self) {
        while self.step().await != Some(true) {
            assert!(self.begun.elapsed() < 20 * HOUR, "never caught up");
        }
    }

    /// Requests that are made while this goes on for so long.
    async fn requests_in(&mut self, span: Duration) -> u64 {
        let (before, end) = (self.glpi.requests().total, time::Instant::now() + span);
        while time::Instant::now() < end {
            self.step().await;
        }
        self.glpi.requests().total - before
    }
}

/// The figures that are stated for a desk of so many tickets: requests of the first reading, and in an hour without changes.
fn stated(tickets: usize) -> [u64; 2] {
    let is_of = |line: &&str| line.replace(',', "").starts_with(&format!("| {tickets} |"));
    let line = STATED.lines().find(is_of).unwrap().replace(',', "");
    let cells: Vec<&str> = line.split('|').map(|cell| cell.trim_matches([' ', '†'])).collect();
    [cells[2].parse().unwrap(), cells[3].parse().unwrap()]
}

#[tokio::test(start_paused = true)]
async fn a_desk_is_asked_as_much_as_is_stated() {
    for tickets in [1_000, 5_000] {
        let mut reading = Reading::of(tickets, Limits::default());
        reading.catch_up().await;
        let first = reading.glpi.requests();
        let idle = reading.requests_in(HOUR).await;
        let [stated_first, stated_idle] = stated(tickets);
        assert!(first.total <= stated_first && first.total * 10 > stated_first * 8, "{tickets}: {}", first.total);
        assert!(idle <= stated_idle && idle * 10 > stated_idle * 8, "{tickets}: {idle}");
        assert!(first.in_flight_max <= 2);
        assert_eq!(reading.source.client().stats().retries, 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_desk_that_is_away_is_asked_twice_a_minute_and_nothing_is_read_twice_for_it() {
    let mut calm = Reading::of(1_000, Limits { page_rows_max: 200, ..Limits::default() });
    calm.catch_up().await;
    let usual = calm.glpi.requests().total;

    let mut reading = Reading::of(1_000, Limits { page_rows_max: 200, ..Limits::default() });
    while reading.glpi.requests().total < usual / 3 {
        reading.step().await;
    }
    reading.glpi.set_outage(Some(Outage::Unavailable));
    let away = reading.requests_in(HOUR).await;
    // The breaker wants a few failures before it opens.
    assert!((100..=125).contains(&away), "{away}");
    reading.glpi.set_outage(None);
    reading.catch_up().await;
    let total = reading.glpi.requests().total;
    assert!((total - away) * 10 <= usual * 12, "{total} requests, {away} of them while it was away, {usual} usually");
}
