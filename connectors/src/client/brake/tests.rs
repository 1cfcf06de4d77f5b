//! The brake told of good days, bad days and any days.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use proptest::prelude::*;

use super::*;

/// A server that answers one request after the other, and the brake of whoever asks it.
struct Desk {
    brake: Brake,
    now: Instant,
    limits: Limits,
}

impl Desk {
    fn of(limits: Limits) -> Self {
        Self { brake: Brake::new(&limits), now: Instant::now(), limits }
    }

    fn usual() -> Self {
        Self::of(Limits::default())
    }

    fn answers(&mut self, kind: &str, ms: u64) {
        let begun = self.now;
        self.now += Duration::from_millis(ms);
        self.brake.learn(Sign::Answered(kind.to_owned()), begun, self.now);
    }

    fn says(&mut self, sign: Sign) {
        self.now += Duration::from_millis(10);
        self.brake.learn(sign, self.now, self.now);
    }

    /// Answers of one kind for so long, one each second or as slowly as they come.
    fn answers_for(&mut self, seconds: u64, kind: &str, ms: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while self.now < end {
            self.answers(kind, ms);
            self.now += Duration::from_millis(1_000_u64.saturating_sub(ms));
        }
    }

    fn allowed(&self) -> [u64; 3] {
        let Allowance { in_flight, rests, page_rows } = self.brake.allowance();
        [in_flight as u64, u64::from(rests), u64::from(page_rows)]
    }

    fn is_free(&self) -> bool {
        self.brake.allowance() == Allowance::of(&self.limits)
    }
}

#[test]
fn a_slow_desk_is_asked_for_half_again_and_again_and_never_for_nothing() {
    let mut desk = Desk::usual();
    desk.answers_for(60, "Ticket", 200);
    assert!(desk.is_free());
    let mut seen = vec![desk.allowed()];
    for _ in 0..200 {
        desk.answers("Ticket", 1_900);
        if seen.last() != Some(&desk.allowed()) {
            seen.push(desk.allowed());
        }
    }
    let expected = [[2, 0, 1_000], [1, 0, 1_000], [1, 1, 1_000], [1, 3, 1_000], [1, 3, 500], [1, 3, 250], [1, 3, 125]];
    assert_eq!(seen, expected);
}

#[test]
fn what_is_held_back_is_said_in_one_sentence() {
    let mut desk = Desk::usual();
    desk.answers_for(60, "Ticket", 200);
    assert_eq!(desk.brake.sentence(), None);
    while desk.is_free() {
        desk.answers("Ticket", 1_900);
    }
    let said = "GLPI answers slowly (1.9 s, 0.2 s when calm): asking for 1 page at a time";
    assert_eq!(desk.brake.sentence().as_deref(), Some(said));
    desk.now += Duration::from_secs(5);
    desk.says(Sign::Patience(429));
    let said = "GLPI asked for patience (status 429): asking for 1 page of 1000 rows at a time, with a rest as long as its \
                answer took";
    assert_eq!(desk.brake.sentence().as_deref(), Some(said));
}

#[test]
fn a_desk_that_is_calm_again_is_asked_for_more_step_by_step() {
    let mut desk = Desk::usual();
    desk.answers_for(60, "Ticket", 200);
    desk.answers_for(60, "Ticket", 3_000);
    let braked = desk.brake.step;
    assert!(braked >= 5);
    let mut steps = vec![braked];
    let calm_since = desk.now;
    while !desk.is_free() {
        let before = desk.now;
        desk.answers_for(1, "Ticket", 200);
        if steps.last() != Some(&desk.brake.step) {
            steps.push(desk.brake.step);
            assert!(desk.now - calm_since >= STEP_UP_MIN || desk.now > before);
        }
    }
    assert_eq!(steps, (0..=braked).rev().collect::<Vec<_>>());
    let took = desk.now - calm_since;
    let expected = STEP_UP_MIN * u32::try_from(braked).unwrap();
    assert!(took >= expected.mul_f64(0.9) && took < expected * 2, "{took:?}");
    assert_eq!(desk.brake.sentence(), None);
}

#[test]
fn a_desk_that_is_slow_only_when_it_is_asked_for_much_is_not_tried_every_few_seconds() {
    let mut desk = Desk::usual();
    desk.answers_for(60, "Ticket", 200);
    let (mut relapses, hour) = (0, desk.now + Duration::from_hours(1));
    let mut was_free = true;
    while desk.now < hour {
        desk.answers_for(1, "Ticket", if desk.is_free() { 1_500 } else { 200 });
        relapses += u32::from(was_free && !desk.is_free());
        was_free = desk.is_free();
    }
    assert!((10..30).contains(&relapses), "{relapses}");
}

#[test]
fn a_kind_of_request_that_is_slow_by_nature_does_not_brake() {
    let mut desk = Desk::usual();
    for _ in 0..500 {
        for (kind, ms) in [("Ticket/:id", 20), ("Log", 8_000), ("Ticket", 300)] {
            desk.answers(kind, ms);
            assert!(desk.is_free());
        }
    }
}

#[test]
fn a_few_slow_answers_among_others_do_not_brake() {
    let mut desk = Desk::usual();
    for round in 0..2_000 {
        desk.answers("Ticket", if round % 3 == 0 { 2_500 } else { 200 });
        assert!(desk.is_free(), "{round}");
    }
}

#[test]
fn pages_that_become_slower_with_the_depth_of_a_long_list_do_not_brake() {
    let mut desk = Desk::usual();
    for page in 0..20_000 {
        desk.answers("Log", 160 + page / 11);
        assert!(desk.is_free(), "{page}");
    }
}

#[test]
fn a_desk_that_asks_for_patience_is_asked_for_less_but_only_once_for_what_was_under_way() {
    let mut desk = Desk::usual();
    let begun = desk.now;
    for _ in 0..10 {
        desk.now += Duration::from_secs(3);
        desk.brake.learn(Sign::Patience(503), begun, desk.now);
    }
    assert_eq!(desk.brake.step, 1);
    desk.now += STEP_DOWN;
    desk.says(Sign::Silence);
    assert_eq!(desk.brake.step, 2);
}

#[test]
fn a_desk_that_became_slower_for_good_is_read_at_full_pace_again_within_a_day() {
    let mut desk = Desk::usual();
    desk.answers_for(600, "Ticket", 200);
    desk.answers_for(600, "Ticket", 1_500);
    assert!(!desk.is_free());
    desk.answers_for(86_400, "Ticket", 1_500);
    assert!(desk.is_free());
    desk.answers_for(3_600, "Ticket", 1_500);
    assert!(desk.is_free());
}

fn limits() -> impl Strategy<Value = Limits> {
    (1_usize..=64, PAGE_ROWS_MIN..=10_000).prop_map(|(requests_in_flight_max, page_rows_max)| Limits {
        requests_in_flight_max,
        page_rows_max,
        ..Limits::default()
    })
}

/// Any request: its kind, what it told, how long it took and how long nothing was asked for after it.
fn request() -> impl Strategy<Value = (u8, u8, u64, u64)> {
    (0_u8..4, 0_u8..12, prop_oneof![0_u64..300, 0_u64..60_000], prop_oneof![0_u64..100, 0_u64..120_000])
}

proptest! {
    #[test]
    fn the_allowance_is_within_its_bounds_whatever_happens_and_all_is_allowed_again_in_the_end(
        limits in limits(),
        requests in prop::collection::vec(request(), 0..400),
    ) {
        let mut desk = Desk::of(limits.clone());
        for (kind, told, took_ms, rest_ms) in requests {
            let begun = desk.now;
            desk.now += Duration::from_millis(took_ms);
            let sign = match told {
                0 => Sign::Patience(429),
                1 => Sign::Silence,
                2 => Sign::None,
                _ => Sign::Answered(kind.to_string()),
            };
            desk.brake.learn(sign, begun, desk.now);
            let Allowance { in_flight, rests, page_rows } = desk.brake.allowance();
            prop_assert!((1..=limits.requests_in_flight_max).contains(&in_flight));
            prop_assert!(rests <= RESTS_MAX);
            prop_assert!((PAGE_ROWS_MIN..=limits.page_rows_max).contains(&page_rows));
            prop_assert_eq!(desk.is_free(), desk.brake.sentence().is_none());
            desk.now += Duration::from_millis(rest_ms);
        }
        let steps = u64::try_from(desk.brake.ladder.len()).unwrap();
        desk.answers_for(steps * (STEP_UP_MAX.as_secs() + 10), "0", 1);
        prop_assert!(desk.is_free());
    }

    #[test]
    fn answers_that_always_take_as_long_never_brake(ms in prop::collection::vec(0_u64..30_000, 1..5), gap_ms in 0_u64..120_000) {
        let mut desk = Desk::usual();
        for _ in 0..200 {
            for (kind, &ms) in ms.iter().enumerate() {
                desk.answers(&kind.to_string(), ms);
                prop_assert!(desk.is_free());
            }
            desk.now += Duration::from_millis(gap_ms);
        }
    }

    #[test]
    fn answers_that_stay_slow_after_a_calm_time_brake_without_swinging(calm_ms in 1_u64..500, times in 6_u64..40) {
        let mut desk = Desk::usual();
        desk.answers_for(60, "Ticket", calm_ms);
        let mut step = desk.brake.step;
        for _ in 0..600 {
            desk.answers("Ticket", calm_ms * times + 300);
            prop_assert!(desk.brake.step >= step);
            step = desk.brake.step;
        }
        prop_assert_eq!(step + 1, desk.brake.ladder.len());
    }
}
