//! A round: look for changed tickets, do some slow work, rest.

use schemas::Instant;

use super::Stepper;
use crate::source::cursor::{Step, Walk};

impl Stepper<'_, '_> {
    /// Begins a round.
    pub(super) fn begin_round(&mut self) -> Walk {
        self.place.round_watermark = Some(self.lagging_now());
        self.place.round_newest = None;
        Walk::default()
    }

    /// Ends a round: everything before its beginning has now been read.
    pub(super) fn end_round(&mut self) {
        let lag_s = i64::from(self.config.lag_s);
        let round_begun = self.place.round_watermark.map(|watermark| watermark.plus_seconds(lag_s));
        self.place.watermark = self.place.round_watermark.take();
        self.place.newest = self.place.round_newest.take();
        self.place.step = Step::Rest;
        self.outcome.watermark = self.place.watermark;
        // Changes from before this process can hide wherever it has not looked itself.
        let begun = &self.place.begun;
        let is_whole = [round_begun, begun.sweep, begun.surveys, begun.dimensions];
        self.outcome.caught_up = self.place.job.is_none()
            && !self.place.is_in_doubt
            && is_whole.into_iter().all(|begun| self.run.has_begun(begun));
        self.outcome.wait_ms = if self.place.job.is_some() { 0 } else { self.config.poll_interval_ms };
    }

    /// The server's clock, as far back as a change may still be on its way into the database.
    pub(super) fn lagging_now(&self) -> Instant {
        self.now.plus_seconds(-i64::from(self.config.lag_s))
    }
}
