//! The circuit breaker: after too many failures in a row a server is left alone, and one probe at a time asks whether
//! it came back.
//!
//! Pure: it is told the time and what happened, and says who may call.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

/// What the breaker lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Every call.
    Closed,
    /// No call.
    Open,
    /// Exactly one call, now under way.
    HalfOpen,
}

impl fmt::Display for BreakerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
        })
    }
}

/// How a call was let through; its end is told with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    /// One of many.
    Ordinary,
    /// The one that decides.
    Probe,
}

/// Why a call is not let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// None has a chance for so long.
    For(Duration),
    /// The probe under way decides.
    UntilProbed,
}

/// How a call ended, as far as the health of the server is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The server answered, be it with a refusal.
    Answered,
    /// The server did not answer as a healthy one does.
    Failed,
    /// The caller gave up before the end.
    Abandoned,
    /// It never left this machine, which says nothing of the server.
    Unsent,
}

#[derive(Debug)]
pub(crate) struct Breaker {
    failures_max: u32,
    probe_interval: Duration,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { probe_at: Instant },
    HalfOpen { since: Instant },
}

impl Breaker {
    pub(crate) fn new(failures_max: u32, probe_interval: Duration) -> Self {
        Self { failures_max, probe_interval, state: State::Closed { failures: 0 } }
    }

    pub(crate) fn state(&self) -> BreakerState {
        match self.state {
            State::Closed { .. } => BreakerState::Closed,
            State::Open { .. } => BreakerState::Open,
            State::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// Lets a call through, or says what it has to wait for.
    pub(crate) fn admit(&mut self, now: Instant) -> Result<Admission, Refusal> {
        match self.state {
            State::Closed { .. } => Ok(Admission::Ordinary),
            State::Open { probe_at } if now >= probe_at => {
                self.state = State::HalfOpen { since: now };
                Ok(Admission::Probe)
            }
            State::Open { probe_at } => Err(Refusal::For(probe_at - now)),
            State::HalfOpen { .. } => Err(Refusal::UntilProbed),
        }
    }

    /// Learns how an admitted call ended. Answers whether this opened the breaker.
    pub(crate) fn learn(&mut self, admission: Admission, outcome: Outcome, now: Instant) -> bool {
        match (outcome, self.state, admission) {
            // A late answer of an earlier call proves life just as well as a probe.
            (Outcome::Answered, _, _) => self.state = State::Closed { failures: 0 },
            (Outcome::Failed, State::Closed { failures }, _) if failures + 1 < self.failures_max => {
                self.state = State::Closed { failures: failures + 1 };
            }
            (Outcome::Failed, State::Closed { .. }, _)
            | (Outcome::Failed, State::HalfOpen { .. }, Admission::Probe) => {
                self.state = State::Open { probe_at: now + self.probe_interval };
                return true;
            }
            // A probe that nobody waited for counts as made: the next one keeps its distance to it.
            (Outcome::Abandoned, State::HalfOpen { since }, Admission::Probe) => {
                self.state = State::Open { probe_at: since + self.probe_interval };
            }
            // The server was not asked: it may be at once.
            (Outcome::Unsent, State::HalfOpen { .. }, Admission::Probe) => self.state = State::Open { probe_at: now },
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    const INTERVAL: Duration = Duration::from_secs(30);

    fn open_breaker(now: Instant) -> Breaker {
        let mut breaker = Breaker::new(3, INTERVAL);
        for _ in 0..3 {
            let admission = breaker.admit(now).unwrap();
            breaker.learn(admission, Outcome::Failed, now);
        }
        breaker
    }

    #[test]
    fn only_failures_in_a_row_open_the_breaker() {
        let now = Instant::now();
        let mut breaker = Breaker::new(3, INTERVAL);
        for outcome in [Outcome::Failed, Outcome::Failed, Outcome::Answered, Outcome::Failed, Outcome::Failed] {
            assert!(!breaker.learn(Admission::Ordinary, outcome, now));
        }
        assert_eq!(breaker.state(), BreakerState::Closed);
        assert!(breaker.learn(Admission::Ordinary, Outcome::Failed, now));
        assert_eq!(breaker.state(), BreakerState::Open);
    }

    #[test]
    fn a_desk_that_is_away_gets_one_probe_per_interval() {
        let start = Instant::now();
        let mut breaker = open_breaker(start);
        let mut probes = 0;
        for second in 0..300 {
            let now = start + Duration::from_secs(second);
            if let Ok(admission) = breaker.admit(now) {
                assert_eq!(admission, Admission::Probe);
                assert!(breaker.admit(now).is_err(), "a second caller beside the probe");
                breaker.learn(admission, Outcome::Failed, now);
                probes += 1;
            }
        }
        assert_eq!(probes, 9);
    }

    #[test]
    fn a_probe_that_is_answered_lets_everybody_through() {
        let start = Instant::now();
        let mut breaker = open_breaker(start);
        let probe = breaker.admit(start + INTERVAL).unwrap();
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        breaker.learn(probe, Outcome::Answered, start + INTERVAL);
        assert_eq!(breaker.admit(start + INTERVAL), Ok(Admission::Ordinary));
    }

    #[test]
    fn a_probe_nobody_waited_for_does_not_block_the_next() {
        let start = Instant::now();
        let mut breaker = open_breaker(start);
        let probe = breaker.admit(start + INTERVAL).unwrap();
        breaker.learn(probe, Outcome::Abandoned, start + INTERVAL);
        assert!(breaker.admit(start + INTERVAL).is_err());
        assert_eq!(breaker.admit(start + INTERVAL * 2), Ok(Admission::Probe));
    }

    #[test]
    fn what_never_left_this_machine_says_nothing_of_the_desk() {
        let start = Instant::now();
        let mut breaker = Breaker::new(3, INTERVAL);
        for _ in 0..10 {
            breaker.learn(Admission::Ordinary, Outcome::Unsent, start);
        }
        assert_eq!(breaker.state(), BreakerState::Closed);

        let mut breaker = open_breaker(start);
        let probe = breaker.admit(start + INTERVAL).unwrap();
        breaker.learn(probe, Outcome::Unsent, start + INTERVAL);
        assert_eq!(breaker.admit(start + INTERVAL), Ok(Admission::Probe));
    }

    #[test]
    fn whoever_comes_while_the_desk_is_probed_waits_for_the_outcome() {
        let start = Instant::now();
        let mut breaker = open_breaker(start);
        assert_eq!(breaker.admit(start), Err(Refusal::For(INTERVAL)));
        breaker.admit(start + INTERVAL).unwrap();
        assert_eq!(breaker.admit(start + INTERVAL * 3), Err(Refusal::UntilProbed));
    }

    #[test]
    fn late_failures_of_earlier_calls_do_not_move_the_probe() {
        let start = Instant::now();
        let mut breaker = open_breaker(start);
        breaker.learn(Admission::Ordinary, Outcome::Failed, start + INTERVAL / 2);
        assert_eq!(breaker.admit(start + INTERVAL), Ok(Admission::Probe));
        breaker.learn(Admission::Ordinary, Outcome::Failed, start + INTERVAL);
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
    }
}
