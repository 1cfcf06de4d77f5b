//! Actors: who asks, who is assigned, who watches.

use std::sync::Arc;

use super::history::TAKEN_INTO_ACCOUNT;
use super::status::{ASSIGNED_STATUS, NEW};
use super::{Hand, Refused, history};
use crate::rows::{GroupTicket, Id, TicketUser};

/// Link type of a requester.
pub const REQUESTER: i32 = 1;
/// Link type of an assigned person or group.
pub const ASSIGNED: i32 = 2;
/// Link type of an observer.
pub const OBSERVER: i32 = 3;

impl Hand<'_> {
    /// Assigns a person.
    pub fn assign_user(&mut self, ticket: Id, user: Id) -> Result<(), Refused> {
        self.assign(ticket, None, Some(user))
    }

    /// Assigns a group.
    pub fn assign_group(&mut self, ticket: Id, group: Id) -> Result<(), Refused> {
        self.assign(ticket, Some(group), None)
    }

    /// Assigns a group and a person in one go. The first assignment takes a new ticket into account.
    pub fn assign(&mut self, ticket: Id, group: Option<Id>, user: Option<Id>) -> Result<(), Refused> {
        self.ticket(ticket)?;
        let group = group.filter(|group| !self.has_group(ticket, *group, ASSIGNED));
        let user = user.filter(|user| !self.has_user(ticket, *user, ASSIGNED));
        if group.is_none() && user.is_none() {
            return Err(Refused::Unchanged(ticket));
        }
        self.take_over(ticket)?;
        if let Some(group) = group {
            self.hang_group(ticket, group, ASSIGNED);
        }
        if let Some(user) = user {
            self.hang_user(ticket, user, ASSIGNED);
        }
        Ok(())
    }

    /// Passes a ticket on: everybody assigned leaves, the named ones come.
    pub fn hand_over(&mut self, ticket: Id, group: Option<Id>, user: Option<Id>) -> Result<(), Refused> {
        let groups: Vec<Id> = self.desk.groups(ticket, ASSIGNED).collect();
        let users: Vec<Id> = self.desk.users(ticket, ASSIGNED).collect();
        let (same_group, same_user) = (group.is_some_and(|g| groups == [g]), user.is_some_and(|u| users == [u]));
        if (same_group || group.is_none()) && (same_user || user.is_none()) {
            return Err(Refused::Unchanged(ticket));
        }
        self.take_over(ticket)?;
        if let Some(group) = group.filter(|_| !same_group) {
            groups.iter().filter(|old| **old != group).for_each(|old| self.unhang_group(ticket, *old, ASSIGNED));
            if !groups.contains(&group) {
                self.hang_group(ticket, group, ASSIGNED);
            }
        }
        if let Some(user) = user.filter(|_| !same_user) {
            users.iter().filter(|old| **old != user).for_each(|old| self.unhang_user(ticket, *old, ASSIGNED));
            if !users.contains(&user) {
                self.hang_user(ticket, user, ASSIGNED);
            }
        }
        Ok(())
    }

    /// Takes a person off a ticket; its status stays.
    pub fn unassign_user(&mut self, ticket: Id, user: Id) -> Result<(), Refused> {
        self.ticket(ticket)?;
        if !self.has_user(ticket, user, ASSIGNED) {
            return Err(Refused::Unchanged(ticket));
        }
        self.unhang_user(ticket, user, ASSIGNED);
        self.touch(ticket)
    }

    /// Takes a group off a ticket; its status stays.
    pub fn unassign_group(&mut self, ticket: Id, group: Id) -> Result<(), Refused> {
        self.ticket(ticket)?;
        if !self.has_group(ticket, group, ASSIGNED) {
            return Err(Refused::Unchanged(ticket));
        }
        self.unhang_group(ticket, group, ASSIGNED);
        self.touch(ticket)
    }

    /// Lets a person watch.
    pub fn add_observer(&mut self, ticket: Id, user: Id) -> Result<(), Refused> {
        self.ticket(ticket)?;
        if self.has_user(ticket, user, OBSERVER) {
            return Err(Refused::Unchanged(ticket));
        }
        self.hang_user(ticket, user, OBSERVER);
        self.touch(ticket)
    }

    /// What an assignment does to the ticket's row: the first one takes it into account and makes it "assigned".
    fn take_over(&mut self, ticket: Id) -> Result<(), Refused> {
        let row = self.ticket(ticket)?;
        let (status, is_first) = (row.status, row.takeintoaccountdate.is_none());
        if is_first {
            self.take_into_account(ticket)?;
        }
        if status != NEW {
            return if is_first { self.touch_and_tell(ticket) } else { self.touch(ticket) };
        }
        self.touch_and_tell(ticket)?;
        self.change(ticket, |row| row.status = ASSIGNED_STATUS)?;
        let (old, new) = (self.number(NEW.into()), self.number(ASSIGNED_STATUS.into()));
        self.field(ticket, history::STATUS, old, new);
        Ok(())
    }

    /// Notes that somebody who may own the ticket has looked at it, once.
    pub(super) fn take_into_account(&mut self, ticket: Id) -> Result<(), Refused> {
        let delay = self.rules.agreements.takeintoaccount_delay(self.ticket(ticket)?, self.at);
        let at = self.at;
        let before = self.change(ticket, |row| {
            row.takeintoaccountdate = Some(at);
            std::mem::replace(&mut row.takeintoaccount_delay_stat, delay)
        })?;
        let old = self.number(before);
        self.field(ticket, TAKEN_INTO_ACCOUNT, old, Arc::<str>::from(delay.to_string()));
        Ok(())
    }

    pub(super) fn has_user(&self, ticket: Id, user: Id, role: i32) -> bool {
        self.desk.users(ticket, role).any(|known| known == user)
    }

    fn has_group(&self, ticket: Id, group: Id, role: i32) -> bool {
        self.desk.groups(ticket, role).any(|known| known == group)
    }

    pub(super) fn hang_user(&mut self, ticket: Id, user: Id, role: i32) {
        let alternative_email = Some(self.nothing());
        let row = TicketUser {
            tickets_id: ticket,
            users_id: user,
            role,
            use_notification: 1,
            alternative_email,
            ..TicketUser::default()
        };
        self.desk.insert(row);
        let option = match role {
            REQUESTER => 4,
            ASSIGNED => 5,
            _ => 66,
        };
        let name = self.person(user);
        self.relation_added(ticket, "User", option, name);
    }

    pub(super) fn hang_group(&mut self, ticket: Id, group: Id, role: i32) {
        self.desk.insert(GroupTicket { tickets_id: ticket, groups_id: group, role, ..GroupTicket::default() });
        let option = match role {
            REQUESTER => 71,
            ASSIGNED => 8,
            _ => 65,
        };
        let name = self.place("Group", group);
        self.relation_added(ticket, "Group", option, name);
    }

    fn unhang_user(&mut self, ticket: Id, user: Id, role: i32) {
        let found = self.desk.of_ticket::<TicketUser>(ticket).find(|link| link.users_id == user && link.role == role);
        if let Some(id) = found.map(|link| link.id) {
            self.desk.delete::<TicketUser>(id);
            let name = self.person(user);
            self.relation_removed(ticket, "User", name);
        }
    }

    fn unhang_group(&mut self, ticket: Id, group: Id, role: i32) {
        let found =
            self.desk.of_ticket::<GroupTicket>(ticket).find(|link| link.groups_id == group && link.role == role);
        if let Some(id) = found.map(|link| link.id) {
            self.desk.delete::<GroupTicket>(id);
            let name = self.place("Group", group);
            self.relation_removed(ticket, "Group", name);
        }
    }
}
