//! GetTicketsBacklog: the tickets open now, by what and how old, down to the tickets themselves.

use datafusion::{dataframe::DataFrame, prelude::col};
use schemas::Instant;
use serde::{Deserialize, Serialize};

use crate::{
    analytics::Analytics,
    answer::Answer,
    error::Error,
    filters::{PRIORITIES, STATUSES, TicketFilters},
    inputs,
    metrics::{
        BACKLOG, BACKLOG_AGE, Metric, OVERDUE, PENDING, Rows, UNASSIGNED, UPDATE_AGE,
        backlog_age::{AGE_BANDS, AgeBand},
        update_age::UPDATE_BANDS,
    },
    paging::{Order, PageInput, Place, SORT_KEY, Walk},
    plans::{
        Moment,
        excluded::excluded,
        rows::Columns,
        tally::{By, Tallies, Tally, tally},
    },
    reading::{Note, Reading},
    stores::Dimensions,
    summaries::{TicketSummary, named, summaries, summary_columns, word},
    viewer::Viewer,
    window::zone,
};

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
    /// Of them, late.
    pub overdue: u64,
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

/// Tickets by age.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TicketAging {
    /// By the time since they were opened.
    pub since_opened: Vec<AgeBucket>,
    /// By the time since they last changed.
    pub since_update: Vec<AgeBucket>,
}

/// Tickets within a band of ages: `from_days <= age < to_days`, in days of 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AgeBucket {
    /// The band's name.
    pub name: String,
    /// The youngest age.
    pub from_days: i64,
    /// The first age beyond; `None` for the oldest band.
    pub to_days: Option<i64>,
    /// How many.
    pub tickets: u64,
}

/// Tickets that share a status, a group, ...
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BacklogRow {
    /// What they share, one for each dimension asked for, in its order.
    pub keys: Vec<BacklogKey>,
    /// How many.
    pub tickets: u64,
    /// Of them, late.
    pub overdue: u64,
    /// By age.
    pub aging: TicketAging,
}

/// What tickets share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BacklogKey {
    /// The dimension.
    pub by: String,
    /// GLPI's id or number; `None` for tickets without one, such as those of nobody.
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

const SORTS: [(&str, &str); 5] = [
    ("opened_at", "opened_at"),
    ("modified_at", "modified_at"),
    ("priority", "priority"),
    ("due_ttr_at", "due_ttr_at"),
    ("id", "ticket_id"),
];

const METRICS: [&Metric; 6] = [&BACKLOG, &PENDING, &UNASSIGNED, &OVERDUE, &BACKLOG_AGE, &UPDATE_AGE];
const ROW_METRICS: [&Metric; 4] = [&BACKLOG, &OVERDUE, &BACKLOG_AGE, &UPDATE_AGE];

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<TicketsBacklog>, Error> {
    let question = (&input.age, &input.filters, &input.sort);
    let walk = Walk::new(&input.page, "tickets_backlog", viewer, &question, now)?;
    let zone = zone(input.tz.as_deref())?;
    let order = inputs::order(input.sort.as_deref(), "opened_at", &SORTS)?;
    let by = dimensions(&input.by)?;
    let ages = AGE_BANDS.map(|band| (band.name, band));
    let age = input.age.as_deref().map(|name| inputs::choice("age", name, &ages)).transpose()?;
    input.filters.validate()?;

    let moment = Moment { now: walk.now, window: None };
    let reading = analytics.read(viewer).await?;
    let mut tickets = reading.tickets(&input.filters)?;
    if let Some(band) = age {
        tickets = tickets.filter(band.holds("opened_at", walk.now))?;
    }
    let whole = tally(&tickets, &[], &METRICS, &moment).await?.whole();
    let dimensions: Vec<By> = by.iter().map(|(_, by)| *by).collect();
    let counted = match dimensions.as_slice() {
        [] => Tallies::default(),
        some => tally(&tickets, some, &ROW_METRICS, &moment).await?,
    };
    let excluded = excluded(tickets.clone(), Rows::Open, &moment).await?;

    let total = whole.count(&BACKLOG);
    let order = Order { key: col(order.key), descending: order.descending };
    let listed = list(&reading, &walk, Rows::Open.counted(tickets, &moment)?, order).await?;
    let (listed, page) = walk.cut(listed, total, reading.snapshot.version(), |(place, _)| *place);
    let data = TicketsBacklog {
        total,
        pending: whole.count(&PENDING),
        unassigned: whole.count(&UNASSIGNED),
        overdue: whole.count(&OVERDUE),
        aging: aging(&whole),
        rows_total: counted.rows.len() as u64,
        rows: rows(&counted, &by, &reading.dimensions),
        tickets: listed.into_iter().map(|(_, ticket)| ticket).collect(),
    };
    let note = Note { metrics: METRICS.to_vec(), zone, window: None, excluded, page: Some(page) };
    Ok(reading.answer(data, note, now))
}

fn dimensions(names: &[String]) -> Result<Vec<(&'static str, By)>, Error> {
    let by = inputs::choices("by", names, &DIMENSIONS)?;
    let repeats = by.iter().enumerate().any(|(at, (name, _))| by[..at].iter().any(|(before, _)| before == name));
    if by.len() > BY_MAX || repeats {
        return Err(Error::invalid("by", "too many, or one twice", format!("up to {BY_MAX} different ones")));
    }
    Ok(by)
}

async fn list(
    reading: &Reading<'_>,
    walk: &Walk,
    tickets: DataFrame,
    order: Order<datafusion::prelude::Expr>,
) -> Result<Vec<(Place, TicketSummary)>, Error> {
    let mut columns = summary_columns(walk.now);
    columns.push(col(SORT_KEY));
    let mut rows = Vec::new();
    for batch in walk.apply(tickets, order, "ticket_id")?.select(columns)?.collect().await? {
        let columns = Columns::of(&batch);
        for (row, ticket) in summaries(&batch, &reading.dimensions)?.into_iter().enumerate() {
            rows.push((Place { key: columns.integer(SORT_KEY, row)?, id: ticket.id }, ticket));
        }
    }
    Ok(rows)
}

fn rows(counted: &Tallies, by: &[(&'static str, By)], dimensions: &Dimensions) -> Vec<BacklogRow> {
    let mut rows: Vec<_> = counted.rows.iter().collect();
    // Stable: equal counts stay in the order of their keys.
    rows.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.count(&BACKLOG)));
    rows.truncate(ROWS_MAX);
    let row = |(ids, tally): (&Vec<Option<i64>>, &Tally)| BacklogRow {
        keys: by.iter().zip(ids).map(|((name, by), id)| key(name, *by, *id, dimensions)).collect(),
        tickets: tally.count(&BACKLOG),
        overdue: tally.count(&OVERDUE),
        aging: aging(tally),
    };
    rows.into_iter().map(row).collect()
}

fn key(name: &str, by: By, id: Option<i64>, dimensions: &Dimensions) -> BacklogKey {
    let of = |kind: &str| id.and_then(|id| named(kind, id, dimensions).name);
    let name_of_id = match by {
        By::Status => Some(word(&STATUSES, id).to_owned()),
        By::Priority => Some(word(&PRIORITIES, id).to_owned()),
        By::Entity => of("Entity"),
        By::Category => of("ITILCategory"),
        By::Group => of("Group"),
        By::Technician => of("User"),
        By::SolvedHour(_) => None,
    };
    BacklogKey { by: name.to_owned(), id, name: name_of_id }
}

fn aging(tally: &Tally) -> TicketAging {
    let buckets = |metric: &Metric, bands: &[AgeBand]| -> Vec<AgeBucket> {
        let bucket = |band: &AgeBand| AgeBucket {
            name: band.name.to_owned(),
            from_days: band.from_days,
            to_days: band.to_days,
            tickets: tally.measure(metric, band.name),
        };
        bands.iter().map(bucket).collect()
    };
    TicketAging { since_opened: buckets(&BACKLOG_AGE, &AGE_BANDS), since_update: buckets(&UPDATE_AGE, &UPDATE_BANDS) }
}
