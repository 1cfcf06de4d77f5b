//! What rows and the time since say is what the steps say at that instant.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod desk;

use std::{collections::BTreeSet, sync::LazyLock};

use chrono_tz::Tz;
use proptest::{prelude::*, sample::select};
use sla::{
    Agreement, Calendar, Calendars, Clock, Compiled, Hours, Kind, Policy, Segment, State, Status, Step, Terms, Unit,
    What,
    clock::{Why, clocks},
};

use super::{
    recount::{Counted, Recount, Stretches},
    spent::{Spent, Stretch, spent},
    standing::Standing,
};

/// 2026-03-02, a Monday, 00:00 in UTC.
const MONDAY: i64 = 1_772_409_600;

/// Office hours of São Paulo, and nights of New York.
static CALENDARS: LazyLock<Calendars> = LazyLock::new(calendars);

fn calendars() -> Calendars {
    let week = |days: std::ops::Range<u8>, begin: u32, end: u32| {
        days.map(|day| Segment::new(day, begin, end).unwrap()).collect::<Vec<_>>()
    };
    let office = [week(1..6, 28_800, 43_200), week(1..6, 46_800, 64_800)].concat();
    let office = Calendar::new(Tz::America__Sao_Paulo, &office, Vec::new()).unwrap();
    let nights = Calendar::new(Tz::America__New_York, &week(0..7, 79_200, 21_600), Vec::new()).unwrap();
    let named = [(1, office), (2, nights)].map(|(id, calendar)| (id, std::sync::Arc::new(Compiled::new(calendar))));
    Calendars::new(Tz::UTC, named)
}

/// The row that the write side makes of `clock` at `last`, the instant of the last step.
fn row(clock: &Clock, last: i64) -> Standing {
    let since = clock.stopped.is_none().then_some(last.max(clock.start));
    Standing {
        attached: clock.attached,
        detached: clock.detached,
        stopped: clock.stopped,
        running_since: since.filter(|_| clock.runs),
        paused_since: since.filter(|_| !clock.runs),
        target: clock.target,
        elapsed: clock.elapsed,
        paused: clock.paused,
        due: clock.due,
    }
}

fn agreement() -> impl Strategy<Value = Agreement> {
    let hours = select(vec![Hours::Always, Hours::Calendar(1), Hours::Calendar(2), Hours::Ticket]);
    let terms = (0..9_u32, select(vec![Unit::Minute, Unit::Hour, Unit::Day]), any::<bool>());
    (select(Kind::ALL.to_vec()), hours, terms).prop_map(|(kind, hours, (amount, unit, end))| Agreement {
        id: 30,
        kind,
        terms: Terms::new(amount, unit, end && unit == Unit::Day).unwrap(),
        hours,
    })
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        5 => select((1..=6_u8).map(Status).collect::<Vec<_>>()).prop_map(What::Status),
        3 => agreement().prop_map(What::Attached),
        1 => select(Kind::ALL.to_vec()).prop_map(What::Detached),
        1 => select(Kind::ALL.to_vec()).prop_map(What::Reset),
        1 => select(vec![None, Some(1), Some(2)]).prop_map(What::Calendar),
        1 => Just(What::TakenIntoAccount),
        1 => (-100_000..=100_000_i64).prop_map(|shift| What::Opened(MONDAY + shift)),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let later = prop_oneof![Just(0), 1..7_200_i64, 1..200_000_i64];
    (agreement(), prop::collection::vec((later, what()), 0..12)).prop_map(|(first, moves)| {
        let mut steps = vec![Step::new(MONDAY, What::Opened(MONDAY)), Step::new(MONDAY, What::Attached(first))];
        let mut at = MONDAY;
        for (later, what) in moves {
            at += later;
            steps.push(Step::new(at, what));
        }
        steps
    })
}

fn pausing() -> impl Strategy<Value = BTreeSet<Status>> {
    prop::collection::btree_set((1..=4_u8).prop_map(Status), 0..3)
}

fn statuses(set: &BTreeSet<Status>) -> BTreeSet<u8> {
    set.iter().map(|status| status.0).collect()
}

/// The same steps, with these hours and terms in each promise.
fn under(steps: &[Step], hours: Option<u64>, terms: Terms) -> Vec<Step> {
    let hours = hours.map_or(Hours::Always, Hours::Calendar);
    let changed = |step: &Step| match step.what {
        What::Attached(agreement) => Step::new(step.at, What::Attached(Agreement { hours, terms, ..agreement })),
        _ => *step,
    };
    steps.iter().map(changed).collect()
}

/// The statuses that a clock went through, as rows of a ticket of its own.
fn lived((ticket, clock): (usize, &Clock)) -> Vec<(i64, i64, i64, u8)> {
    let stretch = |interval: &sla::Interval| {
        let (Why::Working(status) | Why::Pending(status, _) | Why::Over(status)) = interval.why;
        (ticket as i64, interval.from, interval.to, status.0)
    };
    clock.intervals.iter().map(stretch).collect()
}

/// `PROPTEST_CASES` is another number.
fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").is_ok();
    if asked { ProptestConfig::default() } else { ProptestConfig::with_cases(10_000) }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_row_and_the_time_since_say_what_the_steps_say(steps in steps(), since in prop_oneof![0..20_000_i64, 0..2_000_000_i64]) {
        let (calendars, policy) = (&*CALENDARS, Policy::default());
        let last = steps.last().unwrap().at;
        let now = last + since;
        let before = clocks(&steps, calendars, &policy, last).unwrap();
        let after = clocks(&steps, calendars, &policy, now).unwrap();
        prop_assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            let row = row(before, last);
            let found = row.at(now, calendars.get(before.calendar).unwrap());
            let told = (found.elapsed, found.paused, found.due, found.breached, found.over_by);
            prop_assert_eq!(told, (after.elapsed, after.paused, after.due, after.breached_at, after.over_by));
            if row.stopped.is_none() || row.stopped != row.detached || found.state == State::Breached {
                prop_assert_eq!(found.state, after.state);
            } else {
                // Kept in the second in which it was taken back: the row does not tell.
                prop_assert!(matches!(after.state, State::Met | State::Cancelled));
            }
            prop_assert_eq!(found.concluded(row.stopped), after.breached_at.or(after.stopped));
        }
    }

    #[test]
    fn columns_say_by_any_calendar_target_and_pauses_what_the_steps_say(
        steps in steps(),
        since in 0..400_000_i64,
        hours in select(vec![None, Some(1), Some(2)]),
        minutes in 0..3_000_u32,
        own in pausing(),
        resolve in pausing(),
    ) {
        let calendars = &*CALENDARS;
        let now = steps.last().unwrap().at + since;
        let terms = Terms::new(minutes, Unit::Minute, false).unwrap();
        let policy = Policy { pauses_own: own, pauses_resolve: resolve, ..Policy::default() };
        let before = clocks(&steps, calendars, &Policy::default(), now).unwrap();
        let after = clocks(&under(&steps, hours, terms), calendars, &policy, now).unwrap();
        let stretches = Stretches::sorted(before.iter().enumerate().flat_map(lived).collect());
        let mut recount = Recount::new(calendars, &stretches);
        for (ticket, clock) in before.iter().enumerate() {
            let is_own = clock.kind.is_own();
            let mut pauses = statuses(if is_own { &policy.pauses_own } else { &policy.pauses_resolve });
            if !is_own {
                pauses.extend([5, 6]);
            }
            let (ticket, start, stop) = (ticket as i64, clock.start, clock.stopped.unwrap_or(now));
            let target = i64::from(minutes) * 60;
            recount.push(&Counted { ticket, start, stop, target, calendar: hours, pauses: &pauses }).unwrap();
        }
        let found = recount.run().unwrap();
        prop_assert_eq!(found.len(), after.len());
        for (found, after) in found.iter().zip(&after) {
            prop_assert_eq!(found.elapsed, after.elapsed);
            let used_up = after.due.filter(|_| after.over_by > 0);
            prop_assert_eq!(found.used_up, used_up);
        }
        prop_assert!(recount.run().unwrap().is_empty());
    }

    #[test]
    fn what_was_spent_adds_up_to_the_clock(steps in steps(), cuts in prop::collection::vec((1..50_000_i64, 0..4_usize), 0..6)) {
        let (calendars, policy) = (&*CALENDARS, Policy::default());
        let now = steps.last().unwrap().at + 90_000;
        let mut from = MONDAY + 600;
        let stretches: Vec<Stretch> = cuts
            .into_iter()
            .map(|(length, owners)| {
                let ids = (0..owners as i64).collect::<Vec<_>>();
                let stretch = Stretch { from, to: from + length, status: 2, technicians: ids.clone(), groups: ids };
                from += length;
                stretch
            })
            .collect();
        for clock in clocks(&steps, calendars, &policy, now).unwrap() {
            let Spent { by_status, by_group, by_technician, longest } = spent(&clock, &stretches, calendars).unwrap();
            for table in [&by_status, &by_group, &by_technician] {
                let sum = table.values().fold((0, 0), |(all, of), one| (all + one.all, of + one.of_target));
                prop_assert_eq!(sum, (clock.elapsed, clock.elapsed.min(clock.target)));
            }
            prop_assert!(longest.is_none_or(|(_, most)| most > 0 && most <= clock.elapsed));
        }
    }
}

#[test]
fn a_clock_breaks_when_more_than_its_target_is_used_and_not_before() {
    let calendars = &*CALENDARS;
    let promise = Agreement {
        id: 30,
        kind: Kind::Ttr,
        terms: Terms::new(4, Unit::Hour, false).unwrap(),
        hours: Hours::Calendar(1),
    };
    // Monday 08:00 in São Paulo; four working hours end at 12:00, and the fifth begins at 13:00.
    let opened = MONDAY + 11 * 3_600;
    let steps = [Step::new(opened, What::Opened(opened)), Step::new(opened, What::Attached(promise))];
    let clock = clocks(&steps, calendars, &Policy::default(), opened).unwrap().remove(0);
    let row = row(&clock, opened);
    let (noon, office) = (opened + 4 * 3_600, calendars.get(Some(1)).unwrap());
    assert_eq!((row.at(noon + 3_600, office).state, row.at(noon, office).due), (State::Running, Some(noon)));
    let broken = row.at(noon + 3_601, office);
    assert_eq!((broken.state, broken.breached, broken.over_by), (State::Breached, Some(noon), 1));
}
