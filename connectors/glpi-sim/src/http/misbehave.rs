//! Misbehave: a server that does wrong, now and then, as a seed decides.
//!
//! Each call that comes draws whether something is done to it, and what. Some misdeeds last: a right that is lost and a clock
//! that is wrong stay so for the next few calls.

mod bodies;
mod misdeed;
mod refusals;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use poem::Response;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::clock::Clock;
use crate::rows::Seconds;

use super::answer::Answer;
use super::options::Options;

pub use misdeed::Misdeed;

/// A hanging call is answered after this long, when no client waits any more.
const HANG: Duration = Duration::from_mins(2);
/// A lost right comes back after at most so many calls that needed it.
const DENIED_CALLS_MAX: u32 = 20;
/// A wrong clock is right again after at most so many calls.
const WRONG_CLOCK_CALLS_MAX: u32 = 40;
/// A wrong clock is wrong by up to this.
const WRONG_CLOCK_S_MAX: Seconds = 7_200;

/// How a server misbehaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misbehaviour {
    /// Decides every chance.
    pub seed: u64,
    /// Calls of a thousand to which something is done.
    pub per_thousand: u32,
    /// What may be done.
    pub kinds: BTreeSet<Misdeed>,
}

impl Misbehaviour {
    /// Everything there is, from `seed`.
    pub fn all(seed: u64, per_thousand: u32) -> Self {
        Self { seed, per_thousand, kinds: Misdeed::ALL.into_iter().collect() }
    }
}

/// Who decides what is done to the calls, in the order they come.
#[derive(Debug)]
pub(super) struct Mischief {
    dice: SmallRng,
    per_thousand: u32,
    kinds: Vec<Misdeed>,
    /// Rights that are lost, each with the calls that still miss it.
    denied: BTreeMap<String, u32>,
    wrong_clock: Option<WrongClock>,
}

#[derive(Debug, Clone, Copy)]
struct WrongClock {
    ahead_s: Seconds,
    /// Whether GLPI's own clock is wrong too, not only that of the headers.
    is_inner: bool,
    calls_left: u32,
}

/// What is done to one call.
#[derive(Debug, Clone)]
pub(super) struct Deed {
    kind: Misdeed,
    dice: SmallRng,
}

impl Mischief {
    pub(super) fn new(plan: &Misbehaviour) -> Self {
        Self {
            dice: SmallRng::seed_from_u64(plan.seed),
            per_thousand: plan.per_thousand.min(1_000),
            kinds: plan.kinds.iter().copied().collect(),
            denied: BTreeMap::new(),
            wrong_clock: None,
        }
    }

    /// Decides about a call for `segments`. What lasts shows in `options`, by which the call is answered.
    pub(super) fn decide(&mut self, segments: &[String], options: &mut Options) -> Option<Deed> {
        let deed = self.draw();
        match &deed {
            Some(Deed { kind: Misdeed::RightLost, .. }) => self.deny(segments),
            Some(Deed { kind: kind @ (Misdeed::ClockWrong | Misdeed::HeaderClockWrong), .. }) => {
                let ahead_s = self.dice.random_range(-WRONG_CLOCK_S_MAX..=WRONG_CLOCK_S_MAX);
                let calls_left = self.dice.random_range(1..=WRONG_CLOCK_CALLS_MAX);
                self.wrong_clock = Some(WrongClock { ahead_s, is_inner: *kind == Misdeed::ClockWrong, calls_left });
            }
            _ => {}
        }
        self.keep_on(segments, options);
        deed
    }

    fn draw(&mut self) -> Option<Deed> {
        let is_hit = self.dice.random_range(0..1_000) < self.per_thousand;
        if !is_hit || self.kinds.is_empty() {
            return None;
        }
        let kind = self.kinds[self.dice.random_range(0..self.kinds.len())];
        Some(Deed { kind, dice: SmallRng::seed_from_u64(self.dice.random()) })
    }

    fn deny(&mut self, segments: &[String]) {
        if let Some(itemtype) = itemtype(segments) {
            self.denied.insert(itemtype.to_owned(), self.dice.random_range(1..=DENIED_CALLS_MAX));
        }
    }

    /// Lets what lasts be felt by this call.
    fn keep_on(&mut self, segments: &[String], options: &mut Options) {
        options.denied.extend(self.denied.keys().cloned());
        if let Some((itemtype, left)) = itemtype(segments).and_then(|itemtype| self.denied.get_key_value(itemtype)) {
            let (itemtype, left) = (itemtype.clone(), left.saturating_sub(1));
            if left == 0 {
                self.denied.remove(&itemtype);
            } else {
                self.denied.insert(itemtype, left);
            }
        }
        if let Some(clock) = &mut self.wrong_clock {
            if clock.is_inner {
                options.clock = Clock::still(options.clock.now() + clock.ahead_s);
            } else {
                options.proxy_ahead_s += clock.ahead_s;
            }
            clock.calls_left -= 1;
        }
        self.wrong_clock = self.wrong_clock.filter(|clock| clock.calls_left > 0);
    }
}

impl Deed {
    /// What it is.
    pub(super) const fn kind(&self) -> Misdeed {
        self.kind
    }

    /// Whether the caller for `segments` has anything of it; `is_other` says whether his answer became another one.
    pub(super) fn is_felt(&self, segments: &[String], is_other: bool) -> bool {
        match self.kind {
            Misdeed::RightLost => itemtype(segments).is_some(),
            // Felt while it was waited for.
            Misdeed::Slow | Misdeed::Hang => false,
            Misdeed::SessionLost
            | Misdeed::SqlText
            | Misdeed::TruncatedJson
            | Misdeed::HugeField
            | Misdeed::ColumnsAdded
            | Misdeed::TextColumnMissing
            | Misdeed::ColumnMissing => is_other,
            _ => true,
        }
    }

    /// Whether the connection is refused.
    pub(super) fn refuses(&self) -> bool {
        self.kind == Misdeed::Refused
    }

    /// Whether all sessions end before the call.
    pub(super) fn ends_sessions(&self) -> bool {
        self.kind == Misdeed::SessionLost
    }

    /// How long the call waits for its answer.
    pub(super) fn wait(&mut self) -> Duration {
        match self.kind {
            Misdeed::Slow => Duration::from_millis(self.dice.random_range(100..=5_000)),
            Misdeed::Hang => HANG,
            _ => Duration::ZERO,
        }
    }

    /// The answer in GLPI's place, at `now`.
    pub(super) fn instead(&mut self, now: Seconds) -> Option<Answer> {
        refusals::instead(self.kind, now, &mut self.dice)
    }

    /// The right answer to a call for `segments`, spoilt.
    pub(super) fn spoil(&mut self, segments: &[String], answer: Answer) -> Answer {
        match self.kind {
            Misdeed::SqlText => refusals::after_sql_text(answer, &mut self.dice),
            Misdeed::TruncatedJson => bodies::truncated(answer, &mut self.dice),
            Misdeed::HugeField | Misdeed::ColumnsAdded | Misdeed::TextColumnMissing | Misdeed::ColumnMissing => {
                rows::spoil(self.kind, segments, answer, &mut self.dice)
            }
            _ => answer,
        }
    }

    /// The response as it goes out.
    pub(super) fn send(mut self, response: Response, takes_gzip: bool) -> Response {
        match self.kind {
            Misdeed::Refused => bodies::cut(response, 0),
            Misdeed::Cut => bodies::cut_anywhere(response, &mut self.dice),
            Misdeed::Bomb => bodies::bomb(response, takes_gzip),
            Misdeed::Drip => bodies::drip(response),
            _ => response,
        }
    }
}

/// The item type whose right decides about a call.
fn itemtype(segments: &[String]) -> Option<&str> {
    const RESOURCES: [&str; 4] = ["search", "listSearchOptions", "getMultipleItems", "initSession"];
    let name = segments.iter().rev().map(String::as_str).find(|part| part.parse::<i64>().is_err())?;
    // Only what PHP calls by a class: actions begin in lower case.
    let is_class = name.starts_with(|first: char| first.is_ascii_uppercase()) && !RESOURCES.contains(&name);
    is_class.then_some(name)
}
