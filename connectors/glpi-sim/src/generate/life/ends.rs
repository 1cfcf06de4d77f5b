//! Ends: closing, coming back, and leaving the desk.

use super::super::words::{COMPLAINTS, VERDICTS};
use super::{DAY, HOUR, Outcome, Scene, Step, usual_step};
use crate::moves::{ASSIGNED_STATUS, Refused, SOLVED, is_done};
use crate::rows::{Id, Seconds, TicketSatisfaction};

/// Share of closed tickets whose requester is asked.
const ASKED: f64 = 0.3;
/// Share of closings that a job makes, not a person.
const AUTOMATIC: f64 = 0.6;

impl Scene<'_> {
    pub(super) fn close(&mut self, at: Seconds, ticket: Id) -> Outcome {
        let status = self.live(ticket)?.status;
        if status != SOLVED {
            return Err(Refused::Status { id: ticket, status });
        }
        let by = if self.chance(AUTOMATIC) { 0 } else { self.worker(ticket) };
        let asked = self.chance(ASKED);
        self.hand(at, by).close(ticket, asked)?;
        let mut nexts = Vec::new();
        if asked && self.chance(0.5) {
            nexts.push(self.in_clock(at, 1.2 * DAY, ticket, Step::Survey));
        }
        if self.chance(0.008) {
            nexts.push(self.in_clock(at, 5.0 * DAY, ticket, Step::Reopen));
        }
        if self.chance(0.001) {
            nexts.push(self.in_clock(at, 60.0 * DAY, ticket, Step::Trash));
        }
        Ok(nexts)
    }

    pub(super) fn reopen(&mut self, at: Seconds, ticket: Id) -> Outcome {
        let status = self.live(ticket)?.status;
        if !is_done(status) {
            return Err(Refused::Status { id: ticket, status });
        }
        if self.chance(0.8) {
            let (requester, words) = (self.requester(ticket), self.any_of(&COMPLAINTS));
            self.hand(at, requester).reopen(ticket, words)?;
        } else {
            let by = self.worker(ticket);
            self.hand(at, by).set_status(ticket, ASSIGNED_STATUS)?;
        }
        Ok(vec![self.in_working(at, 2.0 * HOUR, ticket, Step::Work)])
    }

    pub(super) fn survey(&mut self, at: Seconds, ticket: Id) -> Outcome {
        self.live(ticket)?;
        let open = self.desk.of_ticket::<TicketSatisfaction>(ticket).any(|survey| survey.date_answered.is_none());
        if !open {
            return Err(Refused::Missing { itemtype: "TicketSatisfaction", id: ticket });
        }
        let stars = if self.chance(0.7) { 5 - i64::from(self.chance(0.4)) } else { 1 + self.wait(1.5).min(2) };
        let (requester, verdict) = (self.requester(ticket), self.any_of(&VERDICTS));
        self.hand(at, requester).answer_survey(ticket, stars, verdict)?;
        Ok(vec![])
    }

    pub(super) fn trash(&mut self, at: Seconds, ticket: Id) -> Outcome {
        self.live(ticket)?;
        let admin = self.house.admin;
        self.hand(at, admin).trash(ticket)?;
        if self.chance(0.12) {
            return Ok(vec![self.in_clock(at, DAY, ticket, Step::Restore)]);
        }
        if self.chance(0.3) {
            return Ok(vec![self.in_clock(at, 40.0 * DAY, ticket, Step::Purge)]);
        }
        Ok(vec![])
    }

    pub(super) fn restore(&mut self, at: Seconds, ticket: Id) -> Outcome {
        let admin = self.house.admin;
        self.hand(at, admin).restore(ticket)?;
        let step = usual_step(self.row(ticket)?.status);
        Ok(vec![self.in_working(at, 2.0 * HOUR, ticket, step)])
    }

    pub(super) fn purge(&mut self, at: Seconds, ticket: Id) -> Outcome {
        let admin = self.house.admin;
        self.hand(at, admin).purge(ticket)?;
        Ok(vec![])
    }
}
