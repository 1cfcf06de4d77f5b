//! GetTicketsBacklog: the tickets open now, or at an instant, by what and how old, down to the tickets themselves.

mod aging;

use chrono_tz::Tz;
use datafusion::{common::JoinType, dataframe::DataFrame, prelude::col};
use schemas::Instant;
use serde::{Deserialize, Serialize};

use super::ticket_list;
use crate::{
    analytics::Analytics,
    answer::Answer,
    error::Error,
    filters::{PRIORITIES, STATUSES, TicketFilters},
    inputs,
    metrics::{
        BACKLOG, BACKLOG_AGE, Metric, OVERDUE, PENDING, Rows, UNASSIGNED, UPDATE_AGE,
        backlog_age::{AGE_BANDS, AgeBand},
    },
    paging::{Order, PageInput, Walk},
    plans::{
        Moment,
        tally::{By, Tallies, Tally, tally},
    },
    reading::Note,
    stores::Dimensions,
    summaries::{TicketSummary, named, word},
    viewer::Viewer,
    window::{instant, zone},
};

pub use aging::{AgeBucket, TicketAging};

/// The column of the tickets that were open.
const OPEN: &str = "open_ticket_id";

/// Dimensions that one question may count by.
const BY_MAX: usize = 3;

/// Rows of counts in one answer, the largest first.
pub const ROWS_MAX: usize = 1_000;

/// What to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// Up to three of `status`, `priority`, `group`, `technician`, `category`, `entity`.
    pub by: Vec<String>,
    /// At this instant, ISO 8601 with an offset, instead of now: status, priority, entity, people and groups, in filters and
    /// dimensions, are then those of that instant; the list has the tickets as they are now.
    pub at: Option<String>,
    /// Only tickets of this age: `<=1d`, `2-3d`, `4-7d`, `8-14d`, `15-30d`, `31-60d`, `61-90d` or `>90d`.
    pub age: Option<String>,
    /// IANA zone of the answer; UTC where it is left out.
    pub tz: Option<String>,
    /// Which tickets.
    pub filters: TicketFilters,
    /// `opened_at`, `modified_at`, `priority`, `due_ttr_at` or `id`, downwards after a dash; `opened_at` where it is
    /// left out.
    pub sort: Option<String>,
    /// Which page of the tickets.
    pub page: PageInput,
}

/// The tickets open now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TicketsBacklog {
    /// How many.
    pub total: u64,
    /// Of them, waiting.
    pub pending: u64,
    /// Of them, without a person or group.
    pub unassigned: u64,
    /// Of them, late now; `None` at another instant.
    pub overdue: Option<u64>,
    /// Of all of them.
    pub aging: TicketAging,
    /// By the dimensions asked for, the largest first, at most [`ROWS_MAX`]. A ticket with several people or groups is
    /// in the row of each, so rows can add up to more than `total`.
    pub rows: Vec<BacklogRow>,
    /// Rows there are.
    pub rows_total: u64,
    /// A page of the tickets.
    pub tickets: Vec<TicketSummary>,
}

/// Tickets that share a status, a group, ...
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BacklogRow {
    /// What they share, one for each dimension asked for, in its order.
    pub keys: Vec<BacklogKey>,
    /// How many.
    pub tickets: u64,
    /// Of them, late now; `None` at another instant.
    pub overdue: Option<u64>,
    /// By age.
    pub aging: TicketAging,
}

/// What tickets share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BacklogKey {
    /// The dimension.
    pub by: String,
    /// GLPI's id or number; `None` for tickets without one, such as those of nobody, which the filter of this dimension calls
    /// `none`, and for every number together that has no name of its own, which is `other`.
    pub id: Option<i64>,
    /// Its name, as far as Farol knows it.
    pub name: Option<String>,
}

const DIMENSIONS: [(&str, (&str, By)); 6] = [
    ("status", ("status", By::Status)),
    ("priority", ("priority", By::Priority)),
    ("group", ("group", By::Group)),
    ("technician", ("technician", By::Technician)),
    ("category", ("category", By::Category)),
    ("entity", ("entity", By::Entity)),
];

const METRICS: [&Metric; 6] = [&BACKLOG, &PENDING, &UNASSIGNED, &OVERDUE, &BACKLOG_AGE, &UPDATE_AGE];
const ROW_METRICS: [&Metric; 4] = [&BACKLOG, &OVERDUE, &BACKLOG_AGE, &UPDATE_AGE];

/// What is known of an instant that is not now.
const METRICS_THEN: [&Metric; 4] = [&BACKLOG, &PENDING, &UNASSIGNED, &BACKLOG_AGE];
const ROW_METRICS_THEN: [&Metric; 2] = [&BACKLOG, &BACKLOG_AGE];

/// A question that makes sense.
struct Question {
    walk: Walk,
    zone: Tz,
    order: Order<&'static str>,
    by: Vec<(&'static str, By)>,
    age: Option<AgeBand>,
    at: Option<Instant>,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<TicketsBacklog>, Error> {
    let Question { walk, zone, order, by, age, at } = input.understand(viewer, now)?;
    let moment = Moment { now: at.unwrap_or(walk.now), window: None };
    let (metrics, row_metrics) = match at {
        Some(_) => (&METRICS_THEN[..], &ROW_METRICS_THEN[..]),
        None => (&METRICS[..], &ROW_METRICS[..]),
    };
    let reading = analytics.read(viewer).await?;
    let aged = |tickets: DataFrame| match age {
        Some(band) => tickets.filter(band.holds("opened_at", moment.now)),
        None => Ok(tickets),
    };
    let (tickets, listed) = if let Some(at) = at {
        let (then, now) = reading.tickets_at(&input.filters, at).await?;
        let open = Rows::Open.counted(then.clone(), &moment)?.select(vec![col("ticket_id").alias(OPEN)])?;
        (aged(then)?, aged(now.join(open, JoinType::LeftSemi, &["ticket_id"], &[OPEN], None)?)?)
    } else {
        let tickets = aged(reading.tickets(&input.filters).await?)?;
        (tickets.clone(), Rows::Open.counted(tickets, &moment)?)
    };
    let whole = tally(&tickets, &[], metrics, &moment).await?.whole();
    let counted = match by.iter().map(|(_, by)| *by).collect::<Vec<_>>().as_slice() {
        [] => Tallies::default(),
        dimensions => tally(&tickets, dimensions, row_metrics, &moment).await?,
    };
    let excluded = reading.excluded(tickets, Rows::Open, &moment).await?;

    let (tickets, page) = ticket_list::page(&reading, &walk, listed, order, whole.count(&BACKLOG)).await?;
    let is_now = at.is_none();
    let data = backlog(&whole, rows(&counted, &by, is_now, &reading.dimensions), tickets, is_now);
    let note = Note { metrics: metrics.to_vec(), zone, window: None, excluded, page: Some(page), ..Note::default() };
    Ok(reading.answer(data, note, now))
}

impl Input {
    fn understand(&self, viewer: &Viewer, now: Instant) -> Result<Question, Error> {
        let walk =
            Walk::new(&self.page, "tickets_backlog", viewer, &(&self.age, &self.at, &self.filters, &self.sort), now)?;
        let zone = zone(self.tz.as_deref())?;
        let order = ticket_list::order(self.sort.as_deref(), "opened_at")?;
        let by = dimensions(&self.by)?;
        let ages = AGE_BANDS.map(|band| (band.name, band));
        let age = self.age.as_deref().map(|name| inputs::choice("age", name, &ages)).transpose()?;
        let at = self.at.as_deref().map(|text| instant("at", text)).transpose()?;
        if at.is_some_and(|at| at > walk.now) {
            return Err(Error::invalid("at", "in the future", "an instant that has been"));
        }
        self.filters.validate()?;
        Ok(Question { walk, zone, order, by, age, at })
    }
}

fn dimensions(names: &[String]) -> Result<Vec<(&'static str, By)>, Error> {
    let by = inputs::choices("by", names, &DIMENSIONS)?;
    let repeats = by.iter().enumerate().any(|(at, (name, _))| by[..at].iter().any(|(before, _)| before == name));
    if by.len() > BY_MAX || repeats {
        return Err(Error::invalid("by", "too many, or one twice", format!("up to {BY_MAX} different ones")));
    }
    Ok(by)
}

fn backlog(whole: &Tally, mut rows: Vec<BacklogRow>, tickets: Vec<TicketSummary>, is_now: bool) -> TicketsBacklog {
    let rows_total = rows.len() as u64;
    rows.truncate(ROWS_MAX);
    TicketsBacklog {
        total: whole.count(&BACKLOG),
        pending: whole.count(&PENDING),
        unassigned: whole.count(&UNASSIGNED),
        overdue: is_now.then(|| whole.count(&OVERDUE)),
        aging: aging::of(whole, is_now),
        rows,
        rows_total,
        tickets,
    }
}

/// Every row, the largest first, equal ones in the order of their keys.
fn rows(counted: &Tallies, by: &[(&'static str, By)], is_now: bool, dimensions: &Dimensions) -> Vec<BacklogRow> {
    let mut rows: Vec<BacklogRow> = Vec::new();
    for (ids, tally) in &counted.rows {
        let keys: Vec<_> = by.iter().zip(ids).map(|((name, by), id)| key(name, *by, *id, dimensions)).collect();
        let overdue = is_now.then(|| tally.count(&OVERDUE));
        let row = BacklogRow { keys, tickets: tally.count(&BACKLOG), overdue, aging: aging::of(tally, is_now) };
        // Only keys named `other` can be the same for several numbers: few rows, so looking for one costs little.
        let same =
            row.keys.iter().any(BacklogKey::is_other).then(|| rows.iter_mut().find(|known| known.keys == row.keys));
        match same.flatten() {
            Some(known) => known.add(&row),
            None => rows.push(row),
        }
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.tickets));
    rows
}

impl BacklogKey {
    /// It stands for every number of a status or priority that has no name of its own.
    fn is_other(&self) -> bool {
        self.id.is_none() && self.name.is_some()
    }
}

impl BacklogRow {
    fn add(&mut self, other: &Self) {
        self.tickets += other.tickets;
        self.overdue = self.overdue.zip(other.overdue).map(|(one, more)| one + more);
        let buckets = self.aging.since_opened.iter_mut().chain(&mut self.aging.since_update);
        for (bucket, more) in buckets.zip(other.aging.since_opened.iter().chain(&other.aging.since_update)) {
            bucket.tickets += more.tickets;
        }
    }
}

fn key(name: &str, by: By, id: Option<i64>, dimensions: &Dimensions) -> BacklogKey {
    let row = |kind: &str| (id, id.and_then(|id| named(kind, id, dimensions).name));
    let number = |known: &[(&'static str, u8)]| {
        let id = id.filter(|id| known.iter().any(|(_, number)| i64::from(*number) == *id));
        (id, Some(word(known, id).to_owned()))
    };
    let (id, name_of_id) = match by {
        By::Status => number(&STATUSES),
        By::Priority => number(&PRIORITIES),
        By::Entity => row("Entity"),
        By::Category => row("ITILCategory"),
        By::Group => row("Group"),
        By::Technician => row("User"),
        By::SolvedHour(_) => (id, None),
    };
    BacklogKey { by: name.to_owned(), id, name: name_of_id }
}
