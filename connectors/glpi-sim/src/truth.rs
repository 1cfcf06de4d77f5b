//! Truth: what a desk holds right now, for tests to compare with what somebody else worked out.
//!
//! It reads the stored rows only and computes nothing that GLPI does not store.

use std::collections::BTreeSet;

use crate::desk::Desk;
use crate::rows::{ITILFollowup, ITILSolution, Id, Log, Seconds, Ticket, TicketTask};

/// Where a ticket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Presence {
    /// In its lists.
    Live,
    /// In the trash.
    Trashed,
    /// Gone for good.
    Purged,
}

/// The people or groups of a ticket by role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actors {
    /// Who asks.
    pub requesters: BTreeSet<Id>,
    /// Who is assigned.
    pub assigned: BTreeSet<Id>,
    /// Who watches.
    pub observers: BTreeSet<Id>,
}

/// One ticket as stored: its row with its links.
#[derive(Debug, Clone, PartialEq)]
pub struct TicketTruth {
    /// Live or trashed.
    pub presence: Presence,
    /// The whole row: status, dates, due dates, stored delays.
    pub row: Ticket,
    /// Its people.
    pub users: Actors,
    /// Its groups.
    pub groups: Actors,
    /// Lines of its history.
    pub logs: usize,
    /// Followups.
    pub followups: usize,
    /// Tasks.
    pub tasks: usize,
    /// Solutions.
    pub solutions: usize,
}

/// How many tickets are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// In their lists.
    pub live: usize,
    /// In the trash.
    pub trashed: usize,
    /// Gone for good.
    pub purged: usize,
}

impl TicketTruth {
    /// Whether GLPI calls the ticket late to resolve: never while pending.
    pub fn late_to_resolve(&self, now: Seconds) -> bool {
        late(self.row.time_to_resolve, self.row.solvedate, self.row.status, now)
    }

    /// Whether GLPI calls the ticket late to own: never while pending.
    pub fn late_to_own(&self, now: Seconds) -> bool {
        late(self.row.time_to_own, owned_at(&self.row), self.row.status, now)
    }

    /// Whether the status is neither solved nor closed.
    pub fn is_open(&self) -> bool {
        !matches!(self.row.status, 5 | 6)
    }
}

impl Desk {
    /// Where a ticket is, `None` when there never was one.
    pub fn presence(&self, id: Id) -> Option<Presence> {
        match self.get::<Ticket>(id) {
            Some(ticket) if ticket.is_deleted == 1 => Some(Presence::Trashed),
            Some(_) => Some(Presence::Live),
            None => self.purged().contains(&id).then_some(Presence::Purged),
        }
    }

    /// What is stored of a ticket; a purged one has left nothing.
    pub fn truth(&self, id: Id) -> Option<TicketTruth> {
        Some(TicketTruth {
            presence: self.presence(id)?,
            row: self.get::<Ticket>(id)?.clone(),
            users: actors(|role| self.users(id, role).collect()),
            groups: actors(|role| self.groups(id, role).collect()),
            logs: self.of_ticket::<Log>(id).count(),
            followups: self.of_ticket::<ITILFollowup>(id).count(),
            tasks: self.of_ticket::<TicketTask>(id).count(),
            solutions: self.of_ticket::<ITILSolution>(id).count(),
        })
    }

    /// What is stored of every ticket, by id; trashed ones too.
    pub fn truths(&self) -> Vec<TicketTruth> {
        self.table::<Ticket>().iter().filter_map(|ticket| self.truth(ticket.id)).collect()
    }

    /// How many tickets are where.
    pub fn counts(&self) -> Counts {
        let trashed = self.table::<Ticket>().iter().filter(|ticket| ticket.is_deleted == 1).count();
        Counts { live: self.table::<Ticket>().len() - trashed, trashed, purged: self.purged().len() }
    }
}

/// When somebody took the ticket over; rows of old versions have only the delay.
pub(crate) fn owned_at(ticket: &Ticket) -> Option<Seconds> {
    ticket
        .takeintoaccountdate
        .or_else(|| (ticket.takeintoaccount_delay_stat > 0).then(|| ticket.date + ticket.takeintoaccount_delay_stat))
}

/// GLPI's own lateness: a target that was or is missed, unless the ticket is pending.
pub(crate) fn late(target: Option<Seconds>, reached: Option<Seconds>, status: i32, now: Seconds) -> bool {
    const PENDING: i32 = 4;
    target.is_some_and(|target| status != PENDING && reached.unwrap_or(now) > target)
}

fn actors(of_role: impl Fn(i32) -> BTreeSet<Id>) -> Actors {
    Actors { requesters: of_role(1), assigned: of_role(2), observers: of_role(3) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn the_recorded_desk_has_its_published_counts() {
        let desk = Desk::recorded().unwrap();
        assert_eq!(desk.counts(), Counts { live: 983, trashed: 10, purged: 0 });
        assert_eq!(desk.truths().len(), 993);
    }

    #[test]
    fn a_ticket_is_live_then_trashed_then_purged() {
        let mut desk = Desk::new("10.0.19");
        let id = desk.insert(Ticket::default());
        assert_eq!(desk.presence(id), Some(Presence::Live));
        desk.update::<Ticket, _>(id, |ticket| ticket.is_deleted = 1).unwrap();
        assert_eq!(desk.presence(id), Some(Presence::Trashed));
        desk.purge(id).unwrap();
        assert_eq!(desk.presence(id), Some(Presence::Purged));
        assert_eq!(desk.truth(id), None);
    }

    #[test]
    fn a_pending_ticket_is_never_late() {
        assert!(late(Some(10), None, 2, 11));
        assert!(!late(Some(10), None, 2, 10));
        assert!(!late(Some(10), None, 4, 11));
        assert!(late(Some(10), Some(12), 6, 11));
        assert!(!late(None, None, 1, 11));
    }
}
