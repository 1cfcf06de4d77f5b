//! Traffic on the recorded desk keeps GLPI's rules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::generate::{Spec, generate};
use crate::moves::tests::invariants::{check_desk, check_history_order};
use crate::rows::Log;

fn play(desk: &mut Desk, from: Seconds, steps: i64) -> BTreeMap<&'static str, usize> {
    let mut rng = SmallRng::seed_from_u64(5);
    let mut mover = Mover::of(desk, Zone::UTC);
    let mut done = BTreeMap::new();
    let mut changed: BTreeMap<Id, Seconds> =
        desk.table::<Ticket>().iter().map(|ticket| (ticket.id, ticket.date_mod)).collect();
    for step in 0..steps {
        let now = from + step * 40;
        let Some(action) = mover.step(desk, now, &mut rng) else { continue };
        *done.entry(action.name).or_insert(0) += 1;
        if let Some(row) = desk.get::<Ticket>(action.ticket) {
            let before = changed.insert(row.id, row.date_mod).unwrap_or_default();
            assert!(row.date_mod >= before && row.date_mod <= now, "date_mod of {}", row.id);
        }
    }
    done
}

#[test]
fn thousands_of_actions_on_the_recorded_desk_keep_its_rules() {
    let mut desk = Desk::recorded().unwrap();
    let from = desk.recorded_at().unwrap();
    let logs = desk.table::<Log>().last_id();
    let done = play(&mut desk, from, 6_000);
    let kinds = ["open", "triage", "work", "reply", "close", "reopen", "survey", "trash", "restore", "purge", "rename"];
    assert_eq!(done.keys().copied().collect::<BTreeSet<_>>(), kinds.into_iter().collect(), "{done:?}");
    assert!(done.values().sum::<usize>() > 5_800, "{done:?}");
    assert!(desk.table::<Log>().last_id() > logs + 10_000);
    check_desk(&desk);
    let open = desk.table::<Ticket>().iter().filter(|t| t.is_deleted == 0 && !is_done(t.status)).count();
    assert!((20..400).contains(&open), "{open} open");
}

#[test]
fn traffic_goes_on_where_a_generated_desk_ends() {
    let until = crate::rows::naive::to_seconds("2026-11-23 14:00:00", Zone::UTC).unwrap();
    let mut desk = generate(&Spec::new(300, 3, until));
    play(&mut desk, until, 2_000);
    check_desk(&desk);
    check_history_order(&desk);
}

#[test]
fn a_desk_that_tells_little_of_its_people_moves_too() {
    let until = crate::rows::naive::to_seconds("2026-11-23 14:00:00", Zone::UTC).unwrap();
    let mut desk = generate(&Spec::new(200, 3, until));
    for itemtype in ["Profile_User", "Group_User", "SLA", "OLA", "Calendar", "ITILCategory", "SolutionType"] {
        let ids: Vec<Id> = desk.rows(itemtype).unwrap().keys().copied().collect();
        for id in ids {
            desk.delete_row(itemtype, id);
        }
    }
    let done = play(&mut desk, until, 400);
    assert!(done.values().sum::<usize>() > 350, "{done:?}");
    assert!(desk.table::<crate::rows::TicketUser>().iter().all(|link| link.users_id != 0));
}

#[test]
fn the_same_seed_makes_the_same_actions() {
    let until = crate::rows::naive::to_seconds("2026-11-23 14:00:00", Zone::UTC).unwrap();
    let desks = [(); 2].map(|()| {
        let mut desk = generate(&Spec::new(100, 3, until));
        play(&mut desk, until, 300);
        desk
    });
    assert!(desks[0].table::<Log>().iter().eq(desks[1].table::<Log>().iter()));
}

#[test]
fn a_ticket_changed_after_now_is_left_alone() {
    let until = crate::rows::naive::to_seconds("2026-11-23 14:00:00", Zone::UTC).unwrap();
    let mut desk = generate(&Spec::new(200, 3, until));
    let newest = desk.table::<Ticket>().iter().map(|ticket| ticket.date_mod).max();
    let before: Vec<Ticket> = desk.table::<Ticket>().iter().cloned().collect();
    play(&mut desk, until - 20 * 31_557_600, 50);
    for ticket in before {
        assert_eq!(desk.get::<Ticket>(ticket.id), Some(&ticket));
    }
    assert_eq!(desk.table::<Ticket>().iter().map(|ticket| ticket.date_mod).max(), newest);
}

#[test]
fn running_traffic_moves_the_desk_until_it_is_stopped() {
    let until = crate::rows::naive::to_seconds("2026-11-23 14:00:00", Zone::UTC).unwrap();
    let desk = SharedDesk::new(generate(&Spec::new(100, 3, until)));
    let before = desk.read().table::<Log>().last_id();
    let traffic = Traffic { actions_per_minute: 600.0, speed: 10.0, ..Traffic::default() };
    let running = traffic.start(desk.clone(), Clock::fast(until, 10.0));
    while running.actions() < 10 {
        std::thread::sleep(NAP);
    }
    assert!(running.stop() >= 10);
    let after = desk.read().table::<Log>().last_id();
    assert!(after > before);
    std::thread::sleep(NAP * 3);
    assert_eq!(desk.read().table::<Log>().last_id(), after);
}
