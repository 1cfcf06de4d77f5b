//! Slow work between the rounds: which is due, and one page of it at a time.

use pipeline::sources::Error;
use schemas::Instant;

use super::Stepper;
use crate::source::cursor::{Collection, Job, Step, Task};
use crate::source::recognition;

/// A desk whose ids fit on so many pages is small: looking at all of them costs next to nothing.
const SMALL_PAGES: u64 = 3;

impl Stepper<'_, '_> {
    /// Reads the next page of slow work, or ends the round.
    pub(super) async fn work(&mut self, pages_left: u32, mut begun: Vec<Task>) -> Result<(), Error> {
        if pages_left == 0 {
            self.say("following");
            self.end_round();
            return Ok(());
        }
        let Some(job) = self.place.job.take().or_else(|| self.due(&mut begun)) else {
            self.say("following");
            self.end_round();
            return Ok(());
        };
        self.place.step = Step::Job { pages_left: pages_left - 1, begun };
        let task = job.task;
        if task == Task::Sweep && job.at == Collection::of(0) {
            // A sweep is what finds tickets gone: it must not take another desk for a great loss.
            self.recognise().await?;
        }
        let next = match task {
            Task::Sweep => self.sweep(job.at).await?,
            Task::Dimensions => self.pull_dimensions(job.at).await?,
            Task::Surveys => self.pull_surveys(job.at).await?,
        };
        if next.is_none() && task == Task::Sweep && !self.place.is_in_doubt && self.place.begun.sweep.is_some() {
            self.place.scope_before = None;
        }
        self.place.job = next.map(|at| Job { task, at });
        Ok(())
    }

    /// Makes sure of the desk: by a look at one ticket where it was recognised since the login.
    async fn recognise(&mut self) -> Result<(), Error> {
        let (login, ledger, zone) = (self.client.stats().relogins, self.intake.ledger(), self.intake.zone());
        if self.run.is_recognised(login) {
            return recognition::glance(self.client, ledger, zone).await;
        }
        recognition::recognise(self.client, ledger, zone).await
    }

    /// The work that has been due for the longest time; each at most once in a round.
    fn due(&mut self, begun_now: &mut Vec<Task>) -> Option<Job> {
        let config = self.config;
        let begun = &self.place.begun;
        let works = [
            (Task::Sweep, begun.sweep, self.sweep_interval_ms()),
            (Task::Surveys, begun.surveys, config.survey_interval_ms),
            (Task::Dimensions, begun.dimensions, config.dimension_interval_ms),
        ];
        // What another process did, maybe long ago, does not count.
        let ours = |begun: Option<Instant>| begun.filter(|_| self.run.has_begun(begun));
        let (_, task) = works
            .into_iter()
            .filter(|(task, ..)| !begun_now.contains(task))
            .filter_map(|(task, begun, interval_ms)| Some((overdue(self.now, ours(begun), interval_ms)?, task)))
            .max_by_key(|&(overdue, _)| overdue)?;
        begun_now.push(task);
        let begun = &mut self.place.begun;
        match task {
            Task::Sweep => {
                begun.sweep = Some(self.now);
                self.place.tickets_seen = 0;
                self.place.vanished = 0;
            }
            Task::Surveys => begun.surveys = Some(self.now),
            Task::Dimensions => begun.dimensions = Some(self.now),
        }
        Some(Job { task, at: Collection::of(0) })
    }

    fn sweep_interval_ms(&self) -> u64 {
        let small = SMALL_PAGES * u64::from(self.client.limits().page_rows_max);
        if self.place.tickets_seen <= small {
            self.config.small_sweep_interval_ms
        } else {
            self.config.sweep_interval_ms
        }
    }
}

/// For how many microseconds a work has been due; nothing where it is not.
fn overdue(now: Instant, begun: Option<Instant>, interval_ms: u64) -> Option<i64> {
    let Some(begun) = begun else { return Some(i64::MAX) };
    // A clock that was set back must not stop the work until it has caught up.
    let passed = now.0.abs_diff(begun.0);
    let interval = interval_ms.saturating_mul(1_000);
    (passed >= interval).then(|| i64::try_from(passed - interval).unwrap_or(i64::MAX))
}
