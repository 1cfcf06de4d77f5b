//! The rate: never more than so many requests within any second.
//!
//! Pure: it is told the time.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(crate) struct Rate {
    per_second_max: usize,
    /// When the latest requests were made, the oldest first.
    made: VecDeque<Instant>,
}

impl Rate {
    pub(crate) fn new(per_second_max: u32) -> Self {
        let per_second_max = usize::try_from(per_second_max).unwrap_or(usize::MAX).max(1);
        Self { per_second_max, made: VecDeque::new() }
    }

    /// When the next request may be made; nothing where that is now.
    pub(crate) fn next_at(&self, now: Instant) -> Option<Instant> {
        let oldest = self.made.front().filter(|_| self.made.len() >= self.per_second_max)?;
        Some(*oldest + SECOND).filter(|next| *next > now)
    }

    /// Learns that a request is made.
    pub(crate) fn make(&mut self, now: Instant) {
        if self.made.len() >= self.per_second_max {
            self.made.pop_front();
        }
        self.made.push_back(now);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_second_has_more_requests_than_allowed(max in 1_u32..20, gaps_ms in prop::collection::vec(0_u64..400, 1..200)) {
            let mut rate = Rate::new(max);
            let (mut now, mut made) = (Instant::now(), Vec::new());
            for gap in gaps_ms {
                now += Duration::from_millis(gap);
                now = rate.next_at(now).unwrap_or(now);
                prop_assert_eq!(rate.next_at(now), None);
                rate.make(now);
                made.push(now);
            }
            let max = max as usize;
            prop_assert!(made.windows(max + 1).all(|few| few[max] - few[0] >= SECOND));
        }
    }
}
