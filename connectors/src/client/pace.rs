//! Pace: how long one kind of request takes, of late and when the server is calm.
//!
//! Pure. Each kind is held against itself, so a kind that is slow by nature is not slow.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// Answers that say how it is of late.
const LATEST: usize = 5;
/// Fewer say nothing.
const LATEST_MIN: usize = 3;
/// The first answers, whose mean is where the calm pace begins.
const FIRST: u32 = 5;
/// Nobody minds that so short an answer becomes longer.
const CALM_S_MIN: f64 = 0.02;
/// The calm pace doubles or halves in this time at most: what lasts for hours is normal.
const DRIFT_S: f64 = 3_600.0;
/// The same while less is asked: what is slow now should not soon count as normal.
const DRIFT_BRAKED_S: f64 = 4.0 * DRIFT_S;
/// So much of the time between two answers counts for the drift.
const GAP_S_MAX: f64 = 60.0;
/// An answer is slow that takes more than so many times the calm pace, and a margin.
const SLOW_TIMES: f64 = 2.0;
const SLOW_MARGIN_S: f64 = 0.2;
/// It is calm below so many times the calm pace, and a margin. What is between the two changes nothing.
const CALM_TIMES: f64 = 1.5;
const CALM_MARGIN_S: f64 = 0.1;

/// How long one kind of request takes.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Seconds of the middle answer when the server is calm.
    calm_s: f64,
    /// Answers seen, up to the first few.
    seen: u32,
    seen_at: Option<Instant>,
    /// Seconds of the latest answers.
    latest: VecDeque<f64>,
}

/// How the latest answers compare with the calm pace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Speed {
    /// Nearly all of them took much longer.
    Slow { seconds: f64, calm_seconds: f64 },
    /// Most of them took about as long.
    Calm,
    /// Neither, or too few are known.
    Unclear,
}

impl Pace {
    /// Learns that an answer at `now` took so long. While less is asked than usual, what is quick tells nothing of the
    /// calm pace.
    pub(crate) fn learn(&mut self, took: Duration, now: Instant, is_braked: bool) {
        let took_s = took.as_secs_f64();
        let gap_s = self.seen_at.map_or(0.0, |seen| now.saturating_duration_since(seen).as_secs_f64().min(GAP_S_MAX));
        self.seen_at = Some(now);
        if self.seen < FIRST && !(is_braked && self.seen > 0) {
            self.seen += 1;
            self.calm_s += (took_s - self.calm_s) / f64::from(self.seen);
        } else if took_s > self.calm_s {
            let drift_s = if is_braked { DRIFT_BRAKED_S } else { DRIFT_S };
            self.calm_s = (self.calm_s.max(CALM_S_MIN) * (gap_s / drift_s).exp2()).min(took_s.max(CALM_S_MIN));
        } else if !is_braked {
            self.calm_s = (self.calm_s / (gap_s / DRIFT_S).exp2()).max(took_s);
        }
        if self.latest.len() == LATEST {
            self.latest.pop_front();
        }
        self.latest.push_back(took_s);
    }

    /// Forgets the latest answers, but not the calm pace.
    pub(crate) fn forget_latest(&mut self) {
        self.latest.clear();
    }

    /// How the latest answers compare with the calm pace.
    pub(crate) fn speed(&self) -> Speed {
        if self.latest.len() < LATEST_MIN {
            return Speed::Unclear;
        }
        let mut sorted: Vec<f64> = self.latest.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        let calm_seconds = self.calm_s.max(CALM_S_MIN);
        // Load makes even quick answers slow; where only some are slow, it is something about them.
        let quick = sorted[(sorted.len() - LATEST_MIN).div_ceil(2)];
        let middle = sorted[sorted.len() / 2];
        if quick > calm_seconds * SLOW_TIMES + SLOW_MARGIN_S {
            Speed::Slow { seconds: middle, calm_seconds }
        } else if middle <= calm_seconds * CALM_TIMES + CALM_MARGIN_S {
            Speed::Calm
        } else {
            Speed::Unclear
        }
    }
}
