//! Clocks: how promises to tickets stand at an instant, from the rows of `sla_clocks` and the desk's calendars.
//!
//! A row stands still at its ticket's last step; what has passed since is counted here, by the same arithmetic. Mode is
//! `canonical` throughout.

mod calendars;
mod functions;
mod plan;
mod recount;
mod spent;
mod standing;
mod steps;
#[cfg(test)]
mod tests;

pub(crate) use calendars::{Known, KnownCalendars};
pub(crate) use functions::{Live, number as state_number};
pub(crate) use plan::{AGREEMENT_KEY, CLOCK_NUMBER, agreement, in_state, is_kept, standing, used_percent, with_live};
pub(crate) use recount::{Counted, Recount, Recounted, Stretches, known as known_calendar};
pub(crate) use spent::{Seconds, Stretch, ids, spent, stretches};
pub(crate) use steps::{read as read_steps, steps_of};
