//! The walk over all spans: each part of the table on a thread of its own, each ticket whole.
//!
//! A ticket's spans follow each other, but the table is read in pieces, and a piece may end within a ticket: what is cut is
//! held until the rest comes. The tickets at the two ends of a part wait until all parts are read.

use std::sync::Arc;

use arrow::{
    array::{AsArray, BooleanArray, RecordBatch},
    compute::concat_batches,
    datatypes::SchemaRef,
};
use chrono_tz::Tz;
use datafusion::{
    common::{DFSchema, exec_datafusion_err},
    execution::{SendableRecordBatchStream, SessionStateBuilder},
    physical_plan::{ExecutionPlan, PhysicalExpr},
};
use futures::StreamExt as _;
use schemas::{Instant, tables::Table};
use tokio::task::JoinSet;

use super::{
    History,
    credits::Credit,
    dims::{Frame, Lens, Share},
    life::{COLUMNS, Life, Spans, numbers},
    out::Out,
    replies::Replies,
    roster::Roster,
    sheet::Sheet,
};
use crate::{buckets::Buckets, error::Error, filters::TicketFilters, reading::Reading, window::Window};

/// What every thread needs.
struct Job {
    frame: Frame,
    history: History,
    roster: Option<Arc<Roster>>,
    replies: Option<Replies>,
    /// The spans that the filters take.
    taken: Option<Arc<dyn PhysicalExpr>>,
}

/// Fills a sheet with what `history` tells of the tickets that the viewer may see. Filters and dimensions that history knows
/// are held against each span, the others against the ticket as it is now.
pub(crate) async fn walk(
    reading: &Reading<'_>,
    history: &History,
    frame: Frame,
    filters: &TicketFilters,
) -> Result<Sheet, Error> {
    let plan = plan(reading).await?;
    let job = Job::prepare(reading, history, frame, filters, &plan.schema()).await?;
    run(reading, plan, job).await
}

/// To whose credit `history` puts the tickets of `roster`.
pub(crate) async fn credited(
    reading: &Reading<'_>,
    history: &History,
    roster: Arc<Roster>,
) -> Result<Vec<Credit>, Error> {
    let plan = plan(reading).await?;
    let ever = Window { from: Instant(0), to: Instant(1) };
    let frame = Frame {
        buckets: Arc::new(Buckets::whole(ever)),
        by: Vec::new(),
        zone: Tz::UTC,
        now: i64::MAX,
        share: Share::Full,
        trees: Vec::new(),
        entities: None,
    };
    let job = Job { frame, history: *history, roster: Some(roster), replies: None, taken: None };
    Ok(run(reading, plan, job).await?.credits)
}

async fn run(reading: &Reading<'_>, plan: Arc<dyn ExecutionPlan>, job: Job) -> Result<Sheet, Error> {
    let job = Arc::new(job);
    let context = reading.session().task_ctx();
    let mut parts = JoinSet::new();
    let count = plan.properties().partitioning.partition_count();
    for part in 0..count {
        let stream = plan.execute(part, Arc::clone(&context))?;
        let job = Arc::clone(&job);
        parts.spawn(async move { Ok::<_, Error>((part, Part::read(&job, stream).await?)) });
    }
    let mut read: Vec<Option<Part>> = (0..count).map(|_| None).collect();
    while let Some(done) = parts.join_next().await {
        let (part, done) = done.map_err(|error| Error::from(exec_datafusion_err!("a thread ended: {error}")))??;
        read[part] = Some(done);
    }
    let mut sheet = job.sheet();
    let mut loose = Vec::new();
    for part in read.into_iter().flatten() {
        sheet.merge(&part.sheet);
        loose.extend(part.loose);
    }
    job.fold(&concat_batches(&plan.schema(), &loose)?, &mut sheet)?;
    sheet.check()?;
    Ok(sheet)
}

/// The scan alone: nothing that DataFusion would put above it may change the order of rows.
async fn plan(reading: &Reading<'_>) -> Result<Arc<dyn ExecutionPlan>, Error> {
    let table = Table::TicketSpans;
    let places = COLUMNS.iter().filter_map(|name| table.columns().iter().position(|column| column.name == *name));
    let places: Vec<usize> = places.collect();
    let state = SessionStateBuilder::new_from_existing(reading.session().state()).build();
    Ok(reading.snapshot.table(table)?.scan(&state, Some(&places), &[], None).await?)
}

impl Job {
    async fn prepare(
        reading: &Reading<'_>,
        history: &History,
        frame: Frame,
        filters: &TicketFilters,
        schema: &SchemaRef,
    ) -> Result<Self, Error> {
        let mut facts: Vec<&str> = history.facts.to_vec();
        let of_tickets = frame.by.iter().filter(|dim| !dim.is_of_spans()).filter_map(|dim| dim.column());
        facts.extend(of_tickets);
        facts.sort_unstable();
        facts.dedup();
        let now = filters.of_now();
        let roster = if reading.sees_all() && facts.is_empty() && now == TicketFilters::default() {
            None
        } else {
            Some(Arc::new(Roster::of(reading.tickets(&now).await?, &facts).await?))
        };
        let replies = if history.replies { Some(Replies::of(reading.events()?).await?) } else { None };
        let taken = reading.of_then(filters).await?;
        let schema = DFSchema::try_from(schema.as_ref().clone())?;
        let taken = taken.map(|taken| reading.session().create_physical_expr(taken, &schema)).transpose()?;
        Ok(Self { frame, history: *history, roster, replies, taken })
    }

    fn sheet(&self) -> Sheet {
        Sheet::new(Arc::clone(&self.frame.buckets), self.history.measures.to_vec())
    }

    /// Folds whole tickets.
    fn fold(&self, rows: &RecordBatch, sheet: &mut Sheet) -> Result<(), Error> {
        let taken = self.taken(rows)?;
        let spans = Spans::of(rows)?;
        let tickets = self.roster.as_deref().map(|roster| &roster.rows);
        let lens = Lens::new(&self.frame, rows, tickets, taken.as_ref())?;
        let mut out = Out::new(sheet, &lens);
        let mut row = 0;
        for same in spans.tickets.chunk_by(|one, next| one == next) {
            let (ticket, first) = (same[0], row);
            row += same.len();
            let fact = self.roster.as_ref().map(|roster| roster.find(ticket));
            if fact == Some(None) {
                continue;
            }
            let life = Life {
                spans: &spans,
                rows: first..row,
                roster: self.roster.as_deref(),
                fact: fact.flatten(),
                replies: self.replies.as_ref().map_or(&[], |replies| replies.find(ticket)),
                now: self.frame.now,
            };
            out.turn_page();
            (self.history.fold)(&life, &mut out);
        }
        Ok(())
    }

    fn taken(&self, rows: &RecordBatch) -> Result<Option<BooleanArray>, Error> {
        let Some(taken) = &self.taken else { return Ok(None) };
        let taken = taken.evaluate(rows)?.into_array(rows.num_rows())?;
        Ok(taken.as_boolean_opt().cloned())
    }
}

/// What `history` tells of whole tickets in `rows`, for tests that need no store.
#[cfg(test)]
pub(crate) fn told(rows: &RecordBatch, history: &History, frame: Frame) -> Result<Sheet, Error> {
    let job = Job { frame, history: *history, roster: None, replies: None, taken: None };
    let mut sheet = job.sheet();
    job.fold(rows, &mut sheet)?;
    Ok(sheet)
}

/// One part of the table, read.
struct Part {
    sheet: Sheet,
    /// The rows of the first ticket and of the last.
    loose: Vec<RecordBatch>,
}

impl Part {
    async fn read(job: &Job, mut stream: SendableRecordBatchStream) -> Result<Self, Error> {
        let mut part = Self { sheet: job.sheet(), loose: Vec::new() };
        let mut held: Vec<RecordBatch> = Vec::new();
        let mut is_first = true;
        while let Some(rows) = stream.next().await {
            let rows = rows?;
            if rows.num_rows() == 0 {
                continue;
            }
            let tickets = numbers(&rows, "ticket_id")?;
            let (tickets, count) = (tickets.values(), rows.num_rows());
            let goes_on = match held.last() {
                Some(last) => numbers(last, "ticket_id")?.values().last() == tickets.first(),
                None => true,
            };
            let first_rows =
                if goes_on { tickets.iter().take_while(|ticket| **ticket == tickets[0]).count() } else { 0 };
            if first_rows > 0 {
                held.push(rows.slice(0, first_rows));
            }
            if first_rows == count {
                continue;
            }
            // The ticket held is whole now.
            if is_first {
                part.loose.append(&mut held);
                is_first = false;
            } else {
                job.fold(&concat_batches(&rows.schema(), &held)?, &mut part.sheet)?;
                held.clear();
            }
            let tail = tickets.iter().rev().take_while(|ticket| **ticket == tickets[count - 1]).count();
            job.fold(&rows.slice(first_rows, count - tail - first_rows), &mut part.sheet)?;
            held.push(rows.slice(count - tail, tail));
        }
        part.loose.append(&mut held);
        Ok(part)
    }
}
