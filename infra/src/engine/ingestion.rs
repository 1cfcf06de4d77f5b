//! The loop that reads the source.

use std::time::Duration;

use analytics::SyncRead;
use anyhow::anyhow;
use pipeline::{
    Fault,
    ingest::{Error, Ingest, Ingested},
    sources,
};
use tokio::sync::watch;

use crate::clock;

use super::{Engine, Until, raised};

/// The pause after a transient failure; the client has waited and tried again itself before.
const PAUSE: Duration = Duration::from_secs(1);
/// The pause after a refusal of the source that only a person can mend.
const REFUSED_PAUSE: Duration = Duration::from_secs(30);
/// The pause after a failure of the log, such as a full disk: within half a minute of its end all goes on.
const LOG_PAUSE: Duration = Duration::from_secs(10);
/// Failures in a row after which `up --once` gives up.
const ONCE_FAILURES_MAX: u32 = 3;
/// How often requests of people are looked for while there is nothing else to do.
const REQUESTS_INTERVAL: Duration = Duration::from_millis(500);
/// Events in the log that are not stored yet, beyond which the source is left alone.
const PENDING_EVENTS_MAX: u64 = 500_000;
/// Sync requests answered between two steps.
const SYNCS_MAX: u32 = 20;

impl Engine {
    /// Steps until told to stop; with [`Until::CaughtUp`] until there is nothing more to read.
    pub(super) async fn ingest_until(
        &self,
        mut ingest: Ingest,
        until: Until,
        mut stop: watch::Receiver<bool>,
        mut halt: watch::Receiver<bool>,
    ) -> anyhow::Result<()> {
        let outcome = tokio::select! {
            // A step that is dropped half way is repeated at the next start.
            () = raised(&mut stop) => Ok(()),
            () = raised(&mut halt) => Ok(()),
            outcome = self.ingest_steps(&mut ingest, until) => outcome,
        };
        ingest.close().await;
        outcome
    }

    async fn ingest_steps(&self, ingest: &mut Ingest, until: Until) -> anyhow::Result<()> {
        let mut has_worked = false;
        let mut failures = 0;
        let mut cause = None;
        loop {
            self.answer_requests(ingest).await;
            if self.board.status().events.pending() > PENDING_EVENTS_MAX {
                // The store is behind: the source waits for it, so that the log cannot outgrow the disk unseen.
                self.rest(ingest, PAUSE).await;
                continue;
            }
            match ingest.step().await {
                Ok(ingested) => {
                    (has_worked, failures, cause) = (true, 0, None);
                    self.note(ingest, &ingested).await;
                    let pause = Duration::from_millis(ingested.wait_ms);
                    if until == Until::Stopped {
                        self.rest(ingest, pause).await;
                    } else if ingested.caught_up {
                        return Ok(());
                    } else {
                        self.rest(ingest, pause.min(PAUSE)).await;
                    }
                }
                Err(error) => {
                    failures += 1;
                    let fault = error.fault();
                    let sentence = error.to_string();
                    tracing::warn!(error = sentence, "source gave nothing");
                    self.board.failed(&sentence, &ingest.vitals());
                    let gives_up = match until {
                        Until::CaughtUp => fault != Fault::Transient || failures >= ONCE_FAILURES_MAX,
                        // A refusal at the very start is a mistake in the configuration: somebody is there to read it.
                        Until::Stopped => fault == Fault::Fatal && !has_worked,
                    };
                    if gives_up {
                        return Err(anyhow!(cause.unwrap_or(sentence)));
                    }
                    // What follows the first failure often only says that nobody tries any more.
                    cause.get_or_insert(sentence);
                    self.rest(ingest, pause_after(&error)).await;
                }
            }
        }
    }

    /// Tells everybody what a step did. It is done, whether the board can be read up or not.
    async fn note(&self, ingest: &Ingest, ingested: &Ingested) {
        match self.facts().await {
            Ok(facts) => self.board.ingested(ingested, &facts, &ingest.vitals()),
            Err(error) => tracing::warn!(%error, "progress not read"),
        }
        if ingested.appended > 0 {
            self.doorbell.notify_one();
        }
    }

    /// Waits, but answers people meanwhile.
    async fn rest(&self, ingest: &mut Ingest, pause: Duration) {
        let end = tokio::time::Instant::now() + pause;
        while tokio::time::Instant::now() < end {
            tokio::time::sleep_until(end.min(tokio::time::Instant::now() + REQUESTS_INTERVAL)).await;
            self.answer_requests(ingest).await;
        }
    }

    /// Sync requests and redrives that wait.
    async fn answer_requests(&self, ingest: &mut Ingest) {
        if let Err(error) = self.answer_syncs(ingest).await {
            tracing::warn!(%error, "requests not answered");
        }
        self.redrive_asked(ingest).await;
    }

    async fn answer_syncs(&self, ingest: &mut Ingest) -> anyhow::Result<()> {
        for request in self.control.queued_syncs(SYNCS_MAX).await? {
            let outcome = match ingest.sync(request.ticket_id).await {
                Ok(ingested) => {
                    if ingested.appended > 0 {
                        self.doorbell.notify_one();
                    }
                    Ok(SyncRead { rows: ingested.counts, events: ingested.appended })
                }
                // It waits for the source to come back.
                Err(error) if error.fault() == Fault::Transient => return Err(error.into()),
                Err(error) => Err(error.to_string()),
            };
            self.survey().await?;
            self.control.finish_sync(request.id, outcome, clock::now()).await?;
        }
        Ok(())
    }
}

/// How long the source is left alone after a failure.
fn pause_after(error: &Error) -> Duration {
    match error {
        _ if error.fault() == Fault::Transient => PAUSE,
        // The ledger lies in the log.
        Error::Bus(_) | Error::Source(sources::Error::Ledger(_)) => LOG_PAUSE,
        _ => REFUSED_PAUSE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_that_fails_is_tried_again_sooner_than_a_glpi_that_refuses() {
        let of_source = |error| pause_after(&Error::Source(error));
        assert_eq!(of_source(sources::Error::Away(String::new())), PAUSE);
        assert_eq!(of_source(sources::Error::Refused(String::new())), REFUSED_PAUSE);
        assert_eq!(of_source(sources::Error::Ledger(String::new())), LOG_PAUSE);
        assert_eq!(pause_after(&Error::Bus(pipeline::buses::Error::Storage(String::new()))), LOG_PAUSE);
    }
}
