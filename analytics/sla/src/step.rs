//! Steps: what happened to a ticket, as far as its clocks care.

use serde::{Deserialize, Serialize};

use crate::{Agreement, Kind};

/// A ticket's status, by GLPI's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Status(pub u8);

impl Status {
    /// New.
    pub const NEW: Self = Self(1);
    /// Processing, assigned.
    pub const ASSIGNED: Self = Self(2);
    /// Processing, planned.
    pub const PLANNED: Self = Self(3);
    /// Pending.
    pub const PENDING: Self = Self(4);
    /// Solved.
    pub const SOLVED: Self = Self(5);
    /// Closed.
    pub const CLOSED: Self = Self(6);

    /// Whether work on the ticket is over; every number but solved and closed is open.
    pub fn is_over(self) -> bool {
        self == Self::SOLVED || self == Self::CLOSED
    }
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    /// The ticket was opened at this instant; again when the opening date was edited.
    Opened(i64),
    /// The status became this one: pending, solved, reopened, closed.
    Status(Status),
    /// Somebody or a group was assigned.
    Assigned,
    /// The ticket was taken into account.
    TakenIntoAccount,
    /// A promise was made; it replaces an earlier one of its kind.
    Attached(Agreement),
    /// The promise of this kind was taken back.
    Detached(Kind),
    /// The promise of this kind starts anew.
    Reset(Kind),
    /// The reason for which the ticket waits, if any.
    Pending(Option<u64>),
    /// The ticket's entity works by this calendar, or by none.
    Calendar(Option<u64>),
}

/// One thing that happened to a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When it happened.
    pub at: i64,
    /// What it was.
    pub what: What,
}

impl Step {
    /// A step at instant `at`.
    pub fn new(at: i64, what: What) -> Self {
        Self { at, what }
    }
}

/// The steps until `now`, by time; steps of one second keep their order.
pub(crate) fn until(steps: &[Step], now: i64) -> Vec<Step> {
    let mut known: Vec<Step> = steps.iter().filter(|step| step.at <= now).copied().collect();
    known.sort_by_key(|step| step.at);
    known
}
