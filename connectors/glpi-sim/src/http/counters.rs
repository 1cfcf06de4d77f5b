//! Counters: what was asked of the simulated GLPI.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What was asked so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requests {
    /// All calls.
    pub total: u64,
    /// Calls by kind: `initSession`, `Ticket`, `Ticket/:id`, `Ticket/:id/Log`, `search/Ticket`.
    pub by_kind: BTreeMap<String, u64>,
    /// The most calls at work at one time.
    pub in_flight_max: u64,
    in_flight: u64,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Counters(Arc<Mutex<Requests>>);

/// One call at work; it ends when dropped, however that happens.
pub(super) struct InFlight(Counters);

impl Requests {
    /// Calls of one kind.
    pub fn of_kind(&self, kind: &str) -> u64 {
        self.by_kind.get(kind).copied().unwrap_or_default()
    }
}

impl Counters {
    pub(super) fn begin(&self, kind: String) -> InFlight {
        let mut requests = self.lock();
        requests.total += 1;
        *requests.by_kind.entry(kind).or_default() += 1;
        requests.in_flight += 1;
        requests.in_flight_max = requests.in_flight_max.max(requests.in_flight);
        InFlight(self.clone())
    }

    pub(super) fn snapshot(&self) -> Requests {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Requests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.lock().in_flight -= 1;
    }
}

/// The kind of a path below the API's root: ids are replaced, so kinds stay few.
pub(super) fn kind(segments: &[String]) -> String {
    let kinds: Vec<&str> =
        segments.iter().map(|segment| if segment.parse::<i64>().is_ok() { ":id" } else { segment.as_str() }).collect();
    kinds.join("/")
}
