//! Counting outside a table: from the definition, skipping whole cycles of 400 years where nothing happens only once.

use std::ops::ControlFlow;

use super::{Compiled, INSTANT_MAX, stretches, stretches::settled};
use crate::zone::DAY;

/// The Gregorian calendar, weekdays included, repeats itself after 400 years.
const CYCLE: i64 = 146_097 * DAY;

impl Compiled {
    /// Open seconds in [from, to).
    pub(super) fn walk(&self, from: i64, to: i64) -> i64 {
        let (head, tail) = self.settled();
        let (head, tail) = (head.clamp(from, to.max(from)), tail.clamp(from, to.max(from)));
        self.in_cycles(0, from, head) + self.count(head, tail) + self.in_cycles(1, tail, to)
    }

    /// The earliest instant after `from` by which `seconds` (at least 1) open seconds have passed.
    pub(super) fn seek(&self, mut from: i64, mut seconds: i64) -> Option<i64> {
        if !self.versions.iter().any(|(_, calendar)| calendar.works()) {
            return None;
        }
        let (head, tail) = self.settled();
        if from < head {
            self.skip_cycles(0, &mut from, head, &mut seconds);
            let shift = ((head - from) / CYCLE - 1).max(0) * CYCLE;
            if shift > 0 {
                return self.reach(from + shift, from + shift + CYCLE, seconds).ok().map(|instant| instant - shift);
            }
        }
        if from < tail {
            match self.reach(from, tail, seconds) {
                Ok(instant) => return Some(instant),
                Err(left) => (from, seconds) = (tail, left),
            }
        }
        self.skip_cycles(1, &mut from, INSTANT_MAX, &mut seconds);
        // The cycle is counted where clocks and closings are settled; what lies beyond only looks like it.
        let cycle = tail + (from - tail).rem_euclid(CYCLE);
        self.reach(cycle, cycle + CYCLE, seconds).ok().map(|instant| instant + (from - cycle))
    }

    /// Leaves out the whole cycles from `from` that end before `limit` and before `seconds` have passed.
    fn skip_cycles(&self, side: usize, from: &mut i64, limit: i64, seconds: &mut i64) {
        let cycle = self.cycle(side);
        let room = (limit - *from).div_euclid(CYCLE).max(0);
        let full = if cycle == 0 { if side == 0 { room } else { 0 } } else { room.min((*seconds - 1) / cycle) };
        *from += full * CYCLE;
        *seconds -= full * cycle;
    }

    fn in_cycles(&self, side: usize, from: i64, to: i64) -> i64 {
        if to <= from {
            return 0;
        }
        let (full, rest) = ((to - from) / CYCLE, (to - from) % CYCLE);
        let cycles = if full == 0 { 0 } else { full * self.cycle(side) };
        if rest == 0 {
            return cycles;
        }
        let (head, tail) = self.settled();
        let start = if side == 0 {
            head - CYCLE - (head - from).rem_euclid(CYCLE)
        } else {
            tail + (from - tail).rem_euclid(CYCLE)
        };
        cycles + self.count(start, start + rest)
    }

    /// Open seconds of 400 settled years, before (0) or after (1) all that happens once.
    fn cycle(&self, side: usize) -> i64 {
        let (head, tail) = self.settled();
        let start = if side == 0 { head - CYCLE } else { tail };
        *self.cycles[side].get_or_init(|| self.count(start, start + CYCLE))
    }

    fn settled(&self) -> (i64, i64) {
        settled(&self.versions)
    }

    fn count(&self, from: i64, to: i64) -> i64 {
        let mut open = 0;
        let _: ControlFlow<()> = stretches(&self.versions, from..to, true, &mut |begin, end| {
            open += end - begin;
            ControlFlow::Continue(())
        });
        open
    }

    /// The instant in (from, to] by which `seconds` have passed, or the seconds still missing at `to`.
    fn reach(&self, from: i64, to: i64, seconds: i64) -> Result<i64, i64> {
        let mut left = seconds;
        let found = stretches(&self.versions, from..to, true, &mut |begin, end| {
            if left <= end - begin {
                return ControlFlow::Break(begin + left);
            }
            left -= end - begin;
            ControlFlow::Continue(())
        });
        match found {
            ControlFlow::Break(instant) => Ok(instant),
            ControlFlow::Continue(()) => Err(left),
        }
    }
}
