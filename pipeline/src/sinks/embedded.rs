//! The embedded store's write half: Parquet files under a SQLite manifest.
//!
//! Fresh rows, folds, counts and position are one SQLite transaction; [`EmbeddedSink::compact`] moves fresh rows into Parquet
//! files later. It does not guard against a second writer on the same data directory: whoever opens the directory does.

mod compact;
mod database;
mod file;
mod folder;
mod merge;
mod parts;
mod progress;
mod read;
mod seal;
mod snapshot;
mod sweep;
#[cfg(test)]
mod tests;
mod verify;
mod write;

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
};

use async_trait::async_trait;
use schemas::{Instant, Offset, ingestion::EventCounts, manifest};
use serde::{Deserialize, Serialize};
use sqlx::SqlitePool;
use tokio::sync::Mutex;

use self::folder::Generation;
use super::{Error, RowBatch, Sink};

pub use compact::Compacted;
pub use progress::{Progress, progress};
pub use snapshot::{Published, publish};
pub use sweep::Swept;
pub use verify::{Verified, verify};

/// Tells the time.
pub type Clock = fn() -> Instant;

/// Limits of the embedded store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Fresh rows of a table that a compaction waits for.
    pub fresh_rows_max: u64,
    /// Fresh bytes of a table that a compaction waits for; a compaction holds a few times as much in memory.
    pub fresh_bytes_max: u64,
    /// Fresh batches of a table that a compaction waits for: readers open each of them.
    pub fresh_batches_max: u64,
    /// How long replaced files and batches stay, so that readers finish with them.
    pub grace_s: i64,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            fresh_rows_max: 50_000,
            fresh_bytes_max: 64 << 20,
            fresh_batches_max: 512,
            grace_s: manifest::FILE_GRACE_SECONDS,
        }
    }
}

/// A store in the data directory.
pub struct EmbeddedSink {
    data_dir: PathBuf,
    generation: Generation,
    config: Config,
    clock: Clock,
    writer: SqlitePool,
    readers: SqlitePool,
    compacting: Mutex<()>,
}

impl EmbeddedSink {
    /// Opens the store of `data_dir`, makes one if there is none, and sweeps what a crash left.
    pub async fn open(data_dir: &Path, config: Config, clock: Clock) -> Result<Self, Error> {
        let generation = if let Some(generation) = folder::current(data_dir)? {
            generation
        } else {
            Self::refuse_orphaned(data_dir).await?;
            Self::first(data_dir).await?
        };
        let sink = Self::attach(data_dir, generation, config, clock).await?;
        sink.sweep_orphans().await?;
        sink.sweep((sink.clock)()).await?;
        Ok(sink)
    }

    /// Opens the store of `data_dir` to be read only, beside whoever writes it; none if there is none yet. Nothing is checked
    /// but what is read, and nothing can be written.
    pub async fn open_read_only(data_dir: &Path, clock: Clock) -> Result<Option<Self>, Error> {
        let Some(generation) = folder::current(data_dir)? else { return Ok(None) };
        let readers = database::readers_beside_a_writer(&generation.folder).await?;
        let data_dir = data_dir.to_owned();
        let (writer, config, compacting) = (readers.clone(), Config::default(), Mutex::default());
        Ok(Some(Self { data_dir, generation, config, clock, writer, readers, compacting }))
    }

    /// Makes an empty store beside the one in use, for a rebuild. An unfinished one of an earlier rebuild is thrown away.
    pub async fn create_generation(data_dir: &Path, config: Config, clock: Clock) -> Result<Self, Error> {
        let generation = folder::next(data_dir)?;
        database::create(&generation.folder).await?;
        Self::attach(data_dir, generation, config, clock).await
    }

    /// Makes this store the one in use, at once and for good. The one before it is removed by a later sweep.
    pub async fn activate(self) -> Result<Self, Error> {
        database::checkpoint(&self.writer).await?;
        folder::set_current(&self.data_dir, &self.generation)?;
        Ok(self)
    }

    /// Ends the connections; what was acknowledged is durable without it.
    pub async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }

    /// Refuses a store with rows that nothing names any more: an empty one in its place would answer as if there had been none.
    async fn refuse_orphaned(data_dir: &Path) -> Result<(), Error> {
        for generation in folder::all(data_dir)? {
            // A first start that was cut off left one that holds nothing yet.
            if let Ok(true) = database::holds_rows(&generation.folder).await {
                let place = data_dir.join(manifest::STORE).join(manifest::CURRENT).display().to_string();
                return Err(Error::Damaged {
                    place,
                    reason: "it is missing; `farol rebuild` makes a new store".into(),
                });
            }
        }
        Ok(())
    }

    async fn first(data_dir: &Path) -> Result<Generation, Error> {
        let generation = folder::next(data_dir)?;
        database::create(&generation.folder).await?;
        folder::set_current(data_dir, &generation)?;
        Ok(generation)
    }

    async fn attach(data_dir: &Path, generation: Generation, config: Config, clock: Clock) -> Result<Self, Error> {
        let writer = database::writer(&generation.folder).await?;
        let readers = database::readers(&generation.folder).await?;
        let data_dir = data_dir.to_owned();
        Ok(Self { data_dir, generation, config, clock, writer, readers, compacting: Mutex::new(()) })
    }
}

#[async_trait]
impl Sink for EmbeddedSink {
    async fn write(&self, batch: RowBatch, topic: &str, next: Offset) -> Result<(), Error> {
        write::write(&self.writer, batch, topic, next, (self.clock)()).await
    }

    async fn position(&self, topic: &str) -> Result<Offset, Error> {
        // On the connection that writes: a write whose caller went away is done or undone before this answers, so nobody
        // takes records up again that it is about to keep.
        read::position(&self.writer, topic).await
    }

    async fn counts(&self) -> Result<EventCounts, Error> {
        read::counts(&self.readers).await
    }

    async fn folds(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, Error> {
        read::folds(&self.readers, space, ids).await
    }

    async fn scan_folds(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, Error> {
        read::scan_folds(&self.readers, space, after, limit).await
    }
}

impl fmt::Debug for EmbeddedSink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedSink").field("folder", &self.generation.folder).finish_non_exhaustive()
    }
}
