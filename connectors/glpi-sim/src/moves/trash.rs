//! Trash: putting tickets away, taking them back, and purging them for good.

use super::history::TRASHED;
use super::{Hand, Refused};
use crate::desk::Desk;
use crate::rows::{ITILSolution, Id, Log, TicketSatisfaction};

/// How many rows after a ticket's own row the history of a part of it may stand.
const PART_DISTANCE_MAX: i64 = 4;

impl Hand<'_> {
    /// Puts a ticket into the trash.
    pub fn trash(&mut self, ticket: Id) -> Result<(), Refused> {
        if self.ticket(ticket)?.is_deleted == 1 {
            return Err(Refused::Unchanged(ticket));
        }
        let at = self.at;
        self.change(ticket, |row| {
            row.is_deleted = 1;
            row.date_mod = at;
        })?;
        self.event("Ticket", ticket, TRASHED);
        Ok(())
    }

    /// Takes a ticket out of the trash. Through the API that leaves no history row.
    pub fn restore(&mut self, ticket: Id) -> Result<(), Refused> {
        if self.ticket(ticket)?.is_deleted == 0 {
            return Err(Refused::Unchanged(ticket));
        }
        let at = self.at;
        self.change(ticket, |row| {
            row.is_deleted = 0;
            row.date_mod = at;
        })
    }

    /// Removes a ticket and everything of it, its history and that of its parts included.
    pub fn purge(&mut self, ticket: Id) -> Result<(), Refused> {
        self.ticket(ticket)?;
        for id in histories_of_parts(self.desk, ticket) {
            self.desk.delete::<Log>(id);
        }
        self.desk.purge(ticket);
        Ok(())
    }
}

/// The history rows of the ticket's solutions and surveys: they name the part, not the ticket, and stand right
/// after a row of the ticket, written in the same second.
fn histories_of_parts(desk: &Desk, ticket: Id) -> Vec<Id> {
    let is_part = |log: &Log| match &*log.itemtype {
        "ITILSolution" => desk.of_ticket::<ITILSolution>(ticket).any(|part| part.id == log.items_id),
        "TicketSatisfaction" => desk.of_ticket::<TicketSatisfaction>(ticket).any(|part| part.id == log.items_id),
        _ => false,
    };
    let rows = desk.of_ticket::<Log>(ticket);
    let near = rows.flat_map(|row| (1..=PART_DISTANCE_MAX).filter_map(move |step| desk.get::<Log>(row.id + step)));
    let mut ids: Vec<Id> = near.filter(|log| is_part(log)).map(|log| log.id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
