//! Clock: what time it is on a simulated desk.
//!
//! The clock runs like the machine's, faster than it, or only when it is told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::rows::Seconds;

/// A clock; clones show the same time.
#[derive(Debug, Clone)]
pub struct Clock(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Real,
    Fast { start: Instant, from: Seconds, factor: f64 },
    Still(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn real() -> Self {
        Self(Kind::Real)
    }

    /// A clock that starts at `from` now and runs `factor` times as fast as the machine's.
    pub fn fast(from: Seconds, factor: f64) -> Self {
        Self(Kind::Fast { start: Instant::now(), from, factor })
    }

    /// A clock that stands at `at` until it is set.
    pub fn still(at: Seconds) -> Self {
        Self(Kind::Still(Arc::new(AtomicI64::new(at))))
    }

    /// The time in UTC seconds.
    pub fn now(&self) -> Seconds {
        match &self.0 {
            Kind::Real => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |past| past.as_secs() as i64),
            Kind::Fast { start, from, factor } => from + (start.elapsed().as_secs_f64() * factor) as i64,
            Kind::Still(at) => at.load(Ordering::SeqCst),
        }
    }

    /// Sets a still clock, and answers whether it is one.
    pub fn set(&self, to: Seconds) -> bool {
        let Kind::Still(at) = &self.0 else { return false };
        at.store(to, Ordering::SeqCst);
        true
    }

    /// Moves a still clock on, and answers whether it is one.
    pub fn advance(&self, seconds: Seconds) -> bool {
        let Kind::Still(at) = &self.0 else { return false };
        at.fetch_add(seconds, Ordering::SeqCst);
        true
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::real()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_still_clock_moves_only_when_told() {
        let clock = Clock::still(1000);
        let twin = clock.clone();
        assert!(clock.advance(5));
        assert_eq!(twin.now(), 1005);
        assert!(!Clock::real().set(1));
    }

    #[test]
    fn a_fast_clock_runs_ahead() {
        let clock = Clock::fast(0, 1_000_000.0);
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert!(clock.now() >= 5_000);
    }
}
