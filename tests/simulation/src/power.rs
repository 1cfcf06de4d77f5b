//! Power: what keeps the simulated process running.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Notify;

/// The power of one world.
#[derive(Debug, Default)]
pub struct Power {
    cut: Notify,
    cuts: AtomicU64,
}

impl Power {
    /// Cuts the power: whoever awaits this never goes on.
    pub async fn cut(&self) -> std::convert::Infallible {
        self.cuts.fetch_add(1, Ordering::Relaxed);
        self.cut.notify_one();
        std::future::pending().await
    }

    /// Waits until the power is cut.
    pub async fn lost(&self) {
        self.cut.notified().await;
    }

    /// How often it was cut.
    pub fn cuts(&self) -> u64 {
        self.cuts.load(Ordering::Relaxed)
    }
}
