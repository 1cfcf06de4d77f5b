//! GLPI as a source of tickets.
//!
//! It reads everything once, in the order of ids, and then follows changes in rounds. It keeps nothing: the cursor says
//! where it is, the ledger what it has read. What rows mean is decided in `convert`, what is news in `intake`, what to
//! read next in `steps`.

mod config;
mod convert;
mod cursor;
mod family;
mod fault;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod intake;
mod kind;
mod ledger;
mod pages;
mod recognition;
mod run;
mod span;
mod steps;

use std::fmt;

use async_trait::async_trait;
use chrono_tz::Tz;
use pipeline::sources::{Error, Ledger, Source, SourceBatch, Vitals};
use schemas::ingestion::Breaker;
use schemas::{Cursor, Instance, Instant, Origin, TicketId};
use serde_json::Value;

use crate::client::{self, BreakerState, Clock, GlpiClient, Lookup};
pub use config::Config;
use convert::{Context, Dimension};
use cursor::{Place, Step};
use intake::Intake;
use kind::Kind;
pub use ledger::is_readable;
use run::Run;
use steps::{Outcome, Stepper};

/// One GLPI server that is read.
pub struct GlpiSource {
    instance: Instance,
    client: GlpiClient,
    config: Config,
    clock: Clock,
    run: Run,
}

impl fmt::Debug for GlpiSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GlpiSource")
            .field("instance", &self.instance)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// Prepares to read the desk `instance`. The network is not touched before the first step.
pub fn open(
    instance: Instance,
    server: client::Config,
    config: Config,
    clock: Clock,
) -> Result<GlpiSource, client::Error> {
    read_with(GlpiClient::new(server, clock.clone())?, instance, config, clock)
}

/// The same through a client that is there already.
pub fn read_with(
    client: GlpiClient,
    instance: Instance,
    config: Config,
    clock: Clock,
) -> Result<GlpiSource, client::Error> {
    config.validate().map_err(client::Error::config)?;
    Ok(GlpiSource { instance, client, config, clock, run: Run::default() })
}

/// The ticket to which a row without an id of its own belongs, if it is said.
fn ticket_of_nameless(itemtype: &str, id: i64, row: &Value) -> Option<i64> {
    let kind = Kind::of(itemtype).filter(|kind| *kind != Kind::Ticket && id <= 0)?;
    convert::ticket_of(kind, row)
}

#[async_trait]
impl Source for GlpiSource {
    async fn next(&mut self, cursor: Option<&Cursor>, ledger: &dyn Ledger) -> Result<SourceBatch, Error> {
        let mut place = Place::read(cursor)?;
        let context = self.context().await?;
        let zone = context.zone;
        self.recognise(ledger, zone).await?;
        if let Some(desk) = self.client.desk() {
            place.sees(desk.scope());
        }
        // The first reading is too long to look up at every page; what it tells first, the next start compares.
        let is_backfill = matches!(place.step, Step::Probe | Step::Backfill { .. });
        let mut stepper = self.stepper(place, Intake::new(context, ledger));
        stepper.step().await?;
        let Stepper { place, intake, outcome, .. } = stepper;
        if is_backfill {
            self.recognise(ledger, zone).await?;
        } else {
            self.confirm(&intake, ledger, zone).await?;
        }
        Ok(told(intake.finish(Some(place.write()?)), &place, outcome))
    }

    async fn sync(&mut self, ticket: TicketId, ledger: &dyn Ledger) -> Result<SourceBatch, Error> {
        let missing = || Error::Missing(format!("ticket {ticket} is not there, or out of the account's reach"));
        if ticket.0 <= 0 {
            return Err(missing());
        }
        let context = self.context().await?;
        let zone = context.zone;
        self.recognise_now(ledger, zone).await?;
        let mut stepper = self.stepper(Place::start(), Intake::new(context, ledger));
        stepper.look_at(ticket.0).await?;
        if stepper.intake.is_empty() {
            return Err(missing());
        }
        if stepper.intake.presence(ticket.0).await?.is_some_and(ledger::Presence::is_visible) {
            stepper.read_family_of(ticket.0).await?;
        }
        let Stepper { intake, .. } = stepper;
        self.confirm(&intake, ledger, zone).await?;
        Ok(SourceBatch { phase: format!("reading ticket {ticket}"), ..intake.finish(None) })
    }

    async fn redrive(&mut self, origin: &Origin, raw: &str, ledger: &dyn Ledger) -> Result<SourceBatch, Error> {
        let Some((itemtype, id)) = origin.parts() else {
            return Err(Error::Refused(format!("{origin} is no row of GLPI")));
        };
        let context = self.context().await?;
        let zone = context.zone;
        self.recognise_now(ledger, zone).await?;
        let old: Value = serde_json::from_str(raw).unwrap_or(Value::Null);
        let mut intake = Intake::retrying(context, ledger);
        if let Some(ticket) = ticket_of_nameless(itemtype, id, &old) {
            // Which row it was nobody can tell: all that belong to its ticket are read.
            let mut stepper = self.stepper(Place::start(), intake);
            if stepper.intake.presence(ticket).await?.is_some_and(ledger::Presence::is_visible) {
                stepper.read_family_of(ticket).await?;
            }
            let Stepper { intake, .. } = stepper;
            self.recognise(ledger, zone).await?;
            return Ok(SourceBatch { phase: format!("reading ticket {ticket} again"), ..intake.finish(None) });
        }
        let row = match self.fresh(itemtype, id).await? {
            // The letter holds the only trace of a row that has no id of its own.
            None => old.clone(),
            Some(Lookup::Found(row)) => row,
            // Rights come back, and the letter may be all there is of the row.
            Some(Lookup::Forbidden) => {
                return Err(Error::Missing(format!("the account may not read {origin}")));
            }
            Some(Lookup::Missing) => {
                intake.leave_out(1);
                let phase = format!("{origin} is there no more");
                return Ok(SourceBatch { phase, ..intake.finish(None) });
            }
        };
        let is_trash = convert::is_in_trash(&row);
        let mut has_unread = old.get(steps::UNREAD).is_some();
        match (Kind::of(itemtype), Dimension::of(itemtype)) {
            (Some(Kind::Ticket), _) => {
                intake.tickets(&[row], is_trash).await?;
                // Its rows were told while nobody knew its entity.
                has_unread |= intake.is_to_retell(id);
            }
            (Some(kind), _) => intake.children(kind, &[row]).await?,
            (None, Some(dimension)) => intake.dimension_rows(dimension, &[row], is_trash).await?,
            (None, None) => return Err(Error::Refused(format!("{itemtype} is not read from GLPI"))),
        }
        if itemtype == Kind::Ticket.itemtype() && has_unread {
            // What belongs to the ticket has to be read as well.
            let mut stepper = self.stepper(Place::start(), intake);
            stepper.read_family_of(id).await?;
            intake = stepper.intake;
        }
        self.recognise(ledger, zone).await?;
        Ok(SourceBatch { phase: format!("reading {origin} again"), ..intake.finish(None) })
    }

    fn vitals(&self) -> Vitals {
        let stats = self.client.stats();
        Vitals {
            breaker: match stats.breaker {
                BreakerState::Closed => Breaker::Closed,
                BreakerState::Open => Breaker::Open,
                BreakerState::HalfOpen => Breaker::HalfOpen,
            },
            retries: stats.retries,
            criteria_failures: stats.criteria_failures,
            brake: self.client.brake(),
        }
    }

    async fn close(&mut self) {
        if let Err(error) = self.client.close().await {
            tracing::warn!(%error, "glpi session was left behind");
        }
    }
}

impl GlpiSource {
    /// The client it reads with.
    pub fn client(&self) -> &GlpiClient {
        &self.client
    }

    async fn context(&self) -> Result<Context, Error> {
        let desk = self.client.open().await.map_err(|error| fault::failure(&error))?;
        Ok(Context {
            instance: self.instance.clone(),
            version: desk.version.clone(),
            zone: desk.zone,
            observed_at: (self.clock)().into(),
        })
    }

    /// Makes sure, once for each login, that this is the desk that `ledger` remembers. After a step it is asked again, for a
    /// login in its midst may have been to another one: what such a step read is not told.
    async fn recognise(&mut self, ledger: &dyn Ledger, zone: Tz) -> Result<(), Error> {
        let login = self.client.stats().relogins;
        if !self.run.is_recognised(login) {
            recognition::recognise(&self.client, ledger, zone).await?;
            self.run.recognised(login);
        }
        Ok(())
    }

    /// Makes sure of the desk before news are told: it may have been exchanged since it was last looked at. Where tickets are
    /// gone, the whole sample is asked for again.
    async fn confirm(&mut self, intake: &Intake<'_>, ledger: &dyn Ledger, zone: Tz) -> Result<(), Error> {
        if intake.has_lost_tickets() {
            return recognition::recognise(&self.client, ledger, zone).await;
        }
        if intake.has_news() {
            return self.recognise_now(ledger, zone).await;
        }
        self.recognise(ledger, zone).await
    }

    /// The same with a look at one ticket, for what comes between the rounds, whenever somebody asks for it.
    async fn recognise_now(&mut self, ledger: &dyn Ledger, zone: Tz) -> Result<(), Error> {
        if self.run.is_recognised(self.client.stats().relogins) {
            return recognition::glance(&self.client, ledger, zone).await;
        }
        self.recognise(ledger, zone).await
    }

    fn stepper<'a, 'l>(&'a mut self, place: Place, intake: Intake<'l>) -> Stepper<'a, 'l> {
        let now = Instant::from(self.client.server_now().unwrap_or_else(|| (self.clock)()));
        self.run.steps_at(now);
        let Self { client, config, run, .. } = self;
        Stepper { client, config, run, place, intake, now, outcome: Outcome::default() }
    }

    /// What GLPI says now of a row; nothing where it cannot be asked for by itself.
    async fn fresh(&self, itemtype: &str, id: i64) -> Result<Option<Lookup<Value>>, Error> {
        let Ok(number @ 1..) = u64::try_from(id) else { return Ok(None) };
        self.client.item(itemtype, number).await.map(Some).map_err(|error| fault::failure(&error))
    }
}

/// A batch with what the step told beside it.
fn told(batch: SourceBatch, place: &Place, outcome: Outcome) -> SourceBatch {
    let mut phase = outcome.phase;
    if !place.skipped.is_empty() {
        let skipped: Vec<&str> = place.skipped.iter().map(String::as_str).collect();
        phase = format!("{phase}; without {}", skipped.join(", "));
    }
    if let (Some(before), Some(now)) = (&place.scope_before, &place.scope) {
        phase = format!("{phase}; the account now sees {now}, before {before}");
    }
    SourceBatch {
        phase,
        progress: outcome.progress,
        watermark: outcome.watermark,
        caught_up: outcome.caught_up,
        wait_ms: outcome.wait_ms,
        ..batch
    }
}

#[cfg(test)]
mod tests;
