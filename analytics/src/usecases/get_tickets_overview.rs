//! GetTicketsOverview: how the desk stands, and the tickets behind the figures.
//!
//! Figures by status and priority, and the list, are about the tickets open now or opened, solved or closed in the
//! window, with the status they have now. Open, overdue, at risk, unassigned and pending are about now; created, solved
//! and closed about the window.

use chrono_tz::Tz;
use schemas::Instant;
use serde::{Deserialize, Serialize};

use super::ticket_list;
use crate::{
    analytics::Analytics,
    answer::Answer,
    error::Error,
    filters::{OTHER, PRIORITIES, STATUSES, TicketFilters},
    metrics::{AT_RISK, BACKLOG, CLOSED, CREATED, Metric, OVERDUE, PENDING, Rows, SOLVED, TICKETS, UNASSIGNED},
    paging::{Order, PageInput, Walk},
    plans::{
        Moment,
        tally::{By, Tallies, Tally, tally},
    },
    reading::Note,
    summaries::TicketSummary,
    viewer::Viewer,
    window::{Window, WindowInput, zone},
};

/// What to ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Input {
    /// The window; the last 30 days where it is left out.
    pub window: WindowInput,
    /// IANA zone of the answer; UTC where it is left out.
    pub tz: Option<String>,
    /// Which tickets.
    pub filters: TicketFilters,
    /// `opened_at`, `modified_at`, `priority`, `due_ttr_at` or `id`, downwards after a dash; `-opened_at` where it is
    /// left out.
    pub sort: Option<String>,
    /// Which page of the tickets.
    pub page: PageInput,
}

/// How the desk stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TicketsOverview {
    /// Tickets of the list.
    pub total: u64,
    /// They by status; every status of GLPI's core, and `other` where there are some.
    pub by_status: Vec<StatusCount>,
    /// They by priority, from the lowest.
    pub by_priority: Vec<PriorityCount>,
    /// Open now.
    pub open: u64,
    /// Open and late now, as `is_late_now` of a ticket says.
    pub overdue: u64,
    /// Three quarters or more of the time to resolve are over, but not all.
    pub at_risk: u64,
    /// The bands that this comes from.
    pub at_risk_bands: AtRiskBands,
    /// Open without a person or group.
    pub unassigned: u64,
    /// Waiting.
    pub pending: u64,
    /// Opened in the window.
    pub created: u64,
    /// Solved in the window.
    pub solved: u64,
    /// Closed in the window.
    pub closed: u64,
    /// A page of the tickets.
    pub tickets: Vec<TicketSummary>,
}

/// Tickets of one status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatusCount {
    /// The status.
    pub status: String,
    /// How many.
    pub tickets: u64,
}

/// Tickets of one priority.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PriorityCount {
    /// The priority.
    pub priority: String,
    /// How many.
    pub tickets: u64,
}

/// Open tickets by how much of their time to resolve is over, in percent, half-open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AtRiskBands {
    /// 50 to 75.
    pub from_50: u64,
    /// 75 to 90.
    pub from_75: u64,
    /// 90 to 95.
    pub from_90: u64,
    /// 95 to 100.
    pub from_95: u64,
}

/// What the counts of the whole answer come from; `TICKETS` is counted by status and priority beside.
const METRICS: [&Metric; 8] = [&BACKLOG, &PENDING, &UNASSIGNED, &OVERDUE, &AT_RISK, &CREATED, &SOLVED, &CLOSED];

/// A question that makes sense.
struct Question {
    walk: Walk,
    window: Window,
    zone: Tz,
    order: Order<&'static str>,
}

/// Answers the question.
pub async fn execute(
    analytics: &Analytics,
    viewer: &Viewer,
    input: &Input,
    now: Instant,
) -> Result<Answer<TicketsOverview>, Error> {
    let Question { walk, window, zone, order } = input.understand(viewer, now)?;
    let moment = Moment { now: walk.now, window: Some(window) };
    let reading = analytics.read(viewer).await?;
    let tickets = reading.tickets(&input.filters).await?;
    let whole = tally(&tickets, &[], &METRICS, &moment).await?.whole();
    let by = tally(&tickets, &[By::Status, By::Priority], &[&TICKETS], &moment).await?;
    let excluded = reading.excluded(tickets.clone(), Rows::OpenOrTouchedIn, &moment).await?;

    let total = by.rows.values().map(|tally| tally.count(&TICKETS)).sum();
    let listed = Rows::OpenOrTouchedIn.counted(tickets, &moment)?;
    let (tickets, page) = ticket_list::page(&reading, &walk, listed, order, total).await?;
    let metrics = [&[&TICKETS][..], &METRICS].concat();
    let note = Note { metrics, zone, window: Some(window), excluded, page: Some(page), ..Note::default() };
    Ok(reading.answer(overview(&whole, &by, total, tickets), note, now))
}

impl Input {
    fn understand(&self, viewer: &Viewer, now: Instant) -> Result<Question, Error> {
        let walk = Walk::new(&self.page, "tickets_overview", viewer, &(&self.window, &self.filters, &self.sort), now)?;
        let window = self.window.resolve("30d", walk.now)?;
        let zone = zone(self.tz.as_deref())?;
        let order = ticket_list::order(self.sort.as_deref(), "-opened_at")?;
        self.filters.validate()?;
        Ok(Question { walk, window, zone, order })
    }
}

fn overview(whole: &Tally, by: &Tallies, total: u64, tickets: Vec<TicketSummary>) -> TicketsOverview {
    let [from_50, from_75, from_90, from_95] = ["50", "75", "90", "95"].map(|band| whole.measure(&AT_RISK, band));
    let by_status = words(by, 0, &STATUSES).into_iter().map(|(status, tickets)| StatusCount { status, tickets });
    let by_priority =
        words(by, 1, &PRIORITIES).into_iter().map(|(priority, tickets)| PriorityCount { priority, tickets });
    TicketsOverview {
        total,
        by_status: by_status.collect(),
        by_priority: by_priority.collect(),
        open: whole.count(&BACKLOG),
        overdue: whole.count(&OVERDUE),
        at_risk: from_75 + from_90 + from_95,
        at_risk_bands: AtRiskBands { from_50, from_75, from_90, from_95 },
        unassigned: whole.count(&UNASSIGNED),
        pending: whole.count(&PENDING),
        created: whole.count(&CREATED),
        solved: whole.count(&SOLVED),
        closed: whole.count(&CLOSED),
        tickets,
    }
}

/// Tickets by the number at `place` of the keys, each known number with its name, all others together.
fn words(by: &Tallies, place: usize, known: &[(&'static str, u8)]) -> Vec<(String, u64)> {
    let sum = |wanted: &dyn Fn(i64) -> bool| -> u64 {
        let matching = by.rows.iter().filter(|(key, _)| key.get(place).copied().flatten().is_some_and(wanted));
        matching.map(|(_, tally)| tally.count(&TICKETS)).sum()
    };
    let mut counts: Vec<(String, u64)> =
        known.iter().map(|(name, number)| ((*name).to_owned(), sum(&|key| key == i64::from(*number)))).collect();
    let other = sum(&|key| known.iter().all(|(_, number)| key != i64::from(*number)));
    if other > 0 {
        counts.push((OTHER.to_owned(), other));
    }
    counts
}
