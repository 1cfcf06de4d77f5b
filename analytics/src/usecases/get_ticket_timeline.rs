//! GetTicketTimeline: everything that is known to have happened to one ticket, and how its clocks stand.

use std::collections::HashMap;

use arrow::array::RecordBatch;
use chrono::{DateTime, Utc};
use datafusion::prelude::{Expr, col};
use schemas::{Clock, Instant, TicketId, tables::Table};
use serde::{Deserialize, Serialize};

use super::timeline_events::{EventOrder, TicketTimelineEvent, events};
use crate::{
    analytics::Analytics,
    answer::Answer,
    error::Error,
    inputs::ticket_id,
    lateness::{CLOCKS, due, is_running, late, name, over_by_s, target},
    paging::{PageInput, Place, Walk},
    plans::{flag, rows::Columns},
    reading::{Note, Reading},
    stores::Dimensions,
    summaries::{Named, TicketSummary, named, summaries, summary_columns},
    viewer::Viewer,
    window::zone,
};

/// What to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// The ticket, 1 or greater.
    pub ticket_id: i64,
    /// IANA zone of the answer; UTC where it is left out.
    pub tz: Option<String>,
    /// Which page of the events, oldest first.
    pub page: PageInput,
}

/// What happened to a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TicketTimeline {
    /// The ticket as it is now.
    pub ticket: TicketSummary,
    /// `live`, `trashed`, `purged` or `hidden`.
    pub presence: String,
    /// The history starts at the ticket's creation.
    pub history_complete: bool,
    /// Status, people and groups rebuilt from the history equal the stored ones.
    pub history_agrees: bool,
    /// Its clocks that have a due instant or an agreement.
    pub slas: Vec<SlaClock>,
    /// A page of the events, in the order in which they happened.
    pub events: Vec<TicketTimelineEvent>,
}

/// How a clock stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaClock {
    /// `tto`, `ttr`, `internal_tto` or `internal_ttr`.
    pub clock: String,
    /// The SLA or OLA.
    pub agreement: Option<Named>,
    /// When it is up; stale while the ticket is pending.
    pub due_at: Option<DateTime<Utc>>,
    /// Seconds of working time that the agreement allows.
    pub target_s: Option<i64>,
    /// It went over its due instant, and runs on (`is_running`) or was stopped after it; by GLPI's rule, and so never while the
    /// ticket is pending.
    pub is_over: bool,
    /// Seconds on the wall beyond the due instant, where it is over.
    pub over_by_s: Option<i64>,
    /// The ticket is open and what the clock waits for has not happened.
    pub is_running: bool,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<TicketTimeline>, Error> {
    let walk = Walk::new(&input.page, "ticket_timeline", viewer, &input.ticket_id, now)?;
    let zone = zone(input.tz.as_deref())?;
    let ticket_id = ticket_id(input.ticket_id)?;

    let reading = analytics.read(viewer).await?;
    let found = reading.ticket(ticket_id, columns(walk.now)?).await?;
    let found = found.ok_or(Error::NotFound { what: "ticket", id: ticket_id.0 })?;
    let standing = timeline(&found, &reading.dimensions)?;

    let told = told(&reading, ticket_id).await?;
    let total = told.len() as u64;
    let told = walk.apply_to(told, false, |(place, _)| *place);
    let (told, page) = walk.cut(told, total, reading.snapshot.version(), |(place, _)| *place);
    let data = TicketTimeline { events: told.into_iter().map(|(_, event)| event).collect(), ..standing };
    let note = Note { zone, page: Some(page), ..Note::default() };
    Ok(reading.answer(data, note, now))
}

/// Everything that happened to the ticket, in order. The place in the order decides between events of one instant.
async fn told(reading: &Reading<'_>, ticket: TicketId) -> Result<Vec<(Place, TicketTimelineEvent)>, Error> {
    let mut all = Vec::new();
    for batch in &reading.snapshot.of_ticket(Table::TicketEvents, ticket).await? {
        all.extend(events(batch, &reading.dimensions)?);
    }
    let mut all = told_last(all);
    all.sort_by_key(|(order, _)| *order);
    let place = |id, order: EventOrder| Place { key: Some(order.at.0), id };
    Ok((0_i64..).zip(all).map(|(id, (order, event))| (place(id, order), event)).collect())
}

/// A history row that was told anew (its ticket moved, its conversion was mended) stands once, as told last.
fn told_last(all: Vec<(EventOrder, TicketTimelineEvent)>) -> Vec<(EventOrder, TicketTimelineEvent)> {
    let mut newest: HashMap<(i64, String), i64> = HashMap::new();
    for (order, event) in all.iter().filter(|(order, _)| order.sequence != 0) {
        let last = newest.entry((order.sequence, event.kind.clone())).or_insert(order.offset);
        *last = (*last).max(order.offset);
    }
    let is_last = |(order, event): &(EventOrder, TicketTimelineEvent)| {
        newest.get(&(order.sequence, event.kind.clone())).is_none_or(|last| *last == order.offset)
    };
    all.into_iter().filter(is_last).collect()
}

fn columns(now: Instant) -> Result<Vec<Expr>, Error> {
    let mut columns = summary_columns(now);
    columns.extend(["presence", "history_complete", "history_agrees"].map(col));
    for clock in CLOCKS {
        let of = |what: &str| format!("{}_{what}", name(clock));
        columns.push(col(agreement(clock).1).alias(of("agreement")));
        columns.push(col(due(clock)).alias(of("due")));
        columns.push(col(target(clock)).alias(of("target")));
        columns.push(flag(late(clock, now))?.alias(of("late")));
        columns.push(over_by_s(clock, now).alias(of("over")));
        columns.push(flag(is_running(clock))?.alias(of("running")));
    }
    Ok(columns)
}

/// GLPI's item type of the clock's agreement, and the column of its id.
const fn agreement(clock: Clock) -> (&'static str, &'static str) {
    match clock {
        Clock::Tto => ("SLA", "sla_tto_id"),
        Clock::Ttr => ("SLA", "sla_ttr_id"),
        Clock::InternalTto => ("OLA", "ola_tto_id"),
        Clock::InternalTtr => ("OLA", "ola_ttr_id"),
    }
}

/// The timeline without its events.
fn timeline(batch: &RecordBatch, dimensions: &Dimensions) -> Result<TicketTimeline, Error> {
    let columns = Columns::of(batch);
    let mut slas = Vec::new();
    for clock in CLOCKS {
        let number = |what: &str| columns.integer(&format!("{}_{what}", name(clock)), 0);
        let agreement = number("agreement")?.map(|id| named(agreement(clock).0, id, dimensions));
        let due_at = columns.time(&format!("{}_due", name(clock)), 0)?;
        let is_over = number("late")? == Some(1);
        if agreement.is_some() || due_at.is_some() {
            slas.push(SlaClock {
                clock: name(clock).to_owned(),
                agreement,
                due_at,
                target_s: number("target")?,
                is_over,
                over_by_s: number("over")?.filter(|_| is_over),
                is_running: number("running")? == Some(1),
            });
        }
    }
    let ticket = summaries(batch, dimensions)?.into_iter().next();
    Ok(TicketTimeline {
        ticket: Columns::must(ticket, "ticket_id")?,
        presence: Columns::must(columns.text("presence", 0)?, "presence")?,
        history_complete: columns.integer("history_complete", 0)? == Some(1),
        history_agrees: columns.integer("history_agrees", 0)? == Some(1),
        slas,
        events: Vec::new(),
    })
}
