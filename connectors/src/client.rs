//! The client of GLPI's legacy REST interface.
//!
//! It protects the server (few requests at once, bounded pages, pauses that grow, a breaker) and the caller (only an
//! answer with the right status, type and shape is a success). It does not interpret rows: that is the source's work.

mod address;
mod answer;
mod backoff;
mod brake;
mod breaker;
mod call;
mod collection;
mod config;
mod desk;
mod error;
mod gate;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod login;
mod pace;
mod rate;
mod search;
mod secret;
mod server_clock;
mod session;
mod stats;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod transport;
mod version;
mod wire;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use address::Address;
use brake::Sign;
use breaker::Outcome;
use call::Call;
use gate::Gate;
use session::Sessions;
use stats::Counters;
use transport::{Credentials, Transport};

pub use address::Place;
#[cfg(test)]
pub(crate) use answer::Answer;
#[cfg(test)]
pub(crate) use backoff::{asked_pause, http_date};
pub use breaker::BreakerState;
pub use collection::{Lookup, Order, Page, PageRequest};
pub use config::{Config, Limits, PAGE_ROWS_MIN, PROBE_INTERVAL_MS_MAX};
pub use desk::Desk;
pub use error::{BodyKind, Error, Fault};
pub use search::{Column, SearchPage, SearchRow};
pub use secret::Secret;
pub use stats::Stats;
pub use version::Version;
pub use wire::Wire;

/// The time, as whoever runs the client tells it.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// A client of one GLPI server. Sharing it shares its session, its limits and its breaker.
pub struct GlpiClient {
    config: Config,
    address: Address,
    zone: Tz,
    clock: Clock,
    transport: Transport,
    gate: Gate,
    sessions: Sessions,
    counters: Counters,
    dice: Mutex<SmallRng>,
}

/// A good answer with what its headers tell.
#[derive(Debug)]
struct Reply {
    value: Value,
    total: Option<u64>,
    /// The server's clock when it answered.
    date: Option<DateTime<Utc>>,
}

impl fmt::Debug for GlpiClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GlpiClient").field("config", &self.config).field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl GlpiClient {
    /// Prepares a client; the network is not touched before the first request.
    pub fn new(config: Config, clock: Clock) -> Result<Self, Error> {
        config.validate()?;
        let network = wire::Network::new(&config.limits, &Address::parse(&config.url)?)?;
        Self::over(Arc::new(network), config, clock)
    }

    /// The same over another wire than the network.
    pub fn over(wire: Arc<dyn Wire>, config: Config, clock: Clock) -> Result<Self, Error> {
        config.validate()?;
        let address = Address::parse(&config.url)?;
        Ok(Self {
            zone: config.zone()?,
            transport: Transport::build(&config, wire)?,
            gate: Gate::new(&config.limits),
            sessions: Sessions::default(),
            counters: Counters::new(Duration::from_millis(config.limits.clock_doubt_ms)),
            dice: Mutex::new(SmallRng::seed_from_u64(config.jitter_seed)),
            address,
            clock,
            config,
        })
    }

    /// The limits this client keeps.
    pub fn limits(&self) -> &Limits {
        &self.config.limits
    }

    /// The work done so far.
    pub fn stats(&self) -> Stats {
        Stats {
            requests: self.counters.requests.value(),
            retries: self.counters.retries.value(),
            relogins: self.counters.logins.value().saturating_sub(1),
            throttled: self.counters.throttled.value(),
            criteria_failures: self.counters.criteria_failures.value(),
            breaker_opened: self.gate.breaker_opened(),
            breaker: self.gate.breaker_state(),
            clock_skew_seconds: self.counters.skew_seconds(),
        }
    }

    /// What is held back because of the server's load and why, in a sentence; nothing while nothing is.
    pub fn brake(&self) -> Option<String> {
        self.gate.brake()
    }

    /// Rows that a page may have now.
    pub(crate) fn page_rows(&self) -> u32 {
        self.gate.allowance().page_rows
    }

    /// The server's clock now, once an answer told it.
    pub(crate) fn server_now(&self) -> Option<DateTime<Utc>> {
        self.counters.server_now()
    }

    /// Asks within the session. A session found dead is replaced once, by one login for all who need it.
    async fn ask(&self, call: &Call) -> Result<Reply, Error> {
        let session = self.session().await?;
        match self.try_patiently(&session.base, call, Credentials::Session(&session.token)).await {
            Err(Error::SessionInvalid) => {
                let session = self.renew(Some(session.generation)).await?;
                let second = self.try_patiently(&session.base, call, Credentials::Session(&session.token)).await;
                second.map_err(|error| if error == Error::SessionInvalid { Error::SessionLost } else { error })
            }
            other => other,
        }
    }

    /// Tries until an answer is good, not worth another try, or the tries are used up.
    async fn try_patiently(&self, base: &Url, call: &Call, credentials: Credentials<'_>) -> Result<Reply, Error> {
        let mut failure = None;
        let retries_max = if call.is_once { 0 } else { self.config.limits.retries_max };
        for tries_before in 0..=retries_max {
            if tries_before > 0 {
                tokio::time::sleep(self.pause(tries_before - 1)).await;
            }
            match self.try_once(base, call, credentials, tries_before > 0).await {
                Err(error) if error.is_worth_a_retry() => {
                    tracing::debug!(what = call.what(), %error, tries_before, "glpi call failed");
                    failure = Some(error);
                }
                // The breaker opened between two tries: what made it open says more.
                Err(Error::BreakerOpen { probe_in }) => return Err(failure.unwrap_or(Error::BreakerOpen { probe_in })),
                other => return other,
            }
        }
        Err(failure.unwrap_or(Error::Closed))
    }

    async fn try_once(
        &self,
        base: &Url,
        call: &Call,
        credentials: Credentials<'_>,
        is_retry: bool,
    ) -> Result<Reply, Error> {
        let pass = self.gate.enter().await?;
        self.counters.requests.increase();
        if is_retry {
            self.counters.retries.increase();
        }
        let result = self.send(base, call, credentials, pass.begun()).await;
        if let Err(Error::Throttled { pause, .. }) = &result {
            self.counters.throttled.increase();
            self.gate.keep_quiet(pause.unwrap_or_default());
        }
        pass.end(outcome(&result), sign(call, &result));
        result
    }

    async fn send(
        &self,
        base: &Url,
        call: &Call,
        credentials: Credentials<'_>,
        begun: Instant,
    ) -> Result<Reply, Error> {
        let answer = self.transport.send(base, call, credentials, (self.clock)()).await?;
        let value = answer::understand(call, &answer)?;
        // The clock of whoever refuses in GLPI's place tells nothing.
        if let Some(date) = answer.date {
            self.counters.saw_date(date, begun, (self.clock)());
        }
        Ok(Reply { value, total: answer.total(), date: answer.date })
    }

    fn pause(&self, tries_before: u32) -> Duration {
        let limits = &self.config.limits;
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        let (base, max) = (limits.backoff_ms_base, limits.backoff_ms_max);
        backoff::pause(tries_before, Duration::from_millis(base), Duration::from_millis(max), &mut *dice)
    }
}

/// What a request tells of the server's health.
fn outcome(result: &Result<Reply, Error>) -> Outcome {
    match result {
        Err(Error::Unsent { .. }) => Outcome::Unsent,
        Err(error) if error.is_worth_a_retry() => Outcome::Failed,
        _ => Outcome::Answered,
    }
}

/// What a request tells of the server's load: only a good answer was real work.
fn sign(call: &Call, result: &Result<Reply, Error>) -> Sign {
    match result {
        Ok(_) => Sign::Answered(call.kind()),
        Err(Error::Throttled { status, .. }) => Sign::Patience(*status),
        Err(Error::Timeout(_)) => Sign::Silence,
        Err(_) => Sign::None,
    }
}
