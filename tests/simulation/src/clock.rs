//! Clock: the simulated time.
//!
//! It passes only while somebody sleeps, by tokio's paused clock. GLPI's clock is right; the machine Farol runs on may be off.

use std::cell::Cell;

use chrono::{DateTime, Utc};
use tokio::time::Instant;

thread_local! {
    /// The world of this thread: when it began by tokio's clock and in microseconds UTC, and how far Farol's clock is off.
    static WORLD: Cell<Option<(Instant, i64, i64)>> = const { Cell::new(None) };
}

/// Begins a world on this thread at `at_s`, seconds UTC.
pub fn begin(at_s: i64) {
    WORLD.set(Some((Instant::now(), at_s * 1_000_000, 0)));
}

/// Puts the clock of Farol's machine `seconds` ahead of the true one.
pub fn skew(seconds: i64) {
    WORLD.set(WORLD.get().map(|(start, at, _)| (start, at, seconds * 1_000_000)));
}

/// The true time, microseconds UTC.
pub fn true_us() -> i64 {
    WORLD.get().map_or(0, |(start, at, _)| at + start.elapsed().as_micros() as i64)
}

/// The true time, seconds UTC.
pub fn true_s() -> i64 {
    true_us().div_euclid(1_000_000)
}

/// The time on Farol's machine.
pub fn now() -> schemas::Instant {
    schemas::Instant(true_us() + WORLD.get().map_or(0, |(_, _, skew)| skew))
}

/// The same as a calendar date.
pub fn date() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(now().0).unwrap_or_default()
}
