//! What a client has done so far, counted where it happens.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use super::breaker::BreakerState;

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

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) requests: Counter,
    pub(crate) retries: Counter,
    pub(crate) logins: Counter,
    pub(crate) throttled: Counter,
    pub(crate) criteria_failures: Counter,
    skew: Skew,
    /// The server's clock as last told, and when that was by a clock that never jumps.
    told: Mutex<Option<(DateTime<Utc>, Instant)>>,
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
    /// An answer was dated `date`, when our clock said `ours`.
    pub(crate) fn saw_date(&self, date: DateTime<Utc>, ours: DateTime<Utc>) {
        self.skew.0.store((date - ours).num_seconds(), Ordering::Relaxed);
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some((date, Instant::now()));
    }

    /// The server's clock now, once it was told: our own may be set at any moment.
    pub(crate) fn server_now(&self) -> Option<DateTime<Utc>> {
        let (date, at) = (*self.told.lock().unwrap_or_else(PoisonError::into_inner))?;
        let inner = TimeDelta::seconds(self.inner_skew.load(Ordering::Relaxed));
        Some(date + TimeDelta::from_std(at.elapsed()).ok()? + inner)
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
        let counters = Counters::default();
        assert_eq!(counters.server_now(), None);
        let date = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        for hours in [-5, 0, 5] {
            counters.saw_date(date, date + TimeDelta::hours(hours));
            counters.saw_inner_skew(60);
            let ahead = counters.server_now().map(|now| now - date).unwrap_or_default();
            assert!(ahead >= TimeDelta::seconds(60) && ahead < TimeDelta::seconds(90), "{ahead}");
        }
    }
}
