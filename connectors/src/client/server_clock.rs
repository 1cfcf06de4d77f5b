//! The server's clock, as far as its answers tell it.
//!
//! Pure: it is told what answers say, and the time of a clock that never jumps. Answers name whole seconds, some are late, and
//! those of another web server or a proxy may be wrong altogether. The middle of the latest ones is believed; those that
//! differ much from it are believed only when many in a row agree for a while.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

/// The latest answers, of which the middle one is believed.
const LATEST: usize = 9;
/// From so many answers on those that differ are doubted.
const SETTLED: usize = 5;
/// So many answers in a row have to agree that the clock was set.
const AGREEING: usize = 8;
/// Answers differ by up to this, beside the time that they took.
const DIFFERENCE_MS_MAX: i64 = 5_000;

#[derive(Debug)]
pub(crate) struct ServerClock {
    /// How long answers that differ have to agree.
    doubt: Duration,
    /// What `latest` counts from.
    origin: Option<(DateTime<Utc>, Instant)>,
    /// By how many milliseconds each of the latest answers was ahead of a clock that runs on from the origin.
    latest: VecDeque<i64>,
    /// The same of answers in a row that differ from these, and when the first of them came.
    doubted: VecDeque<i64>,
    doubted_since: Option<Instant>,
}

impl ServerClock {
    /// A clock that is believed to have been set when answers say so for as long as `doubt`.
    pub(crate) fn new(doubt: Duration) -> Self {
        Self { doubt, origin: None, latest: VecDeque::new(), doubted: VecDeque::new(), doubted_since: None }
    }

    /// An answer that took so long was dated `date`; it came at `now`.
    pub(crate) fn saw(&mut self, date: DateTime<Utc>, took: Duration, now: Instant) {
        let (origin, at) = *self.origin.get_or_insert((date, now));
        let ahead_ms = (date - origin).num_milliseconds() - milliseconds(now.saturating_duration_since(at));
        let tolerance_ms = DIFFERENCE_MS_MAX.saturating_add(milliseconds(took));
        let is_likely = |other: i64| ahead_ms.abs_diff(other) <= tolerance_ms.unsigned_abs();
        if self.latest.len() < SETTLED || self.middle_ms().is_none_or(is_likely) {
            self.doubted.clear();
            push(&mut self.latest, ahead_ms, LATEST);
            return;
        }
        if self.doubted.back().is_none_or(|&last| !is_likely(last)) {
            self.doubted.clear();
            self.doubted_since = Some(now);
        }
        push(&mut self.doubted, ahead_ms, AGREEING);
        let is_long = self.doubted_since.is_some_and(|since| now.saturating_duration_since(since) >= self.doubt);
        if is_long && (self.doubted.len() == AGREEING || self.doubt.is_zero()) {
            self.latest = std::mem::take(&mut self.doubted);
        }
    }

    /// What the server's clock says at `now`, once an answer told it.
    pub(crate) fn at(&self, now: Instant) -> Option<DateTime<Utc>> {
        let ((origin, at), ahead_ms) = (self.origin?, self.middle_ms()?);
        let passed = TimeDelta::from_std(now.saturating_duration_since(at)).ok()?;
        origin.checked_add_signed(passed)?.checked_add_signed(TimeDelta::milliseconds(ahead_ms))
    }

    fn middle_ms(&self) -> Option<i64> {
        let mut sorted: Vec<i64> = self.latest.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }
}

fn push(latest: &mut VecDeque<i64>, value: i64, max: usize) {
    if latest.len() == max {
        latest.pop_front();
    }
    latest.push_back(value);
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use proptest::prelude::*;

    use super::*;

    const DOUBT: Duration = Duration::from_secs(30);

    /// A server whose answers come every few seconds, dated by a clock that is ahead of the true one.
    struct Server {
        clock: ServerClock,
        begun: Instant,
        passed_s: i64,
    }

    impl Server {
        fn new() -> Self {
            Self { clock: ServerClock::new(DOUBT), begun: Instant::now(), passed_s: 0 }
        }

        fn now(&self) -> Instant {
            self.begun + Duration::from_secs(self.passed_s.unsigned_abs())
        }

        fn answers(&mut self, ahead_s: i64) {
            self.passed_s += 3;
            let date = DateTime::UNIX_EPOCH + TimeDelta::seconds(self.passed_s + ahead_s);
            self.clock.saw(date, Duration::from_millis(200), self.now());
        }

        /// Seconds that the clock is ahead of the true one.
        fn ahead_s(&self) -> i64 {
            (self.clock.at(self.now()).unwrap() - DateTime::UNIX_EPOCH).num_seconds() - self.passed_s
        }
    }

    #[test]
    fn a_few_answers_with_a_wrong_date_do_not_move_the_clock() {
        let mut server = Server::new();
        assert_eq!(server.clock.at(server.now()), None);
        (0..20).for_each(|_| server.answers(0));
        for wrong in [7_200, 7_200, 7_200, -7_200, -7_200, 400, 7_200] {
            server.answers(wrong);
            assert_eq!(server.ahead_s(), 0);
        }
        (0..30).for_each(|turn| server.answers(if turn % 4 == 0 { 0 } else { -300 }));
        assert_eq!(server.ahead_s(), 0, "two web servers, one of them late");
    }

    #[test]
    fn a_wrong_date_at_the_very_start_is_outvoted() {
        let mut server = Server::new();
        server.answers(7_200);
        (0..2).for_each(|_| server.answers(0));
        assert_eq!(server.ahead_s(), 0);
        (0..20).for_each(|_| server.answers(0));
        assert_eq!(server.ahead_s(), 0);
    }

    #[test]
    fn a_clock_that_was_set_is_believed_after_a_while() {
        for jump_s in [-3_600, 3_600] {
            let mut server = Server::new();
            (0..20).for_each(|_| server.answers(0));
            (0..5).for_each(|_| server.answers(jump_s));
            assert_eq!(server.ahead_s(), 0);
            (0..10).for_each(|_| server.answers(jump_s));
            assert_eq!(server.ahead_s(), jump_s);
        }
    }

    #[test]
    fn many_wrong_answers_within_a_moment_are_not_enough() {
        let mut server = Server::new();
        (0..20).for_each(|_| server.answers(0));
        let date = DateTime::UNIX_EPOCH + TimeDelta::hours(9);
        (0..1_000).for_each(|_| server.clock.saw(date, Duration::ZERO, server.now()));
        assert_eq!(server.ahead_s(), 0);
    }

    proptest! {
        #[test]
        fn late_answers_and_drift_leave_the_clock_within_seconds(late_ms in prop::collection::vec(0_u64..20_000, 30..200), ppm in -200_i64..200) {
            let (begun, mut clock) = (Instant::now(), ServerClock::new(DOUBT));
            let mut passed = Duration::ZERO;
            for (turn, late) in late_ms.into_iter().enumerate() {
                // Every third answer is slow; its date was written before it was on its way.
                let late = Duration::from_millis(if turn % 3 == 0 { late } else { 0 });
                let true_ms = |passed: Duration| milliseconds(passed) * (1_000_000 + ppm) / 1_000_000;
                let written = passed;
                passed += late + Duration::from_secs(10);
                let came = written + late;
                clock.saw(DateTime::UNIX_EPOCH + TimeDelta::seconds(true_ms(written) / 1_000), late, begun + came);
                let told = clock.at(begun + came).unwrap();
                if turn > SETTLED {
                    prop_assert!((told.timestamp_millis() - true_ms(came)).abs() < 3_000);
                }
            }
        }
    }
}
