//! Life: what happens to tickets, one step after another.
//!
//! A step is drawn, made as a move, and answers with the steps that follow it later. A step that no longer fits its
//! ticket (purged, trashed, solved meanwhile) does nothing.

mod ends;
mod work;

use rand::Rng;
use rand::rngs::SmallRng;

use super::draft::draft;
use super::house::{House, any};
use super::words::{ANSWERS, LAST_NAMES};
use crate::desk::Desk;
use crate::moves::{ASSIGNED, CLOSED, Dimension, Hand, NEW, PENDING, REQUESTER, Refused, Rules, SOLVED};
use crate::rows::naive;
use crate::rows::{Id, Seconds, Ticket};

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 86_400.0;

/// Stands before the number a renamed group or category gets.
const NUMBERED: &str = " no. ";

/// Something that can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Step {
    /// Somebody asks for help.
    Open,
    /// A rule sorts a new ticket.
    Sort,
    /// A new ticket is given to somebody.
    Triage,
    /// Somebody works on it.
    Work,
    /// A waiting ticket gets its answer.
    Reply,
    /// A solved ticket is closed.
    Close,
    /// A solved or closed ticket is not solved after all.
    Reopen,
    /// The requester answers the survey.
    Survey,
    /// A ticket is put into the trash.
    Trash,
    /// It is taken back.
    Restore,
    /// It goes for good.
    Purge,
    /// A person, group or category is renamed.
    Rename,
}

/// A step still to come.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Next {
    pub(crate) at: Seconds,
    pub(crate) ticket: Id,
    pub(crate) step: Step,
}

/// A desk with everything a step needs to be drawn and made.
#[derive(Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) desk: &'a mut Desk,
    pub(crate) rules: &'a mut Rules,
    pub(crate) house: &'a House,
    pub(crate) rng: &'a mut SmallRng,
}

/// What came of a step: the steps that follow, or why it was not made.
type Outcome = Result<Vec<Next>, Refused>;

impl Scene<'_> {
    /// Makes a step at `at` and answers what follows; nothing follows a step that did not fit.
    pub(crate) fn act(&mut self, at: Seconds, ticket: Id, step: Step) -> Vec<Next> {
        self.attempt(at, ticket, step).unwrap_or_default()
    }

    /// Makes a step at `at`, or tells why not.
    pub(crate) fn attempt(&mut self, at: Seconds, ticket: Id, step: Step) -> Outcome {
        match step {
            Step::Open => self.open(at),
            Step::Sort => self.sort(at, ticket),
            Step::Triage => self.triage(at, ticket),
            Step::Work => self.work(at, ticket),
            Step::Reply => self.reply(at, ticket),
            Step::Close => self.close(at, ticket),
            Step::Reopen => self.reopen(at, ticket),
            Step::Survey => self.survey(at, ticket),
            Step::Trash => self.trash(at, ticket),
            Step::Restore => self.restore(at, ticket),
            Step::Purge => self.purge(at, ticket),
            Step::Rename => self.rename(at),
        }
    }

    fn open(&mut self, at: Seconds) -> Outcome {
        let (new, by) = draft(self.house, self.rng);
        let ticket = self.hand(at, by).create_ticket(&new)?;
        let mut nexts = Vec::with_capacity(3);
        if self.chance(0.15) {
            nexts.push(Next { at: at + 5, ticket, step: Step::Sort });
        }
        if new.assigned_users.is_empty() {
            let wait = if self.row(ticket)?.priority >= 5 { 25.0 * MINUTE } else { 100.0 * MINUTE };
            nexts.push(self.in_working(at, wait, ticket, Step::Triage));
        } else {
            nexts.push(self.next_work(at, ticket)?);
        }
        if self.chance(0.01) {
            nexts.push(self.in_clock(at, 4.0 * DAY, ticket, Step::Trash));
        } else if self.chance(0.002) {
            nexts.push(self.in_clock(at, 200.0 * DAY, ticket, Step::Purge));
        }
        Ok(nexts)
    }

    fn sort(&mut self, at: Seconds, ticket: Id) -> Outcome {
        let priority = self.live(ticket)?.priority;
        let admin = self.house.admin;
        self.hand(at, admin).set_priority(ticket, (priority + 1).min(6))?;
        Ok(vec![])
    }

    fn triage(&mut self, at: Seconds, ticket: Id) -> Outcome {
        let row = self.live(ticket)?;
        let (category, status) = (row.itilcategories_id, row.status);
        if status != NEW {
            return Err(Refused::Status { id: ticket, status });
        }
        let group = self.house.group_for(category, self.rng);
        let user = self.house.member(group.unwrap_or_default(), self.rng);
        // Whoever looks first either keeps the ticket or gives it to somebody.
        let dispatcher = if self.chance(0.45) { user } else { self.any_technician() };
        if self.chance(0.06) {
            let answer = self.any_of(&ANSWERS);
            self.hand(at, dispatcher).followup(ticket, answer, false)?;
        }
        let person = self.chance(0.9).then_some(user);
        let group = if person.is_none() || self.chance(0.92) { group } else { None };
        let taker = if group.is_none() { Some(user) } else { person };
        self.hand(at, dispatcher).assign(ticket, group, taker)?;
        Ok(vec![self.next_work(at, ticket)?])
    }

    fn rename(&mut self, at: Seconds) -> Outcome {
        let dimension =
            any(&[Dimension::Group, Dimension::Category, Dimension::User], self.rng).unwrap_or(Dimension::Group);
        let people = if self.chance(0.5) { &self.house.technicians } else { &self.house.requesters };
        let categories: Vec<Id> = self.house.categories.iter().map(|(id, ..)| *id).collect();
        let (list, itemtype) = match dimension {
            Dimension::User => (people, "User"),
            Dimension::Category => (&categories, "ITILCategory"),
            _ => (&self.house.groups, "Group"),
        };
        let id = any(list, self.rng).ok_or(Refused::Missing { itemtype, id: 0 })?;
        let name = if dimension == Dimension::User {
            self.any_of(&LAST_NAMES).to_owned()
        } else {
            let name = self.desk.row(itemtype, id).and_then(|row| row.get("name")).and_then(serde_json::Value::as_str);
            let plain = name.unwrap_or_default().replace("&#60;", "<").replace("&#62;", ">").replace("&#38;", "&");
            // A name that got a number before gets another one, not two.
            let first = plain.split_once(NUMBERED).map_or(plain.as_str(), |(first, _)| first);
            format!("{first}{NUMBERED}{}", at.rem_euclid(1_000))
        };
        let admin = self.house.admin;
        self.hand(at, admin).rename(dimension, id, &name)?;
        Ok(vec![])
    }

    fn hand(&mut self, at: Seconds, by: Id) -> Hand<'_> {
        self.rules.hand(self.desk, at, by)
    }

    fn row(&self, ticket: Id) -> Result<&Ticket, Refused> {
        self.desk.get::<Ticket>(ticket).ok_or(Refused::Missing { itemtype: "Ticket", id: ticket })
    }

    /// The row of a ticket that is not in the trash.
    fn live(&self, ticket: Id) -> Result<&Ticket, Refused> {
        let row = self.row(ticket)?;
        if row.is_deleted == 1 { Err(Refused::Status { id: ticket, status: row.status }) } else { Ok(row) }
    }

    /// Who works on a ticket: somebody assigned, now and then a colleague.
    fn worker(&mut self, ticket: Id) -> Id {
        let group = self.desk.groups(ticket, ASSIGNED).next();
        let assigned = self.desk.users(ticket, ASSIGNED).last();
        match assigned {
            Some(user) if !self.chance(0.1) => user,
            _ => self.house.member(group.unwrap_or_default(), self.rng),
        }
    }

    fn requester(&mut self, ticket: Id) -> Id {
        let first = self.desk.users(ticket, REQUESTER).find(|user| *user != 0);
        first.or_else(|| any(&self.house.requesters, self.rng)).unwrap_or(self.house.admin)
    }

    fn any_technician(&mut self) -> Id {
        any(&self.house.technicians, self.rng).unwrap_or(self.house.admin)
    }

    fn any_of(&mut self, words: &[&'static str]) -> &'static str {
        any(words, self.rng).unwrap_or_default()
    }

    fn chance(&mut self, share: f64) -> bool {
        self.rng.random_bool(share)
    }

    /// A wait around `mean` seconds, mostly shorter, sometimes much longer.
    fn wait(&mut self, mean: f64) -> i64 {
        (-(1.0 - self.rng.random::<f64>()).ln() * mean) as i64 + 1
    }

    /// A step by somebody who works office hours, `mean` of which pass before it.
    fn in_working(&mut self, at: Seconds, mean: f64, ticket: Id, step: Step) -> Next {
        let (wait, zone) = (self.wait(mean), self.rules.zone());
        let end = self.house.staff_hours.end_date(naive::to_local(at, zone), wait, 0, crate::calendar::Walk::Hours);
        let end = end.and_then(|end| naive::to_utc(end, zone));
        Next { at: end.unwrap_or(at + wait), ticket, step }
    }

    /// The next work on a ticket, sooner when it is urgent.
    fn next_work(&mut self, at: Seconds, ticket: Id) -> Result<Next, Refused> {
        let mean = match self.row(ticket)?.priority {
            5.. => 2.0 * HOUR,
            3 | 4 => 4.5 * HOUR,
            _ => 10.0 * HOUR,
        };
        Ok(self.in_working(at, mean, ticket, Step::Work))
    }

    /// A step that comes whenever it comes.
    fn in_clock(&mut self, at: Seconds, mean: f64, ticket: Id, step: Step) -> Next {
        Next { at: at + self.wait(mean), ticket, step }
    }
}

/// The step that brings a ticket of this status on.
pub(crate) fn usual_step(status: i32) -> Step {
    match status {
        NEW => Step::Triage,
        PENDING => Step::Reply,
        SOLVED | CLOSED => Step::Close,
        _ => Step::Work,
    }
}
