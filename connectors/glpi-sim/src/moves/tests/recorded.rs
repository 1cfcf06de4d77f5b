//! What GLPI itself computed, computed again.

use std::sync::LazyLock;

use crate::desk::Desk;
use crate::moves::{Agreements, history, is_done};
use crate::rows::naive::Zone;
use crate::rows::{Log, Seconds, Ticket};

pub(super) static DESK: LazyLock<Desk> = LazyLock::new(|| Desk::recorded().unwrap());

/// How many stored values were computed alike.
#[derive(Debug, Default, PartialEq)]
struct Tally {
    agree: usize,
    differ: Vec<(i64, i64, i64)>,
}

impl Tally {
    fn add(&mut self, ticket: &Ticket, stored: i64, computed: i64) {
        if stored == computed {
            self.agree += 1;
        } else {
            self.differ.push((ticket.id, stored, computed));
        }
    }
}

/// Computes one value for each recorded ticket that has it and compares.
#[track_caller]
fn check(agree: usize, values: impl Fn(&Desk, &Agreements, &Ticket) -> Option<(i64, i64)>) {
    let agreements = Agreements::of(&DESK, Zone::UTC);
    let mut tally = Tally::default();
    for ticket in DESK.table::<Ticket>().iter() {
        if let Some((stored, computed)) = values(&DESK, &agreements, ticket) {
            tally.add(ticket, stored, computed);
        }
    }
    assert_eq!(tally, Tally { agree, differ: vec![] });
}

#[test]
fn every_recorded_time_to_resolve_is_computed_alike() {
    check(782, |_, agreements, ticket| Some((ticket.time_to_resolve?, agreements.time_to_resolve(ticket)?)));
}

#[test]
fn every_recorded_time_to_own_is_computed_alike() {
    check(782, |_, agreements, ticket| Some((ticket.time_to_own?, agreements.time_to_own(ticket)?)));
}

#[test]
fn every_recorded_internal_time_to_resolve_is_computed_alike() {
    check(139, |_, agreements, ticket| {
        Some((ticket.internal_time_to_resolve?, agreements.internal_time_to_resolve(ticket)?))
    });
}

#[test]
fn every_recorded_delay_to_the_solution_is_computed_alike() {
    check(915, |_, agreements, ticket| Some((ticket.solve_delay_stat, agreements.delay(ticket, ticket.solvedate?))));
}

#[test]
fn every_recorded_delay_to_the_closing_is_computed_alike() {
    check(909, |_, agreements, ticket| Some((ticket.close_delay_stat, agreements.delay(ticket, ticket.closedate?))));
}

#[test]
fn every_recorded_delay_until_taken_into_account_is_computed_alike() {
    check(964, |_, agreements, ticket| {
        let computed = agreements.takeintoaccount_delay(ticket, ticket.takeintoaccountdate?);
        Some((ticket.takeintoaccount_delay_stat, computed))
    });
}

#[test]
fn every_recorded_pause_is_added_up_alike() {
    check(993, |desk, agreements, ticket| {
        Some((ticket.waiting_duration, pauses(desk, ticket, |from, to| agreements.active(ticket, from, to))))
    });
    check(993, |desk, agreements, ticket| {
        let counts = ticket.slas_id_ttr != 0;
        let active = |from, to| if counts { agreements.active(ticket, from, to) } else { 0 };
        Some((ticket.sla_waiting_duration, pauses(desk, ticket, active)))
    });
    check(993, |desk, agreements, ticket| {
        let counts = ticket.olas_id_ttr != 0;
        let active = |from, to| if counts { agreements.active_inside(ticket, from, to) } else { 0 };
        Some((ticket.ola_waiting_duration, pauses(desk, ticket, active)))
    });
}

/// The pauses of a ticket by its history: pending, and solved before it was reopened.
fn pauses(desk: &Desk, ticket: &Ticket, active: impl Fn(Seconds, Seconds) -> i64) -> i64 {
    let (mut sum, mut since) = (0, 0);
    let changes = desk.of_ticket::<Log>(ticket.id);
    for log in changes.filter(|log| log.linked_action == history::FIELD && log.id_search_option == history::STATUS) {
        let status = |text: &Option<std::sync::Arc<str>>| text.as_deref().unwrap().parse::<i32>().unwrap();
        let (old, new) = (status(&log.old_value), status(&log.new_value));
        if old == 4 || is_done(old) && !is_done(new) {
            sum += active(since, log.date_mod);
        }
        if new == 4 || is_done(new) && !is_done(old) {
            since = log.date_mod;
        }
    }
    sum
}

#[test]
fn every_status_but_an_open_one_has_a_begin_of_waiting() {
    for ticket in DESK.table::<Ticket>().iter() {
        let waits = ticket.status == 4 || is_done(ticket.status);
        assert_eq!(ticket.begin_waiting_date.is_some(), waits, "ticket {}", ticket.id);
    }
}
