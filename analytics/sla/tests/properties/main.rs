#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
//! Properties of business time: additivity, bounds, the inverse, and the oracle that counts second by second.
//!
//! Each runs 10 000 cases; `PROPTEST_CASES=1000000 cargo test --release -p sla --test properties` runs a million.

mod oracle;
mod worlds;

use proptest::{prelude::*, test_runner::Config};
use sla::{Compiled, Quirk, Quirks, Terms, Unit, glpi::Walker};

use crate::worlds::{World, edge, world};

const DAY: i64 = 86_400;

fn cases() -> Config {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    Config { cases, failure_persistence: None, ..Config::default() }
}

/// A table about as long as the window, so that instants fall inside and outside of it.
fn compiled(world: &World) -> Compiled {
    Compiled::covering(world.calendar(), world.start - 3 * DAY, world.start + 3 * DAY)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn business_time_is_additive_and_at_most_wall_time(world in world(), first in -5..6_i64, lengths in (0..4 * DAY, 0..4 * DAY)) {
        let calendar = compiled(&world);
        let start = world.start + first * DAY;
        let (middle, end) = (start + lengths.0, start + lengths.0 + lengths.1);
        let whole = calendar.between(start, end);
        prop_assert_eq!(calendar.between(start, middle) + calendar.between(middle, end), whole);
        prop_assert!((0..=end - start).contains(&whole));
        prop_assert_eq!(calendar.between(end, start), 0);
    }

    #[test]
    fn a_due_instant_is_the_first_by_which_the_target_has_passed(world in world(), first in -5..6_i64, target in 0..40_000_i64) {
        let calendar = compiled(&world);
        let start = world.start + first * DAY;
        if let Some(due) = calendar.due(start, target) {
            prop_assert_eq!(calendar.between(start, due), target);
            prop_assert!(target == 0 || calendar.between(start, due - 1) == target - 1);
        } else {
            prop_assert_eq!(calendar.between(start, start + 800 * DAY), 0);
        }
    }

    #[test]
    fn elapsed_time_leads_back_to_the_same_elapsed_time(world in world(), length in 0..4 * DAY) {
        let calendar = compiled(&world);
        let elapsed = calendar.between(world.start, world.start + length);
        let due = calendar.due(world.start, elapsed);
        prop_assert!(due.is_some_and(|due| due <= world.start + length));
        prop_assert_eq!(due.map(|due| calendar.between(world.start, due)), Some(elapsed));
    }

    #[test]
    fn columns_count_as_single_tickets_do(world in world(), pairs in prop::collection::vec((-9 * DAY..9 * DAY, -DAY..9 * DAY), 0..5)) {
        let calendar = compiled(&world);
        let starts: Vec<i64> = pairs.iter().map(|(start, _)| world.start + start).collect();
        let ends: Vec<i64> = starts.iter().zip(&pairs).map(|(start, (_, length))| start + length).collect();
        let mut all = vec![0; starts.len()];
        calendar.between_all(&starts, &ends, &mut all).unwrap();
        let single: Vec<i64> = starts.iter().zip(&ends).map(|(start, end)| calendar.between(*start, *end)).collect();
        prop_assert_eq!(all, single);
    }

    #[test]
    fn clocks_that_turn_change_nothing_against_a_count_second_by_second((world, length) in edge()) {
        let open = oracle::count(&world, world.start, world.start + length);
        prop_assert_eq!(compiled(&world).between(world.start, world.start + length), open);
        let elsewhere = Compiled::covering(world.calendar(), world.start + 10 * DAY, world.start + 11 * DAY);
        prop_assert_eq!(elsewhere.between(world.start, world.start + length), open);
    }

    #[test]
    fn glpi_counts_as_canonical_where_no_clock_turns(world in world(), length in 0..9 * DAY) {
        let calendar = World { zone: chrono_tz::Tz::Asia__Kolkata, ..world.clone() }.without_new_year().calendar();
        let walker = Walker::new(&calendar);
        let counted = Compiled::covering(calendar.clone(), world.start - DAY, world.start + 10 * DAY);
        prop_assert_eq!(walker.active(world.start, world.start + length), counted.between(world.start, world.start + length));
    }

    #[test]
    fn glpi_with_every_quirk_corrected_is_canonical(world in world(), length in 0..9 * DAY, target in 1..900_u32) {
        let calendar = world.calendar();
        let walker = Walker::keeping(&calendar, Quirks::NONE);
        let counted = compiled(&world);
        prop_assert_eq!(walker.active(world.start, world.start + length), counted.between(world.start, world.start + length));
        if calendar.works() && counted.next_open(world.start).is_some() {
            let terms = Terms::new(target, Unit::Minute, false).unwrap();
            let due = counted.due(world.start, i64::from(target) * 60);
            // A walk gives up where nothing is open for nine years.
            if due.is_some_and(|due| due - world.start < 9 * 365 * DAY) {
                prop_assert_eq!(walker.due(terms, world.start, 0), due);
            }
        }
    }

    #[test]
    fn a_deadline_of_glpi_is_the_canonical_one_or_the_next_opening(world in world(), minutes in 1..900_u32) {
        let world = World { zone: chrono_tz::Tz::Asia__Kolkata, ..world }.without_new_year();
        let calendar = world.calendar();
        prop_assume!(calendar.works());
        let counted = compiled(&world);
        prop_assume!(counted.next_open(world.start).is_some());
        let terms = Terms::new(minutes, Unit::Minute, false).unwrap();
        let canonical = counted.due(world.start, i64::from(minutes) * 60).unwrap();
        // A walk gives up where nothing is open for nine years.
        prop_assume!(canonical - world.start < 9 * 365 * DAY);
        let stored = Walker::new(&calendar).due(terms, world.start, 0).unwrap();
        prop_assert_eq!(Some(stored), counted.next_open(canonical));
        let corrected = Walker::keeping(&calendar, Quirks::GLPI.without(Quirk::Q7));
        prop_assert_eq!(corrected.due(terms, world.start, 0), Some(canonical));
    }
}
