//! The gate every request passes: a place among those in flight, a pause the server asked for, and the breaker.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use super::breaker::{Admission, Breaker, BreakerState, Outcome};
use super::config::Limits;
use super::error::Error;

#[derive(Debug)]
pub(crate) struct Gate {
    places: Semaphore,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    breaker: Breaker,
    quiet_until: Option<Instant>,
    opened: u64,
}

/// The right to make one request. Dropped without a word it counts as abandoned.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    gate: &'a Gate,
    admission: Admission,
    outcome: Outcome,
    _place: SemaphorePermit<'a>,
}

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Self {
        let breaker = Breaker::new(limits.breaker_failures_max, Duration::from_millis(limits.probe_interval_ms));
        Self {
            places: Semaphore::new(limits.requests_in_flight_max),
            inner: Mutex::new(Inner { breaker, quiet_until: None, opened: 0 }),
        }
    }

    /// Waits for a place and for the end of a pause, then asks the breaker.
    pub(crate) async fn enter(&self) -> Result<Pass<'_>, Error> {
        let place = self.places.acquire().await.map_err(|_| Error::Closed)?;
        while let Some(until) = self.pause_ahead() {
            sleep_until(until).await;
        }
        let admission =
            self.inner().breaker.admit(Instant::now()).map_err(|probe_in| Error::BreakerOpen { probe_in })?;
        Ok(Pass { gate: self, admission, outcome: Outcome::Abandoned, _place: place })
    }

    /// Lets nobody through for `pause`: the server asked for it.
    pub(crate) fn keep_quiet(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut inner = self.inner();
        inner.quiet_until = Some(inner.quiet_until.map_or(until, |earlier| earlier.max(until)));
    }

    pub(crate) fn breaker_state(&self) -> BreakerState {
        self.inner().breaker.state()
    }

    pub(crate) fn breaker_opened(&self) -> u64 {
        self.inner().opened
    }

    fn pause_ahead(&self) -> Option<Instant> {
        self.inner().quiet_until.filter(|until| *until > Instant::now())
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pass<'_> {
    /// Ends the request with what it says about the server's health.
    pub(crate) fn end(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let mut inner = self.gate.inner();
        let opened = inner.breaker.learn(self.admission, self.outcome, Instant::now());
        inner.opened += u64::from(opened);
    }
}
