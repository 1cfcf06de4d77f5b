//! Work: what people do while a ticket is open.

use rand::Rng;

use super::super::house::any;
use super::super::words::{ANSWERS, REPLIES, SOLUTIONS, TASKS, TITLES};
use super::{DAY, HOUR, Next, Outcome, Scene, Step};
use crate::moves::{ASSIGNED, ASSIGNED_STATUS, NEW, NewTask, PENDING, PLANNED, Refused};
use crate::rows::{Id, Seconds};

impl Scene<'_> {
    pub(super) fn work(&mut self, at: Seconds, ticket: Id) -> Outcome {
        let status = self.live(ticket)?.status;
        if !matches!(status, ASSIGNED_STATUS | PLANNED) {
            return Err(Refused::Status { id: ticket, status });
        }
        let by = self.worker(ticket);
        if status == PLANNED && self.chance(0.6) {
            self.hand(at, by).set_status(ticket, ASSIGNED_STATUS)?;
        }
        let drawn = self.rng.random_range(0..1_000);
        match drawn {
            0..330 => return self.solve(at, ticket, by),
            330..455 => return self.wait_for_requester(at, ticket, by),
            455..575 => self.do_task(at, ticket, by)?,
            _ => {
                // Things that turn out to change nothing are no work, but no hindrance either.
                if let Err(refused) = self.small_work(at, ticket, (by, drawn))
                    && !matches!(refused, Refused::Unchanged(_))
                {
                    return Err(refused);
                }
            }
        }
        // Now and then a ticket is forgotten.
        if self.chance(0.0003) {
            return Ok(vec![]);
        }
        Ok(vec![self.next_work(at, ticket)?])
    }

    /// One small thing: words, or a correction. `drawn` is what the dice say from 575 on.
    fn small_work(&mut self, at: Seconds, ticket: Id, (by, drawn): (Id, u32)) -> Result<(), Refused> {
        let (answer, reply) = (self.any_of(&ANSWERS), self.any_of(&REPLIES));
        match drawn {
            ..740 => self.hand(at, by).followup(ticket, answer, false).map(|_| ()),
            740..800 => self.hand(at, by).followup(ticket, answer, true).map(|_| ()),
            800..840 => {
                let requester = self.requester(ticket);
                self.hand(at, requester).followup(ticket, reply, false).map(|_| ())
            }
            840..910 => self.hand_over(at, ticket, by),
            910..935 => self.change_team(at, ticket, by),
            935..950 => {
                let watcher = any(&self.house.requesters, self.rng).unwrap_or(by);
                self.hand(at, by).add_observer(ticket, watcher)
            }
            _ => self.correct(at, ticket, by),
        }
    }

    fn correct(&mut self, at: Seconds, ticket: Id, by: Id) -> Result<(), Refused> {
        let row = self.row(ticket)?;
        let (opened, kind) = (row.date, row.kind);
        let drawn = self.rng.random_range(0..100);
        match drawn {
            0..50 => {
                let categories: Vec<Id> = self.house.categories.iter().map(|(id, ..)| *id).collect();
                let category = any(&categories, self.rng).unwrap_or_default();
                self.hand(at, by).set_category(ticket, category)
            }
            50..72 => {
                let priority = self.rng.random_range(1..=6);
                self.hand(at, by).set_priority(ticket, priority)
            }
            72..82 => self.hand(at, by).set_type(ticket, if kind == 1 { 2 } else { 1 }),
            82..92 => {
                let entity = any(&self.house.entities, self.rng).unwrap_or_default();
                self.hand(at, by).transfer(ticket, entity)
            }
            92..97 => {
                let title = any(&TITLES, self.rng).unwrap_or_default().0;
                self.hand(at, by).set_title(ticket, title)
            }
            // Somebody notes that it began earlier than it was written down.
            _ => self.hand(at, by).set_opening_date(ticket, opened - 600),
        }
    }

    fn hand_over(&mut self, at: Seconds, ticket: Id, by: Id) -> Result<(), Refused> {
        let group = if self.chance(0.6) { any(&self.house.groups, self.rng) } else { None };
        let home = group.or_else(|| self.desk.groups(ticket, ASSIGNED).next()).unwrap_or_default();
        let user = self.house.member(home, self.rng);
        self.hand(at, by).hand_over(ticket, group, Some(user))
    }

    /// Somebody joins, or one of several leaves.
    fn change_team(&mut self, at: Seconds, ticket: Id, by: Id) -> Result<(), Refused> {
        let users: Vec<Id> = self.desk.users(ticket, ASSIGNED).collect();
        if let [first, _, ..] = users[..] {
            return self.hand(at, by).unassign_user(ticket, first);
        }
        let groups: Vec<Id> = self.desk.groups(ticket, ASSIGNED).collect();
        if let [first, _, ..] = groups[..] {
            return self.hand(at, by).unassign_group(ticket, first);
        }
        if self.chance(0.3)
            && let Some(group) = any(&self.house.groups, self.rng)
        {
            return self.hand(at, by).assign_group(ticket, group);
        }
        let user = self.any_technician();
        self.hand(at, by).assign_user(ticket, user)
    }

    fn do_task(&mut self, at: Seconds, ticket: Id, by: Id) -> Result<(), Refused> {
        let planned = self.chance(0.25).then(|| (at + 86_400, at + 90_000));
        let new = NewTask {
            content: self.any_of(&TASKS).to_owned(),
            private: self.chance(0.2),
            work: 300 * self.rng.random_range(1..=24),
            state: if planned.is_some() { 1 } else { 2 },
            tech: by,
            planned,
        };
        self.hand(at, by).task(ticket, &new)?;
        if planned.is_some() && self.row(ticket)?.status == ASSIGNED_STATUS {
            self.hand(at, by).set_status(ticket, PLANNED)?;
        }
        Ok(())
    }

    fn wait_for_requester(&mut self, at: Seconds, ticket: Id, by: Id) -> Outcome {
        if self.chance(0.7) {
            let question = self.any_of(&ANSWERS);
            self.hand(at, by).followup(ticket, question, false)?;
        }
        self.hand(at, by).set_status(ticket, PENDING)?;
        // Some answers never come.
        if self.chance(0.0015) {
            return Ok(vec![]);
        }
        Ok(vec![self.in_clock(at, 2.5 * DAY, ticket, Step::Reply)])
    }

    pub(super) fn reply(&mut self, at: Seconds, ticket: Id) -> Outcome {
        let status = self.live(ticket)?.status;
        if status != PENDING {
            return Err(Refused::Status { id: ticket, status });
        }
        let mut by = self.worker(ticket);
        if self.chance(0.65) {
            let (requester, reply) = (self.requester(ticket), self.any_of(&REPLIES));
            self.hand(at, requester).followup(ticket, reply, false)?;
            // An answer resumes the ticket by itself, or a technician does it.
            by = if self.chance(0.5) { requester } else { by };
        }
        let has_owner =
            self.desk.users(ticket, ASSIGNED).next().is_some() || self.desk.groups(ticket, ASSIGNED).next().is_some();
        let (status, step) = if has_owner { (ASSIGNED_STATUS, Step::Work) } else { (NEW, Step::Triage) };
        self.hand(at, by).set_status(ticket, status)?;
        Ok(vec![self.in_working(at, 3.0 * HOUR, ticket, step)])
    }

    fn solve(&mut self, at: Seconds, ticket: Id, by: Id) -> Outcome {
        let kind = any(&self.house.solution_types, self.rng).unwrap_or_default();
        let solution = self.any_of(&SOLUTIONS);
        self.hand(at, by).solve(ticket, kind, solution)?;
        let next = if self.chance(0.07) {
            self.in_clock(at, 1.5 * DAY, ticket, Step::Reopen)
        } else if self.chance(0.35) {
            self.in_working(at, 10.0 * HOUR, ticket, Step::Close)
        } else {
            // The automatic closing comes at night, some days later.
            Next { at: at + 4 * 86_400 + self.wait(0.5 * DAY), ticket, step: Step::Close }
        };
        Ok(vec![next])
    }
}
