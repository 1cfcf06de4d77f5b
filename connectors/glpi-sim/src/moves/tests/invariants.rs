//! Invariants: what holds for every ticket of every desk that GLPI, or this crate, has moved.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::desk::{Desk, Stored};
use crate::moves::{ASSIGNED, Agreements, OBSERVER, PENDING, REQUESTER, history, is_done};
use crate::rows::naive::Zone;
use crate::rows::{
    GroupTicket, ITILFollowup, ITILSolution, Id, Log, Ticket, TicketSatisfaction, TicketTask, TicketUser,
};

/// Holds every ticket of a desk against GLPI's rules.
#[track_caller]
pub(crate) fn check_desk(desk: &Desk) {
    let agreements = Agreements::of(desk, Zone::UTC);
    for ticket in desk.table::<Ticket>().iter() {
        let id = ticket.id;
        assert_eq!(last_status(desk, id).unwrap_or(ticket.status), ticket.status, "status of {id}");
        check_actors(desk, id);
        check_state(desk, ticket);
        check_arithmetic(desk, &agreements, ticket);
        let told = desk.of_ticket::<Log>(id).filter(|log| !matches!(log.id_search_option, 62 | 63));
        assert!(told.map(|log| log.date_mod).max() <= Some(ticket.date_mod), "date_mod of {id}");
    }
    check_purged(desk);
}

/// Holds the whole history against the order GLPI writes it in.
#[track_caller]
pub(crate) fn check_history_order(desk: &Desk) {
    let mut last = 0;
    for log in desk.table::<Log>().iter() {
        assert!(log.date_mod >= last, "log {} goes back in time", log.id);
        last = log.date_mod;
    }
}

/// Follows the status changes; each must start where the one before ended.
fn last_status(desk: &Desk, ticket: Id) -> Option<i32> {
    let mut last = None;
    for log in desk.of_ticket::<Log>(ticket).filter(|log| log.linked_action == 0 && log.id_search_option == 12) {
        let status = |text: &Option<Arc<str>>| text.as_deref().unwrap().parse::<i32>().unwrap();
        assert_eq!(last.unwrap_or(status(&log.old_value)), status(&log.old_value), "status chain of {ticket}");
        last = Some(status(&log.new_value));
    }
    last
}

type Roles = BTreeMap<i32, BTreeSet<Id>>;

/// Replays who came and went; the removal names no role.
fn check_actors(desk: &Desk, ticket: Id) {
    let (mut users, mut groups) = (Roles::new(), Roles::new());
    for log in desk.of_ticket::<Log>(ticket) {
        let roles = match &*log.itemtype_link {
            "User" => &mut users,
            "Group" => &mut groups,
            _ => continue,
        };
        match log.linked_action {
            15 => {
                let role = match log.id_search_option {
                    4 | 71 => REQUESTER,
                    5 | 8 => ASSIGNED,
                    66 | 65 => OBSERVER,
                    option => panic!("no role has option {option}"),
                };
                roles.entry(role).or_default().insert(id_in(log.new_value.as_deref().unwrap()));
            }
            16 => {
                assert_eq!(log.id_search_option, 0);
                let left = id_in(log.old_value.as_deref().unwrap());
                assert!(roles.entry(ASSIGNED).or_default().remove(&left), "{left} left {ticket} without being there");
            }
            _ => {}
        }
    }
    for role in [REQUESTER, ASSIGNED, OBSERVER] {
        assert_eq!(users.remove(&role).unwrap_or_default(), desk.users(ticket, role).collect(), "users of {ticket}");
        assert_eq!(groups.remove(&role).unwrap_or_default(), desk.groups(ticket, role).collect(), "groups of {ticket}");
    }
}

/// The id in "Name (id)".
fn id_in(text: &str) -> Id {
    text.rsplit_once('(').unwrap().1.trim_end_matches(')').parse().unwrap()
}

fn check_state(desk: &Desk, ticket: &Ticket) {
    let id = ticket.id;
    let done = is_done(ticket.status);
    assert_eq!(ticket.solvedate.is_some(), done, "solvedate of {id}");
    assert_eq!(ticket.closedate.is_some(), ticket.status == 6, "closedate of {id}");
    assert_eq!(ticket.begin_waiting_date.is_some(), done || ticket.status == PENDING, "begin of waiting of {id}");
    assert_eq!(ticket.takeintoaccountdate.is_some(), ticket.takeintoaccount_delay_stat > 0, "taken into account {id}");
    if !done {
        assert_eq!(desk.of_ticket::<TicketSatisfaction>(id).count(), 0, "survey of open {id}");
        assert!(desk.of_ticket::<ITILSolution>(id).all(|solution| solution.status == 4), "solution of open {id}");
    }
    let work: i64 = desk.of_ticket::<TicketTask>(id).map(|task| task.actiontime).sum();
    assert_eq!(ticket.actiontime, work, "work on {id}");
}

fn check_arithmetic(desk: &Desk, agreements: &Agreements, ticket: &Ticket) {
    let id = ticket.id;
    assert_eq!(ticket.time_to_resolve, agreements.time_to_resolve(ticket), "time to resolve {id}");
    assert_eq!(ticket.internal_time_to_resolve, agreements.internal_time_to_resolve(ticket), "internal time of {id}");
    let delay = |end: Option<i64>| end.map_or(0, |end| agreements.delay(ticket, end));
    assert_eq!(ticket.solve_delay_stat, delay(ticket.solvedate), "solve delay of {id}");
    assert_eq!(ticket.close_delay_stat, delay(ticket.closedate), "close delay of {id}");
    // An edited opening date moves the time to resolve, but not the time to own.
    let edited = desk.of_ticket::<Log>(id).any(|log| log.linked_action == 0 && log.id_search_option == history::OPENED);
    if !edited {
        assert_eq!(ticket.time_to_own, agreements.time_to_own(ticket), "time to own {id}");
    }
}

fn check_purged(desk: &Desk) {
    for id in desk.purged() {
        assert!(desk.get::<Ticket>(*id).is_none());
        let rows = [
            count::<Log>(desk, *id),
            count::<TicketUser>(desk, *id),
            count::<GroupTicket>(desk, *id),
            count::<ITILFollowup>(desk, *id),
            count::<TicketTask>(desk, *id),
            count::<ITILSolution>(desk, *id),
            count::<TicketSatisfaction>(desk, *id),
        ];
        assert_eq!(rows.iter().sum::<usize>(), 0, "purged {id} left something");
    }
}

fn count<R: Stored>(desk: &Desk, ticket: Id) -> usize {
    // Looked for in the rows themselves, not in the index the purge has emptied.
    if desk.purged().len() > 50 {
        return desk.of_ticket::<R>(ticket).count();
    }
    desk.table::<R>().iter().filter(|row| row.ticket() == Some(ticket)).count()
}

#[test]
fn the_recorded_desk_keeps_the_rules() {
    check_desk(&super::recorded::DESK);
}
