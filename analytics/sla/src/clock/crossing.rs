//! The instants at which a clock has used up parts of its target.

use super::Clock;
use crate::{Calendars, Error};

/// One part of a target and when it is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing {
    /// The part, in percent.
    pub percent: u32,
    /// The first whole second at which elapsed x 100 is at least target x percent; none if that never comes.
    pub at: Option<i64>,
}

impl Clock {
    /// When each of `percents` of the target was or will be used up.
    ///
    /// What lies ahead is known only while the clock runs: a paused or ended clock has no instant for it.
    pub fn crossings(&self, percents: &[u32], calendars: &Calendars) -> Result<Vec<Crossing>, Error> {
        percents
            .iter()
            .map(|percent| Ok(Crossing { percent: *percent, at: self.crossing(*percent, calendars)? }))
            .collect()
    }

    fn crossing(&self, percent: u32, calendars: &Calendars) -> Result<Option<i64>, Error> {
        let needed = (i128::from(self.target) * i128::from(percent)).div_euclid(100);
        let exact = i128::from(self.target) * i128::from(percent) % 100 == 0;
        let needed = i64::try_from(needed).unwrap_or(i64::MAX) + i64::from(!exact);
        let mut before = 0;
        for interval in self.intervals.iter().filter(|interval| interval.counts) {
            if interval.running_sum >= needed {
                return Ok(calendars.get(interval.calendar)?.due(interval.from, needed - before));
            }
            before = interval.running_sum;
        }
        if !self.runs {
            return Ok(None);
        }
        let at = self.intervals.last().map_or(self.start, |last| last.to);
        Ok(calendars.get(self.calendar)?.due(at, needed - self.elapsed))
    }
}
