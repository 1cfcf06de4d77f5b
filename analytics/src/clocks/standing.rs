//! One clock at an instant: what its row says, and what has passed since.

use sla::{Compiled, State};

/// A promise as its row has it. Instants and durations are seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) attached: i64,
    pub(crate) detached: Option<i64>,
    pub(crate) stopped: Option<i64>,
    pub(crate) running_since: Option<i64>,
    pub(crate) paused_since: Option<i64>,
    pub(crate) target: i64,
    pub(crate) elapsed: i64,
    pub(crate) paused: i64,
    pub(crate) due: Option<i64>,
}

/// The same at an instant after the ticket's last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct At {
    pub(crate) state: State,
    pub(crate) elapsed: i64,
    pub(crate) paused: i64,
    pub(crate) due: Option<i64>,
    pub(crate) breached: Option<i64>,
    pub(crate) over_by: i64,
}

impl Standing {
    /// How it stands at `now`, by the calendar that counts since the last step.
    pub(crate) fn at(&self, now: i64, calendar: &Compiled) -> At {
        let since = |from: Option<i64>| from.map_or(0, |from| calendar.between(from, now));
        let elapsed = self.elapsed + since(self.running_since);
        let over_by = (elapsed - self.target).max(0);
        let due = self.due(calendar);
        let state = match (over_by > 0, self.stopped, self.paused_since) {
            (true, ..) => State::Breached,
            // Kept in the second in which it is taken back is taken back.
            (_, Some(_), _) if self.stopped == self.detached => State::Cancelled,
            (_, Some(_), _) => State::Met,
            (_, None, Some(_)) => State::Paused,
            (_, None, None) => State::Running,
        };
        At {
            state,
            elapsed,
            paused: self.paused + since(self.paused_since),
            due,
            // Nothing can be broken before it is promised.
            breached: due.filter(|_| over_by > 0).map(|due| due.max(self.attached)),
            over_by,
        }
    }

    /// The row's own forecast knows no later version of the calendar: ahead, the calendar of now is asked.
    fn due(&self, calendar: &Compiled) -> Option<i64> {
        match self.running_since {
            Some(since) if self.elapsed < self.target => calendar.due(since, self.target - self.elapsed),
            _ => self.due,
        }
    }
}

impl At {
    /// The instant that decided it: broken, kept or taken back.
    pub(crate) fn concluded(&self, stopped: Option<i64>) -> Option<i64> {
        self.breached.or(stopped)
    }
}
