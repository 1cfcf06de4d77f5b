//! Shared: one desk that is served, moved and looked at by several.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::Desk;

/// A desk under a lock; clones share it. A guard must not be kept across an await.
#[derive(Debug, Clone, Default)]
pub struct SharedDesk(Arc<RwLock<Desk>>);

impl SharedDesk {
    /// Shares a desk.
    pub fn new(desk: Desk) -> Self {
        Self(Arc::new(RwLock::new(desk)))
    }

    /// To look: several may at once.
    pub fn read(&self) -> RwLockReadGuard<'_, Desk> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// To change: nobody else looks meanwhile, so one change is seen whole or not at all.
    pub fn write(&self) -> RwLockWriteGuard<'_, Desk> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
