//! The figures that GLPI keeps in a ticket's row, computed from the ticket's steps as GLPI computes them.

use serde::{Deserialize, Serialize};

use super::Walker;
use crate::{
    Agreement, Calendar, Calendars, Error, Kind, Quirk, Quirks, Status, Step, What,
    step::{self},
};

/// A promise that a ticket's row names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Promise {
    pub(crate) agreement: Agreement,
    pub(crate) start: i64,
    pub(crate) attached: i64,
    pub(crate) due: Option<i64>,
}

/// What GLPI's row of a ticket holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// `date`.
    pub opened: i64,
    /// `status`.
    pub status: u8,
    /// `solvedate`.
    pub solved_at: Option<i64>,
    /// `closedate`.
    pub closed_at: Option<i64>,
    /// `takeintoaccountdate`.
    pub taken_into_account_at: Option<i64>,
    /// `takeintoaccount_delay_stat`.
    pub take_into_account_delay: i64,
    /// `solve_delay_stat`.
    pub solve_delay: i64,
    /// `close_delay_stat`.
    pub close_delay: i64,
    /// `begin_waiting_date`.
    pub begin_waiting: Option<i64>,
    /// `waiting_duration`.
    pub waiting: i64,
    /// `sla_waiting_duration`.
    pub sla_waiting: i64,
    /// `ola_waiting_duration`.
    pub ola_waiting: i64,
    /// The part of `waiting_duration` in which the ticket was solved or closed, not pending.
    pub solved_as_waiting: i64,
    pub(crate) promises: [Option<Promise>; 4],
    pub(crate) ticket_calendar: Option<u64>,
}

impl Stored {
    /// The stored deadline of one kind: `time_to_own`, `time_to_resolve` and their internal twins.
    pub fn due(&self, kind: Kind) -> Option<i64> {
        self.promises[kind as usize].and_then(|promise| promise.due)
    }

    /// When the clock of `kind` began: `date`, or the internal begin dates.
    pub fn start(&self, kind: Kind) -> Option<i64> {
        self.promises[kind as usize].map(|promise| promise.start)
    }

    /// The calendar by which GLPI counts for `kind`: the agreement's, else the entity's, else all hours.
    pub(crate) fn calendar(&self, kind: Kind) -> Option<u64> {
        let hours = self.promises[kind as usize].map(|promise| promise.agreement.hours);
        hours.map_or(self.ticket_calendar, |hours| hours.calendar(self.ticket_calendar))
    }

    /// The waiting that moved the deadline of `kind`; nothing moves a time to own.
    pub(crate) fn waiting_of(&self, kind: Kind) -> i64 {
        match kind {
            Kind::Ttr => self.sla_waiting,
            Kind::OlaTtr => self.ola_waiting,
            Kind::Tto | Kind::OlaTto => 0,
        }
    }
}

/// What GLPI would hold at instant `now` after `steps`, keeping only `quirks`.
pub fn stored(steps: &[Step], calendars: &Calendars, quirks: Quirks, now: i64) -> Result<Stored, Error> {
    let mut desk = Desk { row: Stored::default(), calendars, quirks };
    let mut opened = false;
    for step in step::until(steps, now) {
        opened |= matches!(step.what, What::Opened(_));
        desk.take(step)?;
    }
    if opened { Ok(desk.row) } else { Err(Error::NotOpened) }
}

/// One ticket's row while its steps are taken.
struct Desk<'a> {
    row: Stored,
    calendars: &'a Calendars,
    quirks: Quirks,
}

impl Desk<'_> {
    fn take(&mut self, step: Step) -> Result<(), Error> {
        match step.what {
            What::Opened(opened) => {
                self.row.opened = opened;
                if self.row.status == 0 {
                    self.row.status = Status::NEW.0;
                }
                // An edited opening date moves the time to resolve and leaves the time to own.
                if let Some(promise) = &mut self.row.promises[Kind::Ttr as usize] {
                    promise.start = opened;
                }
                self.recompute(Kind::Ttr, step.at)
            }
            What::Status(status) => self.change(status, step.at),
            What::TakenIntoAccount => self.take_into_account(step.at),
            What::Attached(agreement) => {
                let start = if agreement.kind.is_internal() { step.at } else { self.row.opened };
                let promise = Promise { agreement, start, attached: step.at, due: None };
                self.row.promises[agreement.kind as usize] = Some(promise);
                self.recompute(agreement.kind, step.at)
            }
            What::Detached(kind) => {
                self.row.promises[kind as usize] = None;
                Ok(())
            }
            What::Reset(kind) => {
                if let Some(promise) = &mut self.row.promises[kind as usize] {
                    promise.start = step.at;
                }
                self.recompute(kind, step.at)
            }
            What::Calendar(id) => {
                self.row.ticket_calendar = id;
                Ok(())
            }
            What::Assigned | What::Pending(_) => Ok(()),
        }
    }

    fn change(&mut self, status: Status, now: i64) -> Result<(), Error> {
        let before = Status(self.row.status);
        let resumes = match before {
            Status::PENDING => status != Status::PENDING,
            Status::SOLVED => status != Status::CLOSED,
            Status::CLOSED => status != Status::SOLVED,
            _ => false,
        };
        if resumes && before != status {
            self.resume(before, now)?;
        }
        self.row.status = status.0;
        if before != status && (status == Status::PENDING || status == Status::SOLVED) {
            self.row.begin_waiting = Some(now);
        }
        self.settle(status, now)
    }

    /// Adds the time since the ticket began to wait to every sum and moves the deadlines.
    fn resume(&mut self, before: Status, now: i64) -> Result<(), Error> {
        let Some(began) = self.row.begin_waiting.take() else { return Ok(()) };
        let waited = self.active(Kind::Ttr, began, now)?;
        self.row.waiting += waited;
        if before.is_over() {
            self.row.solved_as_waiting += waited;
        }
        if self.row.promises[Kind::Ttr as usize].is_some() {
            self.row.sla_waiting += waited;
            self.recompute(Kind::Ttr, now)?;
        }
        if self.row.promises[Kind::OlaTtr as usize].is_some() {
            self.row.ola_waiting += self.active(Kind::OlaTtr, began, now)?;
            self.recompute(Kind::OlaTtr, now)?;
        }
        Ok(())
    }

    /// Keeps the dates and delays of a solution or a closing; a reopened ticket loses both.
    fn settle(&mut self, status: Status, now: i64) -> Result<(), Error> {
        if !status.is_over() {
            (self.row.solved_at, self.row.closed_at) = (None, None);
            (self.row.solve_delay, self.row.close_delay) = (0, 0);
            return Ok(());
        }
        if self.row.solved_at.is_none() {
            self.row.solved_at = Some(now);
            self.row.solve_delay = self.delay(now)?;
        }
        if status == Status::CLOSED && self.row.closed_at.is_none() {
            self.row.closed_at = Some(now);
            self.row.close_delay = self.delay(now)?;
        }
        Ok(())
    }

    fn delay(&self, now: i64) -> Result<i64, Error> {
        Ok((self.active(Kind::Ttr, self.row.opened, now)? - self.row.waiting).max(0))
    }

    fn take_into_account(&mut self, now: i64) -> Result<(), Error> {
        if self.row.taken_into_account_at.is_none() {
            self.row.taken_into_account_at = Some(now);
            self.row.take_into_account_delay = self.active(Kind::Tto, self.row.opened, now)?.max(1);
        }
        Ok(())
    }

    fn recompute(&mut self, kind: Kind, now: i64) -> Result<(), Error> {
        let Some(promise) = self.row.promises[kind as usize] else { return Ok(()) };
        let walker = Walker::keeping(self.calendar(kind, now)?, self.quirks);
        let due = walker.due(promise.agreement.terms, promise.start, self.row.waiting_of(kind));
        self.row.promises[kind as usize] = Some(Promise { due, ..promise });
        Ok(())
    }

    fn active(&self, kind: Kind, from: i64, to: i64) -> Result<i64, Error> {
        Ok(Walker::keeping(self.calendar(kind, to)?, self.quirks).active(from, to))
    }

    /// GLPI knows one version of a calendar: the one of the moment at which it computes.
    fn calendar(&self, kind: Kind, now: i64) -> Result<&Calendar, Error> {
        Ok(self.calendars.get(self.row.calendar(kind))?.versions().at(now))
    }
}

/// Whether the row says that the ticket waits, and since when.
pub(crate) fn waits_since(row: &Stored) -> Option<i64> {
    row.begin_waiting.filter(|_| row.status == Status::PENDING.0)
}

/// The same computation with one quirk corrected.
pub(crate) fn corrected(steps: &[Step], calendars: &Calendars, quirk: Quirk, now: i64) -> Result<Stored, Error> {
    stored(steps, calendars, Quirks::GLPI.without(quirk), now)
}
