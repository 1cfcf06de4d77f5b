//! One consistent look at the desk: what a viewer may see of one snapshot.

use std::{collections::BTreeMap, sync::Arc};

use chrono_tz::Tz;
use datafusion::dataframe::DataFrame;
use schemas::{Instant, ingestion::IngestionStatus, tables::Table};
use tokio::sync::SemaphorePermit;

use crate::{
    analytics::Analytics,
    answer::{Answer, Meta, Mode, Page},
    error::Error,
    filters::TicketFilters,
    metrics::Metric,
    stores::{Dimensions, Snapshot},
    viewer::Viewer,
    window::{Window, date},
};

/// What one question reads.
pub(crate) struct Reading<'a> {
    pub(crate) snapshot: Arc<dyn Snapshot>,
    pub(crate) dimensions: Arc<Dimensions>,
    viewer: &'a Viewer,
    analytics: &'a Analytics,
    status: Option<IngestionStatus>,
    /// Held until the question is answered.
    _place: SemaphorePermit<'a>,
}

/// What an answer's `meta` says beside what every reading knows.
#[derive(Debug, Default)]
pub(crate) struct Note {
    pub(crate) metrics: Vec<&'static Metric>,
    pub(crate) zone: Tz,
    pub(crate) window: Option<Window>,
    pub(crate) excluded: BTreeMap<String, u64>,
    pub(crate) page: Option<Page>,
}

impl Analytics {
    /// A look at the newest state, as `viewer` may see it.
    pub(crate) async fn read<'a>(&'a self, viewer: &'a Viewer) -> Result<Reading<'a>, Error> {
        let place = self.place()?;
        // The status first: the snapshot is then at least as new as the watermark that the answer names.
        let status = self.ingestion_status().await?;
        let snapshot = self.store.snapshot().await?;
        let dimensions = snapshot.dimensions();
        Ok(Reading { snapshot, dimensions, viewer, analytics: self, status, _place: place })
    }
}

impl Reading<'_> {
    /// The tickets that the viewer may see and that meet `filters`, counted or not.
    pub(crate) fn tickets(&self, filters: &TicketFilters) -> Result<DataFrame, Error> {
        let mut tickets = self.analytics.session.read_table(self.snapshot.table(Table::Tickets)?)?;
        if let Some(visible) = self.viewer.predicate(&self.dimensions) {
            tickets = tickets.filter(visible)?;
        }
        for predicate in filters.predicates(&self.dimensions, self.viewer)? {
            tickets = tickets.filter(predicate)?;
        }
        Ok(tickets)
    }

    /// `data` with what it rests on.
    pub(crate) fn answer<T>(&self, data: T, note: Note, now: Instant) -> Answer<T> {
        let mut meta = note.meta(self.status.as_ref(), now);
        meta.data_version = self.snapshot.version();
        Answer { data, meta }
    }
}

impl Note {
    /// What an answer given at `now` rests on; `data_version` is 0, as for answers that no snapshot was read for.
    pub(crate) fn meta(self, status: Option<&IngestionStatus>, now: Instant) -> Meta {
        let watermark = status.and_then(|status| status.stored_watermark);
        Meta {
            metrics: self.metrics.iter().map(|metric| metric.id()).collect(),
            mode: Mode::Glpi,
            zone: self.zone.name().to_owned(),
            window: self.window.map(Window::period),
            watermark: watermark.map(date),
            freshness_s: watermark.map(|watermark| now.seconds() - watermark.seconds()),
            data_version: 0,
            generated_at: date(now),
            excluded: self.excluded,
            page: self.page,
        }
    }
}
