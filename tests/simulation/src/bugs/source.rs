//! A source with a mistake.

use async_trait::async_trait;
use pipeline::sources::{Error, Ledger, Source, SourceBatch, Vitals};
use schemas::{Body, Cursor, DeletionCause, Event, LinkChange, Origin, TicketId};

use super::Bug;

/// A source that makes one mistake.
#[derive(Debug)]
pub struct BuggySource<S> {
    inner: S,
    bug: Bug,
}

impl<S> BuggySource<S> {
    /// `inner` with `bug`.
    pub fn new(inner: S, bug: Bug) -> Self {
        Self { inner, bug }
    }

    fn spoilt(&self, mut batch: SourceBatch) -> SourceBatch {
        match self.bug {
            Bug::DeadSwallowed => batch.fetched -= batch.dead.drain(..).count() as u64,
            Bug::WatermarkAhead => batch.watermark = batch.watermark.map(|watermark| watermark.plus_seconds(300)),
            _ => {}
        }
        for events in &mut batch.converted {
            let told = events.len();
            events.retain(|event| !self.keeps_back(event));
            // The row is said to have been left out, so that the counts add up.
            batch.filtered += u64::from(told > 0 && events.is_empty());
        }
        batch.converted.retain(|events| !events.is_empty());
        batch
    }

    fn keeps_back(&self, event: &Event) -> bool {
        match (&event.body, self.bug) {
            (Body::Deleted(deleted), Bug::PurgeUnseen) => deleted.cause == DeletionCause::Purged,
            (Body::Deleted(deleted), Bug::TrashUnseen) => deleted.cause == DeletionCause::Trashed,
            (Body::Updated(updated), Bug::TrashUnseen) => updated.state.as_ref().is_some_and(|state| state.is_trashed),
            (Body::Assignment(link), Bug::UnlinkUnseen) => {
                matches!(link.change, LinkChange::Absent | LinkChange::Removed)
            }
            _ => false,
        }
    }
}

#[async_trait]
impl<S: Source> Source for BuggySource<S> {
    async fn next(&mut self, cursor: Option<&Cursor>, ledger: &dyn Ledger) -> Result<SourceBatch, Error> {
        let batch = self.inner.next(cursor, ledger).await?;
        Ok(self.spoilt(batch))
    }

    async fn sync(&mut self, ticket: TicketId, ledger: &dyn Ledger) -> Result<SourceBatch, Error> {
        self.inner.sync(ticket, ledger).await
    }

    async fn redrive(&mut self, origin: &Origin, raw: &str, ledger: &dyn Ledger) -> Result<SourceBatch, Error> {
        self.inner.redrive(origin, raw, ledger).await
    }

    fn vitals(&self) -> Vitals {
        self.inner.vitals()
    }

    async fn close(&mut self) {
        self.inner.close().await;
    }
}
