//! Clocks: one promise to one ticket, measured and explained interval by interval.

mod canonical;
mod crossing;
mod policy;
pub(crate) mod timeline;

use serde::{Deserialize, Serialize};

pub use self::{
    canonical::clocks,
    crossing::Crossing,
    policy::{Ownership, Policy},
};
use crate::{Kind, Status};

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Time is counted whenever its calendar is open.
    Running,
    /// Time is not counted.
    Paused,
    /// The promise was kept.
    Met,
    /// The promise was broken; for ever, whatever happens afterwards.
    Breached,
    /// The promise was taken back before it was kept or broken.
    Cancelled,
}

/// Why an interval counts or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// Work was due in this status.
    Working(Status),
    /// This status, for this reason, pauses the clock.
    Pending(Status, Option<u64>),
    /// The ticket was solved or closed and reopened later, or still is.
    Over(Status),
}

/// A stretch of a clock's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Its first instant.
    pub from: i64,
    /// The first instant after it.
    pub to: i64,
    /// Working seconds in it, by `calendar`, whether they count or not.
    pub seconds: i64,
    /// Why it counts or not.
    pub why: Why,
    /// Whether `seconds` were added to the clock.
    pub counts: bool,
    /// The clock after it.
    pub running_sum: i64,
    /// The calendar that counted; none is all hours.
    pub calendar: Option<u64>,
}

/// One promise to one ticket, as it stands at an instant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// What was promised.
    pub kind: Kind,
    /// The agreement's id.
    pub agreement: u64,
    /// From when time counts.
    pub start: i64,
    /// When the promise was made.
    pub attached: i64,
    /// When it was replaced by another or taken back.
    pub detached: Option<i64>,
    /// When it was kept, given up or taken back, if it was.
    pub stopped: Option<i64>,
    /// Whether time counts from now on, calendar permitting.
    pub runs: bool,
    /// Working seconds it gives.
    pub target: i64,
    /// Working seconds used.
    pub elapsed: i64,
    /// Working seconds paused.
    pub paused: i64,
    /// Working seconds during which the ticket was solved or closed before it was reopened.
    pub idle: i64,
    /// `target` less `elapsed`; negative once it is over.
    pub remaining: i64,
    /// When `target` is used up: the instant once it was, or the forecast while running; none while paused.
    pub due: Option<i64>,
    /// When `target` is used up if the clock ran from now on.
    pub projected_due: Option<i64>,
    /// How it stands.
    pub state: State,
    /// The due instant, once it passed while the clock ran.
    pub breached_at: Option<i64>,
    /// Working seconds over the target.
    pub over_by: i64,
    /// Its whole life.
    pub intervals: Vec<Interval>,
    /// The calendar that counts now; none is all hours.
    pub calendar: Option<u64>,
}
