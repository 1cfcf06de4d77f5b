//! GetSlaBreaches: clocks that went over their due instant, how far and how bad.
//!
//! A breach happens at the due instant, and it is in the window when that is. Over by and severity are in seconds on
//! the wall, as GLPI shows lateness, against the agreement's target in working time; severity is unknown where the
//! target is.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use datafusion::{
    dataframe::DataFrame,
    functions_aggregate::expr_fn::{count, count_distinct},
    prelude::{col, lit},
};
use schemas::{Clock, Instant};
use serde::{Deserialize, Serialize};

use crate::{
    analytics::Analytics,
    answer::{Answer, Page},
    error::Error,
    filters::TicketFilters,
    inputs,
    lateness::{CLOCKS, SEVERITIES, name},
    metrics::{Rows, SLA_BREACHES, sla_breaches::breaches},
    paging::{Order, PageInput, Place, SORT_KEY, Walk},
    plans::{Moment, rows::Columns},
    reading::{Note, Reading},
    summaries::{TicketSummary, summaries},
    viewer::Viewer,
    window::{Window, WindowInput, zone},
};

/// What to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// The window of the breach instants; the last 30 days where it is left out.
    pub window: WindowInput,
    /// IANA zone of the answer; UTC where it is left out.
    pub tz: Option<String>,
    /// `minor`, `major`, `critical` or `unknown`; every one where it is left out.
    pub severity: Vec<String>,
    /// `tto`, `ttr`, `internal_tto` or `internal_ttr`; every one where it is left out.
    pub clock: Vec<String>,
    /// `running` or `stopped`; both where it is left out.
    pub state: Option<String>,
    /// Which tickets.
    pub filters: TicketFilters,
    /// `breached_at`, `over_by_s`, `severity`, `priority` or `id`, downwards after a dash; `-breached_at` where it is
    /// left out.
    pub sort: Option<String>,
    /// Which page of the breaches.
    pub page: PageInput,
}

/// Clocks that went over their due instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaBreaches {
    /// How many.
    pub total: u64,
    /// The tickets they belong to.
    pub tickets: u64,
    /// Of the clocks, still running.
    pub running: u64,
    /// They by severity, the worst first.
    pub by_severity: Vec<SeverityCount>,
    /// They by clock.
    pub by_clock: Vec<ClockCount>,
    /// A page of them.
    pub breaches: Vec<SlaBreach>,
}

/// Breaches of one severity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SeverityCount {
    /// The severity.
    pub severity: String,
    /// How many.
    pub breaches: u64,
}

/// Breaches of one clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ClockCount {
    /// The clock.
    pub clock: String,
    /// How many.
    pub breaches: u64,
}

/// A clock that went over its due instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlaBreach {
    /// Ticket and clock, such as `4711/ttr`.
    pub id: String,
    /// `tto`, `ttr`, `internal_tto` or `internal_ttr`.
    pub clock: String,
    /// Over by less than 25 % of the target `minor`, less than 100 % `major`, otherwise `critical`, as is every breach
    /// of a ticket of priority 6; `unknown` where the target is.
    pub severity: String,
    /// When the clock was up, and so went over.
    pub breached_at: DateTime<Utc>,
    /// Seconds on the wall beyond that, until it stopped or until now.
    pub over_by_s: i64,
    /// Seconds of working time that the agreement allows.
    pub target_s: Option<i64>,
    /// What the clock waits for has not happened.
    pub is_running: bool,
    /// The ticket, with its priority, entity, technician and group.
    pub ticket: TicketSummary,
}

const SORTS: [(&str, &str); 5] = [
    ("breached_at", "breached_at"),
    ("over_by_s", "over_by_s"),
    ("severity", "severity"),
    ("priority", "priority"),
    ("id", "breach_id"),
];

const STATES: [(&str, i64); 2] = [("running", 1), ("stopped", 0)];

/// A question that makes sense.
struct Question {
    walk: Walk,
    window: Window,
    zone: Tz,
    order: Order<&'static str>,
    severities: Vec<i64>,
    clocks: Vec<Clock>,
    state: Option<i64>,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<SlaBreaches>, Error> {
    let Question { walk, window, zone, order, severities, clocks, state } = input.understand(viewer, now)?;
    let moment = Moment { now: walk.now, window: Some(window) };
    let reading = analytics.read(viewer).await?;
    let tickets = reading.tickets(&input.filters).await?;
    let found = narrowed(breaches(&tickets, &clocks, &moment)?, &severities, state)?;
    let counted = counts(found.clone(), &clocks).await?;
    let excluded = reading.excluded(tickets, Rows::DueIn, &moment).await?;

    let (listed, page) = list(&reading, &walk, found, order, counted.total).await?;
    let data = SlaBreaches { breaches: listed, ..counted };
    let note = Note { metrics: vec![&SLA_BREACHES], zone, window: Some(window), excluded, page: Some(page) };
    Ok(reading.answer(data, note, now))
}

impl Input {
    fn understand(&self, viewer: &Viewer, now: Instant) -> Result<Question, Error> {
        let question = (&self.window, &self.severity, &self.clock, &self.state, &self.filters, &self.sort);
        let walk = Walk::new(&self.page, "sla_breaches", viewer, &question, now)?;
        let window = self.window.resolve("30d", walk.now)?;
        let zone = zone(self.tz.as_deref())?;
        let order = inputs::order(self.sort.as_deref(), "-breached_at", &SORTS)?;
        let severities = inputs::choices("severity", &self.severity, &SEVERITIES)?;
        let clocks = inputs::choices("clock", &self.clock, &CLOCKS.map(|clock| (name(clock), clock)))?;
        let state = self.state.as_deref().map(|state| inputs::choice("state", state, &STATES)).transpose()?;
        self.filters.validate()?;
        Ok(Question { walk, window, zone, order, severities, clocks, state })
    }
}

/// The page of `breaches` that the walk is at.
async fn list(
    reading: &Reading<'_>,
    walk: &Walk,
    breaches: DataFrame,
    order: Order<&'static str>,
    total: u64,
) -> Result<(Vec<SlaBreach>, Page), Error> {
    let order = Order { key: col(order.key), descending: order.descending };
    let mut rows = Vec::new();
    for batch in walk.apply(breaches, order, "breach_id")?.collect().await? {
        let columns = Columns::of(&batch);
        for (row, ticket) in summaries(&batch, &reading.dimensions)?.into_iter().enumerate() {
            let id = Columns::must(columns.integer("breach_id", row)?, "breach_id")?;
            rows.push((Place { key: columns.integer(SORT_KEY, row)?, id }, breach(&columns, row, ticket)?));
        }
    }
    let (rows, page) = walk.cut(rows, total, reading.snapshot.version(), |(place, _)| *place);
    Ok((rows.into_iter().map(|(_, breach)| breach).collect(), page))
}

fn narrowed(breaches: DataFrame, severities: &[i64], state: Option<i64>) -> Result<DataFrame, Error> {
    let mut found = breaches;
    if !severities.is_empty() {
        found = found.filter(col("severity").in_list(severities.iter().map(|number| lit(*number)).collect(), false))?;
    }
    if let Some(state) = state {
        found = found.filter(col("is_running").eq(lit(state)))?;
    }
    Ok(found)
}

/// The answer without its list.
async fn counts(breaches: DataFrame, clocks: &[Clock]) -> Result<SlaBreaches, Error> {
    let distinct = breaches.clone().aggregate(vec![], vec![count_distinct(col("ticket_id")).alias("tickets")])?;
    let mut tickets = 0;
    for batch in distinct.collect().await? {
        tickets += Columns::of(&batch).integer("tickets", 0)?.unwrap_or(0) as u64;
    }
    let keys = vec![col("clock"), col("severity"), col("is_running")];
    let counted = breaches.aggregate(keys, vec![count(lit(1_i64)).alias("breaches")])?;
    let (mut by_clock, mut by_severity) = (BTreeMap::new(), BTreeMap::new());
    let (mut total, mut running) = (0, 0);
    for batch in counted.collect().await? {
        let columns = Columns::of(&batch);
        for row in 0..batch.num_rows() {
            let count = columns.integer("breaches", row)?.unwrap_or(0) as u64;
            let number = |name: &str| columns.integer(name, row).map(|number| number.unwrap_or(0));
            *by_clock.entry(number("clock")?).or_default() += count;
            *by_severity.entry(number("severity")?).or_default() += count;
            total += count;
            running += if number("is_running")? == 1 { count } else { 0 };
        }
    }
    let (by_severity, by_clock) = (of_severities(&by_severity), of_clocks(&by_clock, clocks));
    Ok(SlaBreaches { total, tickets, running, by_severity, by_clock, breaches: Vec::new() })
}

fn of_severities(counts: &BTreeMap<i64, u64>) -> Vec<SeverityCount> {
    let of = |(name, number): &(&str, i64)| SeverityCount {
        severity: (*name).to_owned(),
        breaches: counts.get(number).copied().unwrap_or(0),
    };
    SEVERITIES.iter().rev().map(of).collect()
}

/// `counts` of the clocks that were asked for, all where none was.
fn of_clocks(counts: &BTreeMap<i64, u64>, clocks: &[Clock]) -> Vec<ClockCount> {
    let asked = (0_i64..).zip(CLOCKS).filter(|(_, clock)| clocks.is_empty() || clocks.contains(clock));
    let of = |(number, clock): (i64, Clock)| ClockCount {
        clock: name(clock).to_owned(),
        breaches: counts.get(&number).copied().unwrap_or(0),
    };
    asked.map(of).collect()
}

fn breach(columns: &Columns<'_>, row: usize, ticket: TicketSummary) -> Result<SlaBreach, Error> {
    let number = |name: &str| Columns::must(columns.integer(name, row)?, name);
    let clock = CLOCKS.get(number("clock")? as usize).copied().map_or("", name);
    let severity = number("severity")?;
    let severity = SEVERITIES.iter().find(|(_, number)| *number == severity).map_or("unknown", |(name, _)| name);
    Ok(SlaBreach {
        id: format!("{}/{clock}", ticket.id),
        clock: clock.to_owned(),
        severity: severity.to_owned(),
        breached_at: Columns::must(columns.time("breached_at", row)?, "breached_at")?,
        over_by_s: number("over_by_s")?,
        target_s: columns.integer("target_s", row)?,
        is_running: number("is_running")? == 1,
        ticket,
    })
}
