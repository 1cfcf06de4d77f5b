//! What a client has done so far, counted where it happens.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::breaker::BreakerState;
use super::server_clock::ServerClock;

/// The work of a client since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// Requests sent, logins and retries included.
    pub requests: u64,
    /// Requests sent again after a transient failure.
    pub retries: u64,
    /// Logins after the first one.
    pub relogins: u64,
    /// Answers that asked for patience.
    pub throttled: u64,
    /// Criteria that were refused, here or by GLPI.
    pub criteria_failures: u64,
    /// How often the breaker opened.
    pub breaker_opened: u64,
    /// What the breaker lets through now.
    pub breaker: BreakerState,
    /// Seconds the clock that GLPI dates changes by is ahead of ours, once it was seen.
    pub clock_skew_seconds: Option<i64>,
}

#[derive(Debug)]
pub(crate) struct Counters {
    pub(crate) requests: Counter,
    pub(crate) retries: Counter,
    pub(crate) logins: Counter,
    pub(crate) throttled: Counter,
    pub(crate) criteria_failures: Counter,
    skew: Skew,
    /// The server's clock by the headers of its answers.
    clock: Mutex<ServerClock>,
    /// Seconds GLPI's own clock is ahead of that of its answers' headers, which a proxy may write.
    inner_skew: AtomicI64,
}

#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

#[derive(Debug)]
struct Skew(AtomicI64);

impl Counter {
    pub(crate) fn increase(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Default for Skew {
    fn default() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }
}

impl Counters {
    /// Nothing done yet; the server's clock counts as set after so long a doubt.
    pub(crate) fn new(clock_doubt: Duration) -> Self {
        Self {
            requests: Counter::default(),
            retries: Counter::default(),
            logins: Counter::default(),
            throttled: Counter::default(),
            criteria_failures: Counter::default(),
            skew: Skew::default(),
            clock: Mutex::new(ServerClock::new(clock_doubt)),
            inner_skew: AtomicI64::new(0),
        }
    }

    /// An answer to what was sent at `begun` was dated `date`, when our clock said `ours`.
    pub(crate) fn saw_date(&self, date: DateTime<Utc>, begun: Instant, ours: DateTime<Utc>) {
        let (now, mut clock) = (Instant::now(), self.clock());
        clock.saw(date, now.saturating_duration_since(begun), now);
        let server = clock.at(now).unwrap_or(date);
        self.skew.0.store((server - ours).num_seconds(), Ordering::Relaxed);
    }

    /// The clock of the headers now, once it was told.
    pub(crate) fn header_now(&self) -> Option<DateTime<Utc>> {
        self.clock().at(Instant::now())
    }

    /// The server's clock now, once it was told: our own may be set at any moment.
    pub(crate) fn server_now(&self) -> Option<DateTime<Utc>> {
        Some(self.header_now()? + TimeDelta::seconds(self.inner_skew.load(Ordering::Relaxed)))
    }

    fn clock(&self) -> MutexGuard<'_, ServerClock> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn saw_inner_skew(&self, seconds: i64) {
        self.inner_skew.store(seconds, Ordering::Relaxed);
    }

    pub(crate) fn skew_seconds(&self) -> Option<i64> {
        // The smallest number stands for "not seen": no clock is that wrong.
        let outer = Some(self.skew.0.load(Ordering::Relaxed)).filter(|&seconds| seconds != i64::MIN);
        outer.map(|outer| outer + self.inner_skew.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_clock_goes_on_however_ours_is_set() {
        let counters = Counters::new(Duration::ZERO);
        assert_eq!(counters.server_now(), None);
        let date = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        for hours in [-5, 0, 5] {
            counters.saw_date(date, Instant::now(), date + TimeDelta::hours(hours));
            counters.saw_inner_skew(60);
            let ahead = counters.server_now().map(|now| now - date).unwrap_or_default();
            assert!(ahead >= TimeDelta::seconds(60) && ahead < TimeDelta::seconds(90), "{ahead}");
        }
    }
}
