//! The machine's clock: the only place that asks it.

use schemas::Instant;

/// Now.
pub(crate) fn now() -> Instant {
    Instant::from(chrono::Utc::now())
}
