//! GetSlaBreaches: clocks that went over their due instant, how far and how bad, and those that soon will.
//!
//! A breach happens at the due instant, and it is in the window when that is. In mode `canonical` it is what the events say of
//! each promise, for ever, in working seconds. In mode `glpi` it is what GLPI shows of its stored deadlines: in seconds on the
//! wall, none while the ticket is pending, and of unknown severity where the target is.

mod answer;
mod canonical;
mod counts;
mod longest;
mod risk;

use chrono_tz::Tz;
use datafusion::{
    dataframe::DataFrame,
    prelude::{col, lit},
};
use schemas::{Clock, Instant};
use serde::{Deserialize, Serialize};

pub use self::answer::{
    BrokenPromise, ClockCount, LongestInterval, RiskBand, SeverityCount, SlaBreach, SlaBreaches, SlaRisk,
};
use self::counts::counts;
use crate::{
    analytics::Analytics,
    answer::{Answer, Mode, Page},
    error::Error,
    filters::TicketFilters,
    inputs,
    lateness::{CLOCKS, SEVERITIES, name},
    metrics::{CLOCK_BREACHES, Rows, SLA_BREACHES, sla_breaches::breaches},
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
    /// `canonical`, what the events say, or `glpi`, what GLPI shows; `canonical` where it is left out.
    pub mode: Option<String>,
    /// `minor`, `major`, `critical` or `unknown`; every one where it is left out.
    pub severity: Vec<String>,
    /// `tto`, `ttr`, `internal_tto` or `internal_ttr`; every one where it is left out.
    pub clock: Vec<String>,
    /// `running` or `stopped`; both where it is left out.
    pub state: Option<String>,
    /// Over by at least so many seconds, 0 or more.
    pub over_by_s_min: Option<i64>,
    /// Ids or names of groups assigned at the breach, the groups below them belong to them; or `none`. Not in mode `glpi`.
    pub owner_group: Vec<String>,
    /// Ids or names of people assigned at the breach; or `none`. Not in mode `glpi`.
    pub owner_technician: Vec<String>,
    /// Which tickets.
    pub filters: TicketFilters,
    /// `breached_at`, `over_by_s`, `severity`, `priority` or `id`, downwards after a dash; `-breached_at` where it is
    /// left out.
    pub sort: Option<String>,
    /// Which page of the breaches.
    pub page: PageInput,
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
    mode: Mode,
    window: Window,
    zone: Tz,
    order: Order<&'static str>,
    severities: Vec<i64>,
    clocks: Vec<Clock>,
    state: Option<i64>,
    over_by_s_min: i64,
    filters: TicketFilters,
    /// Of the owners at the breach.
    owners: TicketFilters,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<SlaBreaches>, Error> {
    let question = input.understand(viewer, now)?;
    let reading = analytics.read(viewer).await?;
    match question.mode {
        Mode::Glpi => question.of_glpi(&reading, now).await,
        Mode::Canonical => question.canonical(&reading, now).await,
    }
}

impl Input {
    fn understand(&self, viewer: &Viewer, now: Instant) -> Result<Question, Error> {
        let walk = Walk::new(&self.page, "sla_breaches", viewer, &self.identity(), now)?;
        let mode = inputs::mode(self.mode.as_deref())?;
        let owners = TicketFilters {
            queue: self.owner_group.clone(),
            technician: self.owner_technician.clone(),
            ..TicketFilters::default()
        };
        if mode == Mode::Glpi && owners != TicketFilters::default() {
            let field = if owners.queue.is_empty() { "owner_technician" } else { "owner_group" };
            return Err(Error::invalid(field, "GLPI does not keep who was assigned at a breach", "mode=canonical"));
        }
        self.filters.validate()?;
        Ok(Question {
            walk,
            mode,
            window: self.window.resolve("30d", walk.now)?,
            zone: zone(self.tz.as_deref())?,
            order: inputs::order(self.sort.as_deref(), "-breached_at", &SORTS)?,
            severities: inputs::choices("severity", &self.severity, &SEVERITIES)?,
            clocks: inputs::choices("clock", &self.clock, &CLOCKS.map(|clock| (name(clock), clock)))?,
            state: self.state.as_deref().map(|state| inputs::choice("state", state, &STATES)).transpose()?,
            over_by_s_min: inputs::number("over_by_s_min", self.over_by_s_min, 0, (0, i64::MAX))?,
            filters: self.filters.clone(),
            owners,
        })
    }

    /// What makes it another question than the next page of the same.
    fn identity(&self) -> impl std::hash::Hash + '_ {
        let narrowed = (&self.mode, &self.over_by_s_min, &self.owner_group, &self.owner_technician);
        (&self.window, &self.severity, &self.clock, &self.state, &self.filters, &self.sort, narrowed)
    }
}

impl Question {
    fn moment(&self) -> Moment {
        Moment { now: self.walk.now, window: Some(self.window) }
    }

    async fn of_glpi(&self, reading: &Reading<'_>, now: Instant) -> Result<Answer<SlaBreaches>, Error> {
        let tickets = reading.tickets(&self.filters).await?;
        let found = self.narrowed(breaches(&tickets, &self.clocks, &self.moment())?)?;
        let counted = counts(found.clone(), &self.clocks).await?;
        let excluded = reading.excluded(tickets, Rows::DueIn, &self.moment()).await?;
        let (breaches, page) = self.list(reading, found, counted.total).await?;
        let metrics = vec![&SLA_BREACHES];
        let note =
            Note { metrics, mode: Mode::Glpi, zone: self.zone, window: Some(self.window), excluded, page: Some(page) };
        Ok(reading.answer(SlaBreaches { breaches, ..counted }, note, now))
    }

    async fn canonical(&self, reading: &Reading<'_>, now: Instant) -> Result<Answer<SlaBreaches>, Error> {
        let all = canonical::breaches(reading, self).await?;
        let found = self.narrowed(all.clone().filter(col("is_counted").eq(lit(true)))?)?;
        let counted = counts(found.clone(), &self.clocks).await?;
        let at_risk = Some(risk::at_risk(reading, self).await?);
        let excluded = reading.with_unreadable(canonical::excluded(all).await?);
        let (mut breaches, page) = self.list(reading, found, counted.total).await?;
        longest::live(reading, &mut breaches, self.walk.now).await?;
        let metrics = vec![&CLOCK_BREACHES];
        let (mode, zone) = (Mode::Canonical, self.zone);
        let note = Note { metrics, mode, zone, window: Some(self.window), excluded, page: Some(page) };
        Ok(reading.answer(SlaBreaches { at_risk, breaches, ..counted }, note, now))
    }

    fn narrowed(&self, breaches: DataFrame) -> Result<DataFrame, Error> {
        let mut found = breaches;
        if !self.severities.is_empty() {
            let severities = self.severities.iter().map(|number| lit(*number)).collect();
            found = found.filter(col("severity").in_list(severities, false))?;
        }
        if let Some(state) = self.state {
            found = found.filter(col("is_running").eq(lit(state)))?;
        }
        if self.over_by_s_min > 0 {
            found = found.filter(col("over_by_s").gt_eq(lit(self.over_by_s_min)))?;
        }
        Ok(found)
    }

    /// The page of `breaches` that the walk is at.
    async fn list(
        &self,
        reading: &Reading<'_>,
        breaches: DataFrame,
        total: u64,
    ) -> Result<(Vec<SlaBreach>, Page), Error> {
        let order = Order { key: col(self.order.key), descending: self.order.descending };
        let mut rows = Vec::new();
        for batch in self.walk.apply(breaches, order, "breach_id")?.collect().await? {
            let columns = Columns::of(&batch);
            let mut promises = match self.mode {
                Mode::Canonical => canonical::promises(&batch, &reading.dimensions)?,
                Mode::Glpi => Vec::new(),
            }
            .into_iter();
            for (row, ticket) in summaries(&batch, &reading.dimensions)?.into_iter().enumerate() {
                let id = Columns::must(columns.integer("breach_id", row)?, "breach_id")?;
                let breach = breach(&columns, row, ticket, promises.next())?;
                rows.push((Place { key: columns.integer(SORT_KEY, row)?, id }, breach));
            }
        }
        let (rows, page) = self.walk.cut(rows, total, reading.snapshot.version(), |(place, _)| *place);
        Ok((rows.into_iter().map(|(_, breach)| breach).collect(), page))
    }
}

fn breach(
    columns: &Columns<'_>,
    row: usize,
    ticket: TicketSummary,
    promise: Option<BrokenPromise>,
) -> Result<SlaBreach, Error> {
    let number = |name: &str| Columns::must(columns.integer(name, row)?, name);
    let clock = CLOCKS.get(number("clock")? as usize).copied().map_or("", name);
    let severity = number("severity")?;
    let severity = SEVERITIES.iter().find(|(_, number)| *number == severity).map_or("unknown", |(name, _)| name);
    let replaced = promise.as_ref().filter(|promise| promise.detached_at.is_some());
    let made = replaced.map(|promise| promise.attached_at.format("/%Y-%m-%dT%H:%M:%SZ").to_string());
    Ok(SlaBreach {
        id: format!("{}/{clock}{}", ticket.id, made.unwrap_or_default()),
        clock: clock.to_owned(),
        severity: severity.to_owned(),
        breached_at: Columns::must(columns.time("breached_at", row)?, "breached_at")?,
        over_by_s: number("over_by_s")?,
        target_s: columns.integer("target_s", row)?,
        is_running: number("is_running")? == 1,
        promise,
        ticket,
    })
}
