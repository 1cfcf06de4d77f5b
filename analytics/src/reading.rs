//! One consistent look at the desk: what a viewer may see of one snapshot.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use chrono_tz::Tz;
use datafusion::{
    arrow::array::RecordBatch,
    common::JoinType,
    dataframe::DataFrame,
    prelude::{Expr, SessionContext, col, lit},
};
use schemas::{Instant, TicketId, ingestion::IngestionStatus, tables::Table};
use sla::Calendars;
use tokio::sync::SemaphorePermit;

use crate::{
    analytics::Analytics,
    answer::{Answer, Meta, Mode, Page},
    clocks::Known,
    error::Error,
    filters::{Reference, TicketFilters, known},
    metrics::{Metric, Rows},
    plans::{Moment, computed, excluded::excluded, instant, rows::Columns},
    stores::{Dimensions, Snapshot},
    viewer::{Viewer, Visible},
    window::{Window, date},
};

/// What history knows of a ticket at every instant.
const OF_THEN: [&str; 7] = ["status", "is_open", "is_counted", "priority", "entity_id", "technician_ids", "group_ids"];

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
    pub(crate) mode: Mode,
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
    pub(crate) async fn tickets(&self, filters: &TicketFilters) -> Result<DataFrame, Error> {
        let visible = self.visible()?;
        let mut tickets = visible.clone();
        for predicate in filters.numbered()? {
            tickets = tickets.filter(predicate)?;
        }
        for (reference, words) in filters.named() {
            let used = self.used(reference, words, &visible).await?;
            let known = known(reference, &used, self.viewer, &self.dimensions);
            tickets = tickets.filter(reference.predicate(words, &known, &self.dimensions)?)?;
        }
        Ok(tickets)
    }

    /// The tickets that the viewer may see and that met `filters` at an instant: with what history knows of then in place of what is
    /// now, and as they are now.
    pub(crate) async fn tickets_at(
        &self,
        filters: &TicketFilters,
        at: Instant,
    ) -> Result<(DataFrame, DataFrame), Error> {
        const TICKET: &str = "span_of";

        let tickets = self.tickets(&filters.of_now()).await?;
        let running = col("span_end").is_null().or(col("span_end").gt(instant(at)));
        let spans = self.analytics.session.read_table(self.snapshot.table(Table::TicketSpans)?)?;
        let mut spans = spans.filter(col("span_start").lt_eq(instant(at)))?.filter(running)?;
        if let Some(met) = self.of_then(filters).await? {
            spans = spans.filter(met)?;
        }
        let then = |name: &str| format!("then_{name}");
        let mut columns = vec![col("ticket_id").alias(TICKET)];
        columns.extend(OF_THEN.iter().map(|name| col(*name).alias(then(name))));
        let spans = spans.select(columns)?;

        let as_now = tickets.clone().join(spans.clone(), JoinType::LeftSemi, &["ticket_id"], &[TICKET], None)?;
        let joined = tickets.join(spans, JoinType::Inner, &["ticket_id"], &[TICKET], None)?;
        let column = |name: &'static str| {
            if OF_THEN.contains(&name) { col(then(name)).alias(name) } else { col(name) }
        };
        let as_then = joined.select(Table::Tickets.columns().iter().map(|of| column(of.name)).collect::<Vec<_>>())?;
        Ok((as_then, as_now))
    }

    /// `columns` of one ticket; `None` if there is no such ticket that the viewer may see.
    pub(crate) async fn ticket(&self, ticket: TicketId, mut columns: Vec<Expr>) -> Result<Option<RecordBatch>, Error> {
        const VISIBLE: &str = "is_visible";

        let found = self.snapshot.of_ticket(Table::Tickets, ticket).await?;
        let Some(row) = found.iter().find(|rows| rows.num_rows() > 0) else { return Ok(None) };
        columns.push(self.viewer.predicate(&self.dimensions).unwrap_or(lit(true)).alias(VISIBLE));
        let row = computed(&self.analytics.session, row, columns)?;
        let is_visible = Columns::of(&row).integer(VISIBLE, 0)? == Some(1);
        Ok(is_visible.then_some(row))
    }

    /// How many of the `rows` among `tickets` are left out of the counts, by reason.
    pub(crate) async fn excluded(
        &self,
        tickets: DataFrame,
        rows: Rows,
        moment: &Moment,
    ) -> Result<BTreeMap<String, u64>, Error> {
        Ok(self.with_unreadable(excluded(tickets, rows, moment).await?))
    }

    /// `excluded` and those that are known too little to match anything.
    pub(crate) fn with_unreadable(&self, mut excluded: BTreeMap<String, u64>) -> BTreeMap<String, u64> {
        let unreadable = self.status.as_ref().map_or(0, |status| status.unreadable_tickets);
        // Nobody knows their entities: somebody limited to some of them must not learn that there are others.
        if unreadable > 0 && self.viewer.entities == Visible::All {
            excluded.insert("unreadable".to_owned(), unreadable);
        }
        excluded
    }

    /// `data` with what it rests on.
    pub(crate) fn answer<T>(&self, data: T, note: Note, now: Instant) -> Answer<T> {
        let mut meta = note.meta(self.status.as_ref(), now);
        meta.data_version = Some(self.snapshot.version());
        Answer { data, meta }
    }

    /// What plans are made in.
    pub(crate) fn session(&self) -> &SessionContext {
        &self.analytics.session
    }

    /// Whether the viewer may see every ticket.
    pub(crate) fn sees_all(&self) -> bool {
        self.viewer.entities == Visible::All
    }

    /// The entities that the viewer may see; `None` where there are no others.
    pub(crate) fn entities(&self) -> Option<BTreeSet<i64>> {
        self.viewer.visible_ids(&self.dimensions)
    }

    /// The whole history, of every ticket.
    pub(crate) fn events(&self) -> Result<DataFrame, Error> {
        Ok(self.analytics.session.read_table(self.snapshot.table(Table::TicketEvents)?)?)
    }

    /// What a span must meet for the filters that history knows; `None` where it need meet nothing.
    pub(crate) async fn of_then(&self, filters: &TicketFilters) -> Result<Option<Expr>, Error> {
        let then = filters.of_then();
        let mut predicates = then.numbered()?;
        let visible = self.visible()?;
        for (reference, words) in then.named() {
            let used = self.used(reference, words, &visible).await?;
            let known = known(reference, &used, self.viewer, &self.dimensions);
            predicates.push(reference.predicate_of_spans(words, &known, &self.dimensions)?);
        }
        Ok(predicates.into_iter().reduce(Expr::and))
    }

    /// The rows of every promise to tickets that the viewer may see, counted or not.
    pub(crate) fn clocks(&self) -> Result<DataFrame, Error> {
        self.seen(Table::SlaClocks)
    }

    /// The desk's calendars, as this snapshot knows them.
    pub(crate) async fn calendars(&self) -> Result<Arc<Calendars>, Error> {
        Ok(self.known().await?.calendars)
    }

    /// The same, beside the desk's agreements.
    pub(crate) async fn known(&self) -> Result<Known, Error> {
        self.analytics.calendars.of(&self.analytics.session, self.snapshot.as_ref()).await
    }

    /// Every stretch of the lives of tickets, whoever may see them.
    pub(crate) fn spans(&self) -> Result<DataFrame, Error> {
        Ok(self.analytics.session.read_table(self.snapshot.table(Table::TicketSpans)?)?)
    }

    fn visible(&self) -> Result<DataFrame, Error> {
        self.seen(Table::Tickets)
    }

    /// The rows of `table` that are of the viewer's entities.
    fn seen(&self, table: Table) -> Result<DataFrame, Error> {
        let rows = self.analytics.session.read_table(self.snapshot.table(table)?)?;
        match self.viewer.predicate(&self.dimensions) {
            Some(visible) => Ok(rows.filter(visible)?),
            None => Ok(rows),
        }
    }

    /// The ids that visible tickets refer to. Where the rows themselves say all that is known, nobody looks.
    async fn used(&self, reference: Reference, words: &[String], visible: &DataFrame) -> Result<BTreeSet<i64>, Error> {
        if self.viewer.entities == Visible::All && reference.has_rows_of(words, &self.dimensions) {
            return Ok(BTreeSet::new());
        }
        let (column, is_list) = reference.column();
        let mut ids = visible.clone().select(vec![col(column).alias("id")])?;
        if is_list {
            ids = ids.unnest_columns(&["id"])?;
        }
        let mut used = BTreeSet::new();
        for batch in ids.aggregate(vec![col("id")], Vec::new())?.collect().await? {
            let columns = Columns::of(&batch);
            for row in 0..batch.num_rows() {
                used.extend(columns.integer("id", row)?);
            }
        }
        Ok(used)
    }
}

impl Note {
    /// What an answer given at `now` rests on, where nothing stored was looked at.
    pub(crate) fn meta(self, status: Option<&IngestionStatus>, now: Instant) -> Meta {
        let watermark = status.and_then(|status| status.stored_watermark);
        Meta {
            metrics: self.metrics.iter().map(|metric| metric.id()).collect(),
            mode: self.mode,
            zone: self.zone.name().to_owned(),
            window: self.window.map(Window::period),
            watermark: watermark.map(date),
            freshness_s: watermark.map(|watermark| now.seconds() - watermark.seconds()),
            data_version: None,
            generated_at: date(now),
            excluded: self.excluded,
            page: self.page,
        }
    }
}
