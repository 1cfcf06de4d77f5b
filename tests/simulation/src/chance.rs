//! Chance: every decision of a simulated world, from its seed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand::{Rng as _, RngCore as _, SeedableRng as _, rngs::SmallRng};

/// A stream of decisions; clones go on in the same stream.
#[derive(Clone, Debug)]
pub struct Chance(Arc<Mutex<SmallRng>>);

impl Chance {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(SmallRng::seed_from_u64(seed))))
    }

    /// A stream of its own, decided by this one.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::new(self.rng().next_u64())
    }

    /// True in `parts` of `of` cases.
    pub fn hits(&self, parts: u32, of: u32) -> bool {
        self.below(u64::from(of)) < u64::from(parts)
    }

    /// A number less than `end`, which is not 0.
    pub fn below(&self, end: u64) -> u64 {
        self.rng().random_range(0..end)
    }

    /// The generator itself, for those who draw from one.
    pub fn rng(&self) -> MutexGuard<'_, SmallRng> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
