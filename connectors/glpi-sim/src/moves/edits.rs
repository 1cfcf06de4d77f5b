//! Edits: fields of a ticket that people correct.

use std::sync::Arc;

use super::history::{self, CATEGORY, ENTITY, OPENED, PRIORITY, TITLE, TYPE};
use super::{Hand, Refused};
use crate::rows::{Id, Seconds, Ticket};

impl Hand<'_> {
    /// Changes the priority by hand.
    pub fn set_priority(&mut self, ticket: Id, priority: i32) -> Result<(), Refused> {
        let before = self.ticket(ticket)?.priority;
        let (old, new) = (self.number(before.into()), self.number(priority.into()));
        self.edit(ticket, PRIORITY, (old, new), |row| row.priority = priority)
    }

    /// Files the ticket under another category, 0 for none.
    pub fn set_category(&mut self, ticket: Id, category: Id) -> Result<(), Refused> {
        let before = self.ticket(ticket)?.itilcategories_id;
        let (old, new) = (self.place("ITILCategory", before), self.place("ITILCategory", category));
        self.edit(ticket, CATEGORY, (old, new), |row| row.itilcategories_id = category)
    }

    /// Makes the ticket an incident (1) or a request (2).
    pub fn set_type(&mut self, ticket: Id, kind: i32) -> Result<(), Refused> {
        let before = self.ticket(ticket)?.kind;
        let (old, new) = (self.number(before.into()), self.number(kind.into()));
        self.edit(ticket, TYPE, (old, new), |row| row.kind = kind)
    }

    /// Transfers the ticket to another entity; its agreements stay.
    pub fn transfer(&mut self, ticket: Id, entity: Id) -> Result<(), Refused> {
        let before = self.ticket(ticket)?.entities_id;
        let (old, new) = (self.place("Entity", before), self.place("Entity", entity));
        self.edit(ticket, ENTITY, (old, new), |row| row.entities_id = entity)
    }

    /// Rewords the title.
    pub fn set_title(&mut self, ticket: Id, title: &str) -> Result<(), Refused> {
        let before = self.ticket(ticket)?.name.clone();
        let title = self.desk.text(title);
        let values = (history::cut(&before), history::cut(&title));
        self.edit(ticket, TITLE, values, |row| row.name = title)
    }

    /// Corrects the opening date: the time to resolve follows, the time to own does not.
    pub fn set_opening_date(&mut self, ticket: Id, date: Seconds) -> Result<(), Refused> {
        let before = self.ticket(ticket)?.date;
        let (old, new) = (self.instant(Some(before)), self.instant(Some(date)));
        let mut moved = self.ticket(ticket)?.clone();
        moved.date = date;
        let due = self.rules.agreements.time_to_resolve(&moved);
        self.edit(ticket, OPENED, (old, new), |row| {
            row.date = date;
            if row.slas_id_ttr != 0 {
                row.time_to_resolve = due;
            }
        })
    }

    fn edit(
        &mut self,
        ticket: Id,
        option: i32,
        (old, new): (Arc<str>, Arc<str>),
        change: impl FnOnce(&mut Ticket),
    ) -> Result<(), Refused> {
        if old == new {
            return Err(Refused::Unchanged(ticket));
        }
        self.change(ticket, change)?;
        self.field(ticket, option, old, new);
        self.touch_and_tell(ticket)
    }
}
