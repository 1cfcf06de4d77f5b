//! Escalation levels: what should happen some time before or after a deadline.

use crate::{Compiled, MonthRule, Terms, glpi::Walker};

/// A level of an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The agreement's terms.
    pub terms: Terms,
    /// Seconds after the deadline; negative before it. A day is 86400.
    pub execution_time: i64,
}

impl Level {
    /// When GLPI lets the level act: the deadline walked with `execution_time` more, in the agreement's own mode, then
    /// moved by `waiting` in working hours.
    pub fn glpi(self, walker: &Walker<'_>, start: i64, waiting: i64) -> Option<i64> {
        let seconds = (self.terms.seconds() + self.execution_time).max(0);
        walker.deadline(self.terms, start, seconds, waiting)
    }

    /// The canonical instant: target, waiting and execution time in open seconds of `calendar`, not before `start`.
    pub fn canonical(self, calendar: &Compiled, start: i64, waiting: i64, months: MonthRule) -> Option<i64> {
        calendar.due(start, self.terms.target(calendar, start, months) + waiting + self.execution_time)
    }
}
