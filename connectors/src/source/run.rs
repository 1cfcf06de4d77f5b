//! What only this process knows of the source: since when it reads, and which requests fail while all others work.

use std::collections::HashMap;

use schemas::Instant;

use crate::client::{self, Fault};

/// A request that failed so often while the server answered others is gone without.
const FAILURES_MAX: u32 = 3;
/// Failing requests that are kept in mind.
const TROUBLES_MAX: usize = 1_000;
/// Two looks at the server's clock differ by up to this, for its answers name whole seconds.
const CLOCK_STEP_S: i64 = 2;

/// What this process knows.
#[derive(Debug, Default)]
pub(crate) struct Run {
    opened_at: Option<Instant>,
    failures: HashMap<String, u32>,
    /// The login for which the desk was last recognised.
    recognised: Option<u64>,
}

impl Run {
    /// Learns the server's time at a step; the first one opens the run.
    pub(crate) fn steps_at(&mut self, now: Instant) {
        self.opened_at.get_or_insert(now.plus_seconds(-CLOCK_STEP_S));
    }

    /// Whether something that began at this time was begun by this process.
    pub(crate) fn has_begun(&self, at: Option<Instant>) -> bool {
        at.zip(self.opened_at).is_some_and(|(at, opened)| at >= opened)
    }

    /// Whether the desk was recognised since this login.
    pub(crate) fn is_recognised(&self, login: u64) -> bool {
        self.recognised == Some(login)
    }

    /// Learns that the desk is the remembered one.
    pub(crate) fn recognised(&mut self, login: u64) {
        self.recognised = Some(login);
    }

    /// Whether `what` failed the last time it was asked for.
    pub(crate) fn is_suspect(&self, what: &str) -> bool {
        self.failures.contains_key(what)
    }

    /// Whether `what` failed too often.
    pub(crate) fn is_hopeless(&self, what: &str) -> bool {
        self.failures.get(what).is_some_and(|&failures| failures >= FAILURES_MAX)
    }

    /// Learns that `what` failed.
    pub(crate) fn failed(&mut self, what: &str, error: &client::Error) {
        if !is_of_the_request(error) {
            return;
        }
        if self.failures.len() >= TROUBLES_MAX {
            self.failures.clear();
        }
        *self.failures.entry(what.to_owned()).or_default() += 1;
    }

    /// Learns that `what` worked.
    pub(crate) fn worked(&mut self, what: &str) {
        self.failures.remove(what);
    }
}

/// Whether a failure may be about what was asked for, and not about the server or the account.
pub(crate) fn is_of_the_request(error: &client::Error) -> bool {
    match error {
        client::Error::ServerFailed { .. }
        | client::Error::Shape { .. }
        | client::Error::Timeout(_)
        | client::Error::Interrupted { .. }
        | client::Error::TooLarge { .. } => true,
        client::Error::NotJson { .. } => error.fault() == Fault::Transient,
        _ => false,
    }
}
