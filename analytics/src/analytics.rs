//! The read side as one value: a store, and the ports that questions about the write side need.

#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use chrono_tz::Tz;
use datafusion::{
    execution::{SessionState, SessionStateBuilder, runtime_env::RuntimeEnvBuilder},
    optimizer::Optimizer,
    physical_optimizer::optimizer::PhysicalOptimizer,
    prelude::{SessionConfig, SessionContext},
};
use schemas::ingestion::IngestionStatus;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    clocks::KnownCalendars,
    error::Error,
    ports::{IngestionStatusReader, SyncRequests},
    stores::Store,
};

/// Questions answered at the same moment; one more is told to come again. Each may hold two threads and its sort
/// buffers.
pub(crate) const QUESTIONS_AT_ONCE_MAX: usize = 64;

/// Memory that the plans of all questions may hold together, beside the store's own.
const PLAN_MEMORY_BYTES_MAX: usize = 1 << 30;

/// Threads that one plan may use.
const PLAN_PARTITIONS: usize = 2;

/// Rules that rearrange logical plans of a kind that no question makes. None of them is needed to plan right: without one, a
/// plan of its kind runs as it is written.
const LOGICAL_RULES_LEFT_OUT: [&str; 5] = [
    "unions_to_filter",
    "eliminate_duplicated_expr",
    "eliminate_group_by_constant",
    "extract_leaf_expressions",
    "push_down_leaf_projections",
];

/// The same for physical plans.
const PHYSICAL_RULES_LEFT_OUT: [&str; 9] = [
    "LimitedDistinctAggregation",
    "FilterPushdown",
    "WindowTopN",
    "OptimizeAggregateOrder",
    "LimitAggregation",
    "LimitPushPastWindows",
    "HashJoinBuffering",
    "TopKRepartition",
    "PushdownSort",
];

/// Everything a use case needs to answer.
pub struct Analytics {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sync_requests: Arc<dyn SyncRequests>,
    pub(crate) session: SessionContext,
    pub(crate) calendars: KnownCalendars,
    status: Arc<dyn IngestionStatusReader>,
    places: Semaphore,
}

impl Analytics {
    /// The read side over `store`.
    pub fn new(
        store: Arc<dyn Store>,
        status: Arc<dyn IngestionStatusReader>,
        sync_requests: Arc<dyn SyncRequests>,
    ) -> Result<Self, Error> {
        let session = SessionContext::new_with_state(session_state()?);
        let (calendars, places) = (KnownCalendars::new(Tz::UTC), Semaphore::new(QUESTIONS_AT_ONCE_MAX));
        Ok(Self { store, sync_requests, session, calendars, status, places })
    }

    /// The same over a desk whose calendars are in `zone`, rather than in UTC.
    #[must_use]
    pub fn with_calendars_in(self, zone: Tz) -> Self {
        Self { calendars: KnownCalendars::new(zone), ..self }
    }

    /// How far the write side has come; `None` before it ran for the first time.
    pub(crate) async fn ingestion_status(&self) -> Result<Option<IngestionStatus>, Error> {
        Ok(self.status.read().await?)
    }

    /// A place among the questions under way.
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.places.try_acquire().map_err(|_| Error::Busy)
    }
}

/// How questions are planned: planning takes most of a question's time on a desk of usual size, and a second pass over the
/// rules finds nothing in plans as small as theirs.
fn session_state() -> Result<SessionState, Error> {
    let runtime = RuntimeEnvBuilder::new().with_memory_limit(PLAN_MEMORY_BYTES_MAX, 1.0).build_arc()?;
    let mut config = SessionConfig::new().with_target_partitions(PLAN_PARTITIONS).with_information_schema(false);
    config.options_mut().optimizer.max_passes = 1;
    let (mut logical, mut physical) = (Optimizer::new().rules, PhysicalOptimizer::new().rules);
    logical.retain(|rule| !LOGICAL_RULES_LEFT_OUT.contains(&rule.name()));
    physical.retain(|rule| !PHYSICAL_RULES_LEFT_OUT.contains(&rule.name()));
    let builder = SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features();
    Ok(builder.with_optimizer_rules(logical).with_physical_optimizer_rules(physical).build())
}

impl fmt::Debug for Analytics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Analytics").field("store", &self.store).finish_non_exhaustive()
    }
}
