//! The gate every request passes: a place among those in flight, its turn within the second, a pause the server asked for or
//! needs, and the breaker.

use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::time::{Instant, sleep_until};

use super::brake::{Allowance, Brake, Sign};
use super::breaker::{Admission, Breaker, BreakerState, Outcome, Refusal};
use super::config::Limits;
use super::error::Error;
use super::rate::Rate;

/// No rest between two requests is longer: reading goes on however slow the server is.
const REST_MAX: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(crate) struct Gate {
    places: Semaphore,
    places_max: usize,
    inner: Mutex<Inner>,
    /// Rings when a request ends: one may be the probe that others wait for.
    ended: Notify,
}

#[derive(Debug)]
struct Inner {
    breaker: Breaker,
    brake: Brake,
    rate: Rate,
    quiet_until: Option<Instant>,
    opened: u64,
}

/// When a request may be made.
enum Turn {
    Now(Admission),
    At(Instant),
    AfterProbe,
}

/// The right to make one request. Dropped without a word it counts as abandoned.
#[derive(Debug)]
pub(crate) struct Pass<'a> {
    gate: &'a Gate,
    admission: Admission,
    begun: Instant,
    outcome: Outcome,
    sign: Sign,
    _place: SemaphorePermit<'a>,
}

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Self {
        let breaker = Breaker::new(limits.breaker_failures_max, Duration::from_millis(limits.probe_interval_ms));
        let inner = Inner {
            breaker,
            brake: Brake::new(limits),
            rate: Rate::new(limits.requests_per_second_max),
            quiet_until: None,
            opened: 0,
        };
        Self {
            places: Semaphore::new(limits.requests_in_flight_max),
            places_max: limits.requests_in_flight_max,
            inner: Mutex::new(inner),
            ended: Notify::new(),
        }
    }

    /// Waits for a place, for the end of a pause and for its turn, then asks the breaker.
    ///
    /// While a probe is under way it waits for its outcome: of several requests made together, one that was refused at once
    /// would make their caller drop the others, the probe among them, and the server would stay away for ever.
    pub(crate) async fn enter(&self) -> Result<Pass<'_>, Error> {
        let place = self.place().await?;
        loop {
            // From before the look on, so that no end is missed.
            let mut ended = pin!(self.ended.notified());
            ended.as_mut().enable();
            let now = Instant::now();
            match self.turn(now)? {
                Turn::Now(admission) => {
                    let (outcome, sign) = (Outcome::Abandoned, Sign::None);
                    return Ok(Pass { gate: self, admission, begun: now, outcome, sign, _place: place });
                }
                Turn::At(until) => sleep_until(until).await,
                Turn::AfterProbe => ended.await,
            }
        }
    }

    /// Whose turn it is: a request is made now, or nobody is asked before a time.
    fn turn(&self, now: Instant) -> Result<Turn, Error> {
        let mut inner = self.inner();
        if let Some(until) = inner.next_at(now) {
            return Ok(Turn::At(until));
        }
        match inner.breaker.admit(now) {
            Ok(admission) => {
                inner.rate.make(now);
                Ok(Turn::Now(admission))
            }
            Err(Refusal::UntilProbed) => Ok(Turn::AfterProbe),
            Err(Refusal::For(probe_in)) => Err(Error::BreakerOpen { probe_in }),
        }
    }

    /// A place among those in flight. Where fewer are allowed than there are, each takes up several.
    async fn place(&self) -> Result<SemaphorePermit<'_>, Error> {
        loop {
            let width = self.width();
            let place = self.places.acquire_many(width).await.map_err(|_| Error::Closed)?;
            // Whoever waited from before the brake takes up too little.
            if self.width() <= width {
                return Ok(place);
            }
        }
    }

    fn width(&self) -> u32 {
        u32::try_from(self.places_max / self.allowance().in_flight.max(1)).unwrap_or(u32::MAX)
    }

    /// Lets nobody through for `pause`: the server asked for it.
    pub(crate) fn keep_quiet(&self, pause: Duration) {
        self.inner().keep_quiet_until(Instant::now() + pause);
    }

    /// How much may be asked now.
    pub(crate) fn allowance(&self) -> Allowance {
        self.inner().brake.allowance()
    }

    /// What is held back and why; nothing while nothing is.
    pub(crate) fn brake(&self) -> Option<String> {
        self.inner().brake.sentence()
    }

    pub(crate) fn breaker_state(&self) -> BreakerState {
        self.inner().breaker.state()
    }

    pub(crate) fn breaker_opened(&self) -> u64 {
        self.inner().opened
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// When the next request may be made; nothing where that is now.
    fn next_at(&self, now: Instant) -> Option<Instant> {
        self.quiet_until.filter(|until| *until > now).max(self.rate.next_at(now))
    }

    fn keep_quiet_until(&mut self, until: Instant) {
        self.quiet_until = Some(self.quiet_until.map_or(until, |earlier| earlier.max(until)));
    }

    /// Rests after a request as long as the brake wants.
    fn rest(&mut self, begun: Instant, now: Instant) {
        let rests = self.brake.allowance().rests;
        if rests > 0 {
            let rest = now.saturating_duration_since(begun).saturating_mul(rests);
            self.keep_quiet_until(now + rest.min(REST_MAX));
        }
    }
}

impl Pass<'_> {
    /// When the request was let through.
    pub(crate) fn begun(&self) -> Instant {
        self.begun
    }

    /// Ends the request with what it says about the server's health and load.
    pub(crate) fn end(mut self, outcome: Outcome, sign: Sign) {
        self.outcome = outcome;
        self.sign = sign;
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        let (now, mut inner) = (Instant::now(), self.gate.inner());
        let opened = inner.breaker.learn(self.admission, self.outcome, now);
        inner.opened += u64::from(opened);
        let sign = std::mem::replace(&mut self.sign, Sign::None);
        inner.brake.learn(sign, self.begun, now);
        inner.rest(self.begun, now);
        drop(inner);
        self.gate.ended.notify_waiters();
    }
}
