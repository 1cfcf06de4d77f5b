//! A value over time.

use schemas::Instant;

/// A value over time: each step holds from its instant until the next one's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Track<T> {
    steps: Vec<Step<T>>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step<T> {
    pub(super) at: Instant,
    pub(super) value: T,
    /// The value or its start is a conclusion, not something recorded.
    pub(super) is_inferred: bool,
}

impl<T: PartialEq> Track<T> {
    /// A track that holds `value` from `at` on.
    pub(super) fn new(at: Instant, value: T, is_inferred: bool) -> Self {
        Self { steps: vec![Step { at, value, is_inferred }] }
    }

    /// Holds `value` from `at` on. Time does not run backwards: an earlier `at` counts as that of the last step, which vanishes.
    pub(super) fn push(&mut self, at: Instant, value: T, is_inferred: bool) {
        match self.steps.last_mut() {
            Some(last) if at <= last.at => *last = Step { at: last.at, value, is_inferred },
            _ => self.steps.push(Step { at, value, is_inferred }),
        }
    }

    /// Marks the last step as a conclusion: something happened during it that nobody recorded.
    pub(super) fn doubt(&mut self) {
        if let Some(last) = self.steps.last_mut() {
            last.is_inferred = true;
        }
    }

    /// Makes the track end with `truth`. If it did not, an unrecorded change is put at `modified_at`, the latest moment it can
    /// have happened, and the answer is false.
    pub(super) fn settle(&mut self, truth: T, modified_at: Instant) -> bool {
        if self.last().is_some_and(|step| step.value == truth) {
            return true;
        }
        self.doubt();
        self.push(modified_at, truth, true);
        false
    }

    /// The last step.
    pub(super) fn last(&self) -> Option<&Step<T>> {
        self.steps.last()
    }

    /// The steps, in order.
    pub(super) fn steps(&self) -> &[Step<T>] {
        &self.steps
    }
}

/// Walks a track forwards.
pub(super) struct Walk<'a, T> {
    steps: &'a [Step<T>],
}

impl<'a, T> Walk<'a, T> {
    /// Starts at the first step, which every track has.
    pub(super) fn new(track: &'a Track<T>) -> Self {
        Self { steps: &track.steps }
    }

    /// The step that holds at `at`, no earlier than the last answer.
    pub(super) fn at(&mut self, at: Instant) -> &'a Step<T> {
        while self.steps.get(1).is_some_and(|next| next.at <= at) {
            self.steps = &self.steps[1..];
        }
        &self.steps[0]
    }
}
