//! A sink with a mistake.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use pipeline::sinks::{Error, RowBatch, Sink};
use schemas::{Offset, ingestion::EventCounts};

use super::Bug;
use crate::faults::{Faults, Moment};

/// How many working states [`Bug::WindowedMemory`] keeps.
const WINDOW_STATES: usize = 8;

/// A sink that makes one mistake.
pub struct BuggySink {
    inner: Arc<dyn Sink>,
    bug: Bug,
    faults: Arc<Faults>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    ahead: HashMap<String, Offset>,
    counts: EventCounts,
    /// The states before the last write.
    before: HashMap<(String, i64), Vec<u8>>,
    recent: Vec<(String, i64)>,
}

impl BuggySink {
    /// `inner` with `bug`.
    pub fn new(inner: Arc<dyn Sink>, bug: Bug, faults: Arc<Faults>) -> Self {
        Self { inner, bug, faults, kept: Mutex::default() }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Sink for BuggySink {
    async fn write(&self, mut batch: RowBatch, topic: &str, next: Offset) -> Result<(), Error> {
        match self.bug {
            Bug::OffsetAhead => {
                self.kept().ahead.insert(topic.to_owned(), next);
                self.faults.maybe_cut(Moment::Before).await;
            }
            Bug::CountedAgain if self.faults.chance().hits(1, 10) => {
                self.kept().counts.stored += batch.counts.stored;
            }
            Bug::StateLost => batch.folds.retain(|_| !self.faults.chance().hits(1, 10)),
            Bug::StaleState => {
                let spaces: Vec<(String, i64)> = batch.folds.iter().map(|fold| (fold.space.clone(), fold.id)).collect();
                for (space, id) in spaces {
                    let state = self.inner.folds(&space, &[id]).await?;
                    self.kept().before.extend(state.into_iter().map(|(id, state)| ((space.clone(), id), state)));
                }
            }
            Bug::WindowedMemory => {
                let mut kept = self.kept();
                kept.recent.extend(batch.folds.iter().map(|fold| (fold.space.clone(), fold.id)));
                let old = kept.recent.len().saturating_sub(WINDOW_STATES);
                kept.recent.drain(..old);
            }
            _ => {}
        }
        self.inner.write(batch, topic, next).await
    }

    async fn position(&self, topic: &str) -> Result<Offset, Error> {
        Ok(self.inner.position(topic).await?.max(self.kept().ahead.get(topic).copied().unwrap_or_default()))
    }

    async fn counts(&self) -> Result<EventCounts, Error> {
        let mut counts = self.inner.counts().await?;
        counts.stored += self.kept().counts.stored;
        Ok(counts)
    }

    async fn folds(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, Error> {
        let mut states = self.inner.folds(space, ids).await?;
        let kept = self.kept();
        match self.bug {
            Bug::WindowedMemory => states.retain(|id, _| kept.recent.contains(&(space.to_owned(), *id))),
            Bug::StaleState if self.faults.chance().hits(1, 5) => {
                for (id, state) in &mut states {
                    if let Some(before) = kept.before.get(&(space.to_owned(), *id)) {
                        state.clone_from(before);
                    }
                }
            }
            _ => {}
        }
        Ok(states)
    }

    async fn scan_folds(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, Error> {
        self.inner.scan_folds(space, after, limit).await
    }
}

impl fmt::Debug for BuggySink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuggySink").field("bug", &self.bug).finish_non_exhaustive()
    }
}
