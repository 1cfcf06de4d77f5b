//! Status: pausing, solving, closing and reopening, with all that GLPI counts on the way.

use super::actors::ASSIGNED;
use super::history::{CLOSED_AT, CREATED, SOLVED_AT, STATUS};
use super::{Agreements, Hand, Refused};
use crate::rows::{ITILSolution, Id, Seconds, Ticket, TicketSatisfaction};

/// Status of a ticket nobody has.
pub const NEW: i32 = 1;
/// Status of a ticket somebody has.
pub const ASSIGNED_STATUS: i32 = 2;
/// Status of a ticket with planned work.
pub const PLANNED: i32 = 3;
/// Status of a ticket that waits.
pub const PENDING: i32 = 4;
/// Status of a solved ticket.
pub const SOLVED: i32 = 5;
/// Status of a closed ticket.
pub const CLOSED: i32 = 6;

// Status of a solution.
const SOLUTION_WAITS: i32 = 2;
const SOLUTION_REFUSED: i32 = 4;

impl Hand<'_> {
    /// Gives a ticket another status, whatever it was.
    pub fn set_status(&mut self, ticket: Id, status: i32) -> Result<(), Refused> {
        let before = self.enter(ticket, status)?;
        self.tell_status(ticket, before.status, status);
        self.touch_and_tell(ticket)?;
        self.tell_ends(&before)?;
        if is_done(before.status) && !is_done(status) {
            self.undo_solution(ticket)?;
        }
        Ok(())
    }

    /// Solves an open ticket with a solution of type `kind`.
    pub fn solve(&mut self, ticket: Id, kind: Id, content: &str) -> Result<Id, Refused> {
        let status = self.ticket(ticket)?.status;
        if is_done(status) {
            return Err(Refused::Status { id: ticket, status });
        }
        self.set_status(ticket, SOLVED)?;
        let row = ITILSolution {
            itemtype: self.word("Ticket"),
            items_id: ticket,
            solutiontypes_id: kind,
            content: Some(self.desk.text(content)),
            date_creation: Some(self.at),
            date_mod: Some(self.at),
            users_id: self.by,
            status: SOLUTION_WAITS,
            ..ITILSolution::default()
        };
        let id = self.desk.insert(row);
        self.part_added(ticket, "ITILSolution", format!("{id} ({id})"));
        self.event("ITILSolution", id, CREATED);
        Ok(id)
    }

    /// Closes a ticket, and asks the requester how it was when `survey`.
    pub fn close(&mut self, ticket: Id, survey: bool) -> Result<(), Refused> {
        self.set_status(ticket, CLOSED)?;
        if survey && self.desk.of_ticket::<TicketSatisfaction>(ticket).next().is_none() {
            let row = TicketSatisfaction {
                tickets_id: ticket,
                kind: 1,
                date_begin: Some(self.at),
                ..TicketSatisfaction::default()
            };
            let id = self.desk.insert(row);
            self.event("TicketSatisfaction", id, CREATED);
        }
        Ok(())
    }

    /// Answers a solved or closed ticket, which opens it again: the end dates are cleared, the last solution is
    /// refused, the survey goes.
    pub fn reopen(&mut self, ticket: Id, content: &str) -> Result<Id, Refused> {
        let status = self.ticket(ticket)?.status;
        if !is_done(status) {
            return Err(Refused::Status { id: ticket, status });
        }
        let followup = self.write_followup(ticket, content, false);
        let status = if self.has_assigned(ticket) { ASSIGNED_STATUS } else { NEW };
        let before = self.enter(ticket, status)?;
        self.tell_status(ticket, before.status, status);
        self.tell_ends(&before)?;
        self.tell_followup(ticket, followup);
        self.undo_solution(ticket)?;
        self.touch(ticket)?;
        Ok(followup)
    }

    /// Changes the row only and answers it as it was.
    fn enter(&mut self, ticket: Id, status: i32) -> Result<Ticket, Refused> {
        let before = self.ticket(ticket)?.clone();
        if before.status == status {
            return Err(Refused::Unchanged(ticket));
        }
        let mut after = before.clone();
        enter(&mut after, status, self.at, &self.rules.agreements);
        self.change(ticket, |row| *row = after)?;
        Ok(before)
    }

    fn tell_status(&mut self, ticket: Id, old: i32, new: i32) {
        let (old, new) = (self.number(old.into()), self.number(new.into()));
        self.field(ticket, STATUS, old, new);
    }

    /// Tells the end dates that changed since `before`; a cleared one becomes NULL.
    fn tell_ends(&mut self, before: &Ticket) -> Result<(), Refused> {
        let after = self.ticket(before.id)?;
        let ends = [(SOLVED_AT, before.solvedate, after.solvedate), (CLOSED_AT, before.closedate, after.closedate)];
        for (option, old, new) in ends {
            if old != new {
                let old = self.instant(old);
                let new = new.map(|end| self.instant(Some(end)));
                self.field(before.id, option, old, new);
            }
        }
        Ok(())
    }

    fn undo_solution(&mut self, ticket: Id) -> Result<(), Refused> {
        let (at, by) = (self.at, self.by);
        let last = self.desk.of_ticket::<ITILSolution>(ticket).last().map(|solution| solution.id);
        if let Some(id) = last {
            let refuse = |solution: &mut ITILSolution| {
                solution.status = SOLUTION_REFUSED;
                solution.date_approval = Some(at);
                solution.users_id_approval = by;
            };
            self.desk.update(id, refuse).ok_or(Refused::Missing { itemtype: "ITILSolution", id })?;
        }
        let surveys: Vec<Id> = self.desk.of_ticket::<TicketSatisfaction>(ticket).map(|survey| survey.id).collect();
        for id in surveys {
            self.desk.delete::<TicketSatisfaction>(id);
        }
        Ok(())
    }

    fn has_assigned(&self, ticket: Id) -> bool {
        self.desk.users(ticket, ASSIGNED).next().is_some() || self.desk.groups(ticket, ASSIGNED).next().is_some()
    }
}

/// Whether a status is solved or closed.
pub(crate) fn is_done(status: i32) -> bool {
    status == SOLVED || status == CLOSED
}

/// Brings a row into a status at `at`: pauses are added up, due dates moved, delays counted.
fn enter(row: &mut Ticket, status: i32, at: Seconds, agreements: &Agreements) {
    let goes_on = match row.status {
        PENDING => true,
        SOLVED => status != CLOSED,
        CLOSED => status != SOLVED,
        _ => false,
    };
    if goes_on {
        resume(row, at, agreements);
    }
    row.status = status;
    if is_done(status) {
        if row.solvedate.is_none() {
            row.solvedate = Some(at);
            row.solve_delay_stat = agreements.delay(row, at);
        }
        row.closedate = (status == CLOSED).then_some(at);
        row.close_delay_stat = if status == CLOSED { agreements.delay(row, at) } else { 0 };
    } else {
        (row.solvedate, row.closedate) = (None, None);
        (row.solve_delay_stat, row.close_delay_stat) = (0, 0);
    }
    if (status == PENDING || is_done(status)) && row.begin_waiting_date.is_none() {
        row.begin_waiting_date = Some(at);
    }
}

/// Adds the pause that ends now. Time spent solved counts as pause too: that is GLPI's arithmetic.
fn resume(row: &mut Ticket, at: Seconds, agreements: &Agreements) {
    let Some(since) = row.begin_waiting_date.take() else { return };
    let waited = agreements.active(row, since, at);
    row.waiting_duration += waited;
    if row.slas_id_ttr != 0 {
        row.sla_waiting_duration += waited;
        row.time_to_resolve = agreements.time_to_resolve(row);
    } else {
        // A due date set by hand moves by the pause itself.
        row.time_to_resolve = row.time_to_resolve.map(|due| due + waited);
    }
    if row.olas_id_ttr != 0 {
        row.ola_waiting_duration += agreements.active_inside(row, since, at);
        row.internal_time_to_resolve = agreements.internal_time_to_resolve(row);
    }
}
