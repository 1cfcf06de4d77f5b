//! The brake: a server that answers slower than it does when it is calm is asked for less.
//!
//! Pure: it is told the time, how long which kind of request took and how it ended, and says how much may be asked. Each
//! step down halves something: first the requests at the same time, then the rate, then the rows of a page. Each step up
//! comes after a while of calm answers, and later where the last one came too early. It never asks for nothing, and never
//! for more than the limits.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use super::config::{Limits, PAGE_ROWS_MIN};
use super::pace::{Pace, Speed};

/// After an answer nothing is asked for at most so many times as long as it took: a quarter of the rate.
const RESTS_MAX: u32 = 3;
/// Pages are made smaller down to this part: small ones cost a server more for each row.
const PAGE_PARTS_MAX: u32 = 8;
/// Two steps down are at least this far apart.
const STEP_DOWN: Duration = Duration::from_secs(2);
/// A step up comes after this long without a slow answer.
const STEP_UP_MIN: Duration = Duration::from_secs(15);
/// The same where steps up were followed by slow answers again and again.
const STEP_UP_MAX: Duration = Duration::from_mins(4);
/// Kinds of requests that are told apart; there are far fewer.
const KINDS_MAX: usize = 1_000;

/// How much may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Allowance {
    /// Requests at the same time.
    pub(crate) in_flight: usize,
    /// After an answer nothing is asked for so many times as long as it took.
    pub(crate) rests: u32,
    /// Rows of one page.
    pub(crate) page_rows: u32,
}

/// What a request told of the server's load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sign {
    /// A good answer to a request of this kind.
    Answered(String),
    /// The server asked for patience, by this status.
    Patience(u16),
    /// No answer came in time.
    Silence,
    /// Nothing.
    None,
}

/// Why less is asked.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cause {
    /// Answers take so many seconds, and so many when the server is calm.
    Slow {
        seconds: f64,
        calm_seconds: f64,
    },
    Patience(u16),
    Silence,
}

#[derive(Debug)]
pub(crate) struct Brake {
    /// What is allowed at each step, the limits first.
    ladder: Vec<Allowance>,
    step: usize,
    paces: BTreeMap<String, Pace>,
    cause: Option<Cause>,
    /// When the allowance last changed: what was asked before tells nothing of it.
    changed_at: Option<Instant>,
    /// When the server was last found slow.
    slow_at: Option<Instant>,
    /// When the last step was taken, where it went up.
    grown_at: Option<Instant>,
    /// How long a step up waits.
    step_up: Duration,
}

impl Allowance {
    fn of(limits: &Limits) -> Self {
        Self { in_flight: limits.requests_in_flight_max, rests: 0, page_rows: limits.page_rows_max }
    }

    /// Half of it; nothing where it is the least.
    fn halved(self, limits: &Limits) -> Option<Self> {
        let page_rows_min = (limits.page_rows_max / PAGE_PARTS_MAX).max(PAGE_ROWS_MIN).min(limits.page_rows_max);
        if self.in_flight > 1 {
            Some(Self { in_flight: self.in_flight / 2, ..self })
        } else if self.rests < RESTS_MAX {
            Some(Self { rests: self.rests * 2 + 1, ..self })
        } else if self.page_rows > page_rows_min {
            Some(Self { page_rows: (self.page_rows / 2).max(page_rows_min), ..self })
        } else {
            None
        }
    }
}

impl Brake {
    pub(crate) fn new(limits: &Limits) -> Self {
        let ladder = std::iter::successors(Some(Allowance::of(limits)), |allowance| allowance.halved(limits)).collect();
        Self {
            ladder,
            step: 0,
            paces: BTreeMap::new(),
            cause: None,
            changed_at: None,
            slow_at: None,
            grown_at: None,
            step_up: STEP_UP_MIN,
        }
    }

    /// How much may be asked now.
    pub(crate) fn allowance(&self) -> Allowance {
        self.ladder[self.step]
    }

    /// Learns what a request that was sent at `begun` told at `now`.
    pub(crate) fn learn(&mut self, sign: Sign, begun: Instant, now: Instant) {
        if self.changed_at.is_some_and(|changed| begun < changed) {
            return;
        }
        match sign {
            Sign::Answered(kind) => self.answered(kind, now.saturating_duration_since(begun), now),
            Sign::Patience(status) => self.step_down(Cause::Patience(status), now),
            Sign::Silence => self.step_down(Cause::Silence, now),
            Sign::None => {}
        }
    }

    fn answered(&mut self, kind: String, took: Duration, now: Instant) {
        if self.paces.len() >= KINDS_MAX && !self.paces.contains_key(&kind) {
            self.paces.clear();
        }
        let is_braked = self.step > 0;
        let pace = self.paces.entry(kind).or_default();
        pace.learn(took, now, is_braked);
        match pace.speed() {
            Speed::Slow { seconds, calm_seconds } => self.step_down(Cause::Slow { seconds, calm_seconds }, now),
            Speed::Calm if is_braked => self.step_up(now),
            Speed::Calm | Speed::Unclear => {}
        }
    }

    fn step_down(&mut self, cause: Cause, now: Instant) {
        (self.slow_at, self.cause) = (Some(now), Some(cause));
        let is_early = self.changed_at.is_some_and(|changed| now < changed + STEP_DOWN);
        if is_early || self.step + 1 >= self.ladder.len() {
            return;
        }
        if let Some(grown) = self.grown_at.take() {
            let is_relapse = now < grown + self.step_up * 2;
            self.step_up = if is_relapse { (self.step_up * 2).min(STEP_UP_MAX) } else { STEP_UP_MIN };
        }
        self.step += 1;
        self.change(now);
    }

    fn step_up(&mut self, now: Instant) {
        let since = self.changed_at.max(self.slow_at);
        if since.is_some_and(|since| now < since + self.step_up) {
            return;
        }
        self.step -= 1;
        self.grown_at = Some(now);
        self.change(now);
        if self.step == 0 {
            self.cause = None;
        }
    }

    fn change(&mut self, now: Instant) {
        self.changed_at = Some(now);
        self.paces.values_mut().for_each(Pace::forget_latest);
    }

    /// What is held back and why, in a sentence; nothing while nothing is.
    pub(crate) fn sentence(&self) -> Option<String> {
        let cause = self.cause.filter(|_| self.step > 0)?;
        Some(format!("{cause}: asking for {}", self.allowance()))
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slow { seconds, calm_seconds } => {
                write!(f, "GLPI answers slowly ({seconds:.1} s, {calm_seconds:.1} s when calm)")
            }
            Self::Patience(status) => write!(f, "GLPI asked for patience (status {status})"),
            Self::Silence => f.write_str("GLPI did not answer in time"),
        }
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { in_flight, rests, page_rows } = self;
        match rests {
            0 if *in_flight == 1 => f.write_str("1 page at a time"),
            0 => write!(f, "{in_flight} pages at a time"),
            1 => write!(f, "1 page of {page_rows} rows at a time, with a rest as long as its answer took"),
            _ => {
                write!(f, "1 page of {page_rows} rows at a time, with a rest {rests} times as long as its answer took")
            }
        }
    }
}

#[cfg(test)]
mod tests;
