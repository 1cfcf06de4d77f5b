//! The loop that stores events.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use pipeline::{Fault, buses::Bus, process::Processor, sinks::Sink};
use tokio::sync::watch;

use crate::clock;

use super::{Engine, Until};

/// The pause when there is nothing to store and the doorbell is silent.
const IDLE: Duration = Duration::from_millis(500);
/// The pause after a transient failure.
const PAUSE: Duration = Duration::from_secs(1);
/// The pause after a failure that only a person can mend, such as a full disk: within half a minute of its end all goes on.
const FATAL_PAUSE: Duration = Duration::from_secs(10);
/// Failures in a row after which a stop no longer waits for the store.
const DRAIN_FAILURES_MAX: u32 = 3;

impl Engine {
    /// Steps until the source has ended and everything it brought is stored.
    pub(super) async fn process_until(&self, until: Until, drain: watch::Receiver<bool>) -> anyhow::Result<()> {
        let mut processor = self.processor(self.store());
        let mut failures = 0;
        loop {
            if self.store_tasks().await {
                processor = self.processor(self.store());
            }
            let draining = *drain.borrow();
            match processor.step().await {
                Ok(processed) => {
                    failures = 0;
                    if processed.records > 0 || self.board.status().store_error.is_some() {
                        self.stored().await;
                    }
                    if processed.is_caught_up() {
                        if draining {
                            return Ok(());
                        }
                        tokio::time::timeout(IDLE, self.doorbell.notified()).await.ok();
                    }
                }
                Err(error) => {
                    failures += 1;
                    tracing::error!(%error, "events not stored");
                    self.board.change(|status| status.store_error = Some(error.to_string()));
                    let fault = error.fault();
                    let gives_up = draining && failures >= DRAIN_FAILURES_MAX;
                    if gives_up || (until == Until::CaughtUp && fault != Fault::Transient) {
                        return Err(anyhow!(error));
                    }
                    let pause = if fault == Fault::Transient || draining { PAUSE } else { FATAL_PAUSE };
                    tokio::time::sleep(pause).await;
                }
            }
        }
    }

    async fn stored(&self) {
        match self.facts().await {
            Ok(facts) => self.board.processed(&facts),
            Err(error) => tracing::warn!(%error, "progress not read"),
        }
    }

    pub(super) fn processor(&self, sink: Arc<dyn Sink>) -> Processor {
        let bus: Arc<dyn Bus> = Arc::clone(&self.bus) as _;
        let news = Arc::clone(&self.news);
        Processor::new(bus, sink, Arc::clone(&self.codec), self.process.clone(), clock::now).telling(news)
    }
}
