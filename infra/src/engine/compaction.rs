//! The loop that puts fresh rows away in files.

use std::time::Duration;

use tokio::sync::watch;

use crate::clock;

use super::{Engine, raised};

/// The pause between two looks at the fresh rows.
const INTERVAL: Duration = Duration::from_secs(5);

impl Engine {
    /// Compacts until told to stop. A failure is told and tried again: fresh rows are as durable as files.
    pub(super) async fn compact_until(&self, mut stop: watch::Receiver<bool>) -> anyhow::Result<()> {
        loop {
            tokio::select! {
                () = raised(&mut stop) => return Ok(()),
                () = tokio::time::sleep(INTERVAL) => {}
            }
            let sink = self.store();
            match sink.compact(clock::now()).await {
                Ok(compacted) if compacted.files > 0 => tracing::debug!(?compacted, "compacted"),
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "not compacted"),
            }
        }
    }
}
