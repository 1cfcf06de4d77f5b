//! The steps of a source: each reads a little, and says where to go on.

mod backfill;
mod careful;
mod family;
mod jobs;
mod pull;
mod round;
mod sweep;
mod walk;

use pipeline::sources::Error;
use schemas::Instant;

use super::config::Config;
use super::convert::Dimension;
use super::cursor::{Place, Step};
use super::fault;
use super::intake::Intake;
use super::pages::{self, List, Sheet};
use super::recognition;
use super::run::Run;
use crate::client::{self, GlpiClient};

pub(super) use family::UNREAD;

/// One step under way.
pub(super) struct Stepper<'a, 'l> {
    pub(super) client: &'a GlpiClient,
    pub(super) config: &'a Config,
    pub(super) run: &'a mut Run,
    pub(super) place: Place,
    pub(super) intake: Intake<'l>,
    /// The server's clock.
    pub(super) now: Instant,
    /// What the step leads to.
    pub(super) outcome: Outcome,
}

/// What a step tells beside rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) phase: String,
    pub(super) progress: Option<(u64, u64)>,
    pub(super) watermark: Option<Instant>,
    pub(super) caught_up: bool,
    pub(super) wait_ms: u64,
}

impl Stepper<'_, '_> {
    /// Takes the next step.
    pub(super) async fn step(&mut self) -> Result<(), Error> {
        if !self.place.pending.is_empty() {
            return self.read_families().await;
        }
        match self.place.step.clone() {
            Step::Probe => self.probe().await,
            Step::Backfill { at, totals } => self.backfill(at, totals).await,
            Step::Walk(walk) => self.walk(walk).await,
            Step::Job { pages_left, begun } => self.work(pages_left, begun).await,
            Step::Rest => {
                recognition::glance(self.client, self.intake.ledger(), self.intake.zone()).await?;
                let walk = self.begin_round();
                self.walk(walk).await
            }
        }
    }

    /// Reads a page of a list; nothing where the account may not read it and Farol can do without.
    async fn sheet(
        &mut self,
        list: List,
        at: &super::cursor::Collection,
        is_ids_only: bool,
    ) -> Result<Option<Sheet>, Error> {
        let sheet = if is_ids_only {
            pages::read(self.client, list.itemtype(), &list.request().ids_only(), at).await
        } else {
            self.page_of(list, at).await
        };
        match sheet {
            Ok(mut sheet) => {
                // Whoever was given the right since reads it from now on.
                self.place.skipped.remove(list.itemtype());
                if !is_ids_only {
                    self.intake.leave_out(sheet.discarded);
                }
                let found = self.pass_over(list.itemtype(), &list.request(), &sheet.unreadable).await?;
                sheet.rows.extend(found);
                Ok(Some(sheet))
            }
            Err(error) => self.do_without(list, &error).map(|()| None),
        }
    }

    /// Tells what the source is doing.
    fn say(&mut self, phase: impl Into<String>) {
        self.outcome.phase = phase.into();
    }

    /// Goes on without a list that cannot be read, unless it is required or the failure is of another kind.
    fn do_without(&mut self, list: List, error: &client::Error) -> Result<(), Error> {
        if !fault::is_about_the_type(error) {
            return Err(fault::failure(error));
        }
        if list.is_required() {
            return Err(Error::Refused(format!("the account has no right to read {}: {error}", list.itemtype())));
        }
        if self.place.skipped.insert(list.itemtype().to_owned()) {
            tracing::warn!(itemtype = list.itemtype(), %error, "glpi item type is left out");
        }
        Ok(())
    }
}

/// The space of the dimension that a list shows.
const fn dimension_of(list: List) -> Option<(&'static Dimension, bool)> {
    match list {
        List::Dimension(dimension, is_trash) => Some((dimension, is_trash)),
        _ => None,
    }
}
