//! Moves: what people do to a desk, done to its rows as GLPI does it.
//!
//! A move changes the ticket, writes the history rows in GLPI's order, and moves `date_mod` exactly where GLPI does.
//! It decides nothing: who does what and when is the caller's. Times must not go backwards from move to move.

mod actors;
mod agreements;
mod dimensions;
mod edits;
mod history;
mod names;
mod opening;
mod status;
mod timeline;
mod trash;

use std::collections::HashSet;

use serde_json::Value;

use crate::desk::Desk;
use crate::rows::naive::Zone;
use crate::rows::{Id, Object, Seconds, Ticket};

pub use actors::{ASSIGNED, OBSERVER, REQUESTER};
pub use agreements::Agreements;
pub use dimensions::Dimension;
pub use opening::NewTicket;
pub(crate) use status::is_done;
pub use status::{ASSIGNED_STATUS, CLOSED, NEW, PENDING, PLANNED, SOLVED};
pub use timeline::NewTask;

use names::Names;

/// GLPI's own profiles with the right to own tickets: admin, super-admin, technician, supervisor.
const OWNING_PROFILES: [Id; 4] = [3, 4, 6, 7];

/// Why a move was not made; the desk is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no such row, or no longer.
    #[error("no {itemtype} with id {id}")]
    Missing {
        /// Its item type.
        itemtype: &'static str,
        /// Its id.
        id: Id,
    },
    /// The desk is already as asked.
    #[error("nothing changes on ticket {0}")]
    Unchanged(Id),
    /// The ticket's state does not allow it.
    #[error("ticket {id} cannot do this in status {status}")]
    Status {
        /// The ticket.
        id: Id,
        /// Its status.
        status: i32,
    },
}

/// What a desk's moves obey: its calendars, agreements and names, read once.
#[derive(Debug, Clone)]
pub struct Rules {
    agreements: Agreements,
    names: Names,
    owners: HashSet<Id>,
    zone: Zone,
}

impl Rules {
    /// The rules of `desk`, whose server lives in `zone`.
    pub fn of(desk: &Desk, zone: Zone) -> Self {
        Self { agreements: Agreements::of(desk, zone), names: Names::default(), owners: owners(desk), zone }
    }

    /// The zone of the server, whose working time counts.
    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Whether a person's profile lets them own tickets.
    pub fn may_own(&self, user: Id) -> bool {
        self.owners.contains(&user)
    }

    /// The arithmetic of due dates and delays.
    pub fn agreements(&self) -> &Agreements {
        &self.agreements
    }

    /// Somebody who acts at `at`; user 0 is an automatic action.
    pub fn hand<'a>(&'a mut self, desk: &'a mut Desk, at: Seconds, by: Id) -> Hand<'a> {
        Hand { desk, rules: self, at, by }
    }
}

/// Somebody at work on a desk, at one instant.
#[derive(Debug)]
pub struct Hand<'a> {
    desk: &'a mut Desk,
    rules: &'a mut Rules,
    at: Seconds,
    by: Id,
}

impl Hand<'_> {
    fn ticket(&self, id: Id) -> Result<&Ticket, Refused> {
        self.desk.get::<Ticket>(id).ok_or(Refused::Missing { itemtype: "Ticket", id })
    }

    fn change<T>(&mut self, id: Id, change: impl FnOnce(&mut Ticket) -> T) -> Result<T, Refused> {
        self.desk.update::<Ticket, T>(id, change).ok_or(Refused::Missing { itemtype: "Ticket", id })
    }

    /// Marks a ticket as changed without a history row, as additions to it do.
    fn touch(&mut self, id: Id) -> Result<(), Refused> {
        let (at, by) = (self.at, self.by);
        self.change(id, |ticket| {
            ticket.date_mod = at;
            if by != 0 {
                ticket.users_id_lastupdater = by;
            }
        })
    }

    /// Marks a ticket as changed and tells the history when the last editor is another one.
    fn touch_and_tell(&mut self, id: Id) -> Result<(), Refused> {
        let before = self.ticket(id)?.users_id_lastupdater;
        self.touch(id)?;
        if self.by != 0 && before != self.by {
            let (old, new) = (self.login(before), self.login(self.by));
            self.field(id, history::LAST_EDITOR, Some(old), Some(new));
        }
        Ok(())
    }
}

fn owners(desk: &Desk) -> HashSet<Id> {
    let int = |row: &Object, field: &str| row.get(field).and_then(Value::as_i64).unwrap_or_default();
    let rows = desk.rows("Profile_User").into_iter().flat_map(|rows| rows.values());
    rows.filter(|row| OWNING_PROFILES.contains(&int(row, "profiles_id"))).map(|row| int(row, "users_id")).collect()
}

#[cfg(test)]
pub(crate) mod tests;
