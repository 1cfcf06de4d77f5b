//! A round: look for changed tickets, do some slow work, rest.

use schemas::Instant;

use super::Stepper;
use crate::source::cursor::{Step, Walk};

impl Stepper<'_, '_> {
    /// Begins a round.
    pub(super) fn begin_round(&mut self) -> Walk {
        self.place.round_watermark = Some(self.lagging_now());
        Walk::default()
    }

    /// Ends a round: everything before its beginning has now been read.
    pub(super) fn end_round(&mut self) {
        self.place.watermark = self.place.round_watermark.take();
        self.place.step = Step::Rest;
        self.outcome.watermark = self.place.watermark;
        // Before the first look at every id, what vanished during the backfill is not known.
        self.outcome.caught_up = self.place.is_swept;
        self.outcome.wait_ms = if self.place.job.is_some() { 0 } else { self.config.poll_interval_ms };
    }

    /// The server's clock, as far back as a change may still be on its way into the database.
    pub(super) fn lagging_now(&self) -> Instant {
        self.now.plus_seconds(-i64::from(self.config.lag_s))
    }
}
