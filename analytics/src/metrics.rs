//! The metric registry: what each number counts. One definition for every question, door and export.
//!
//! A metric names columns of the table contract, never a store. Its rows are a set of tickets, its measures are
//! conditions on them; `plans::tally` counts both, by any dimension.

mod action_time;
mod assignment_changes;
mod at_risk;
mod backlog;
pub(crate) mod backlog_age;
mod backlog_flow;
mod clock_attainment;
mod clock_breaches;
mod clocks_at_risk;
mod close_events;
mod closed;
mod closing_time;
mod created;
mod csat;
mod csat_response_rate;
mod cumulative_flow;
mod day_resolution_rate;
mod first_contact_resolution;
mod first_resolution_time;
mod first_response_time;
mod group_time;
mod handled;
mod heatmap;
mod history_quality;
mod interactions;
mod multi_assigned_share;
mod net_flow;
mod overdue;
mod pending;
mod pending_time;
mod pending_time_business;
mod ping_pong;
mod priority_changes;
mod registry;
mod reopen_events;
mod reopen_rate;
mod resolution_survival;
mod resolution_survival_business;
mod resolution_time;
mod resolution_time_business;
mod resolution_time_net;
mod rows;
mod shorthand;
mod sla_attainment;
pub(crate) mod sla_breaches;
mod solve_events;
mod solved;
mod solved_idle_time;
mod stale_share;
mod status_time;
mod technician_time;
#[cfg(test)]
mod tests;
mod throughput;
mod tickets;
mod time_to_own;
mod time_to_own_business;
mod time_to_own_glpi;
mod time_to_own_person;
mod time_to_own_survival_business;
mod unassigned;
mod unassigned_share;
pub(crate) mod update_age;
mod wip_age;

use datafusion::prelude::Expr;
use serde::{Deserialize, Serialize};

use crate::{
    answer::Mode,
    history::{Dim, History},
    plans::Moment,
};

pub(crate) use action_time::ACTION_TIME;
pub(crate) use assignment_changes::ASSIGNMENT_CHANGES;
pub(crate) use at_risk::AT_RISK;
pub(crate) use backlog::BACKLOG;
pub(crate) use backlog_age::BACKLOG_AGE;
pub(crate) use backlog_flow::BACKLOG_FLOW;
pub(crate) use clock_attainment::CLOCK_ATTAINMENT;
pub(crate) use clock_breaches::CLOCK_BREACHES;
pub(crate) use clocks_at_risk::CLOCKS_AT_RISK;
pub(crate) use close_events::CLOSE_EVENTS;
pub(crate) use closed::CLOSED;
pub(crate) use closing_time::CLOSING_TIME;
pub(crate) use created::CREATED;
pub(crate) use csat::CSAT;
pub(crate) use csat_response_rate::CSAT_RESPONSE_RATE;
pub(crate) use cumulative_flow::CUMULATIVE_FLOW;
pub(crate) use day_resolution_rate::DAY_RESOLUTION_RATE;
pub(crate) use first_contact_resolution::FIRST_CONTACT_RESOLUTION;
pub(crate) use first_resolution_time::FIRST_RESOLUTION_TIME;
pub(crate) use first_response_time::FIRST_RESPONSE_TIME;
pub(crate) use group_time::GROUP_TIME;
pub(crate) use handled::HANDLED;
pub(crate) use heatmap::HEATMAP;
pub(crate) use history_quality::HISTORY_QUALITY;
pub(crate) use interactions::INTERACTIONS;
pub(crate) use multi_assigned_share::MULTI_ASSIGNED_SHARE;
pub(crate) use net_flow::NET_FLOW;
pub(crate) use overdue::OVERDUE;
pub(crate) use pending::PENDING;
pub(crate) use pending_time::PENDING_TIME;
pub(crate) use pending_time_business::PENDING_TIME_BUSINESS;
pub(crate) use ping_pong::PING_PONG;
pub(crate) use priority_changes::PRIORITY_CHANGES;
pub use registry::registry;
pub(crate) use reopen_events::REOPEN_EVENTS;
pub(crate) use reopen_rate::REOPEN_RATE;
pub(crate) use resolution_survival::RESOLUTION_SURVIVAL;
pub(crate) use resolution_survival_business::RESOLUTION_SURVIVAL_BUSINESS;
pub(crate) use resolution_time::RESOLUTION_TIME;
pub(crate) use resolution_time_business::RESOLUTION_TIME_BUSINESS;
pub(crate) use resolution_time_net::RESOLUTION_TIME_NET;
pub(crate) use rows::{Rows, bounds, within};
use shorthand::{PLAIN, all, counted, counted_with, promised, told};
pub(crate) use sla_attainment::SLA_ATTAINMENT;
pub(crate) use sla_breaches::SLA_BREACHES;
pub(crate) use solve_events::SOLVE_EVENTS;
pub(crate) use solved::SOLVED;
pub(crate) use solved_idle_time::SOLVED_IDLE_TIME;
pub(crate) use stale_share::STALE_SHARE;
pub(crate) use status_time::STATUS_TIME;
pub(crate) use technician_time::TECHNICIAN_TIME;
pub(crate) use throughput::THROUGHPUT;
pub(crate) use tickets::TICKETS;
pub(crate) use time_to_own::TIME_TO_OWN;
pub(crate) use time_to_own_business::TIME_TO_OWN_BUSINESS;
pub(crate) use time_to_own_glpi::TIME_TO_OWN_GLPI;
pub(crate) use time_to_own_person::TIME_TO_OWN_PERSON;
pub(crate) use time_to_own_survival_business::TIME_TO_OWN_SURVIVAL_BUSINESS;
pub(crate) use unassigned::UNASSIGNED;
pub(crate) use unassigned_share::UNASSIGNED_SHARE;
pub(crate) use update_age::UPDATE_AGE;
pub(crate) use wip_age::WIP_AGE;

/// One number and its definition.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Grows with each change of its definition.
    pub version: u32,
    /// What it counts.
    pub unit: Unit,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// How it is reckoned.
    pub formula: &'static str,
    /// What becomes of cases that people ask about.
    pub edge_cases: &'static str,
    /// How it is counted over the tickets as they are now.
    pub(crate) tickets: Option<OfTickets>,
    /// How it is told by history, which goes before.
    pub(crate) history: Option<History>,
    /// How it is counted over promises to tickets.
    pub(crate) clocks: Option<OfClocks>,
    /// What is derived of its measures.
    pub(crate) shows: &'static [Show],
    /// What it is counted by where a question does not say.
    pub(crate) by: &'static [&'static str],
}

/// A count over the tickets as they are now.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfTickets {
    pub(crate) rows: Rows,
    pub(crate) measures: fn(&Moment) -> Vec<Measure>,
    /// A duration of each ticket in seconds, not in where it has none.
    pub(crate) sample: Option<fn(&Moment) -> Expr>,
}

/// A count over the promises to tickets, in mode `canonical`: expressions are over the columns of `clocks::standing`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OfClocks {
    /// The clocks that it is about.
    pub(crate) rows: fn() -> Expr,
    /// The instant that decides which bucket a clock is in; none where it is about now.
    pub(crate) time: Option<&'static str>,
    pub(crate) measures: fn() -> Vec<Measure>,
    /// Seconds of each clock, and whether they go on.
    pub(crate) sample: Option<fn() -> (Expr, Expr)>,
}

/// A figure derived of measures.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Show {
    /// A share with its interval.
    Ratio { name: &'static str, part: &'static str, whole: &'static str },
    /// A sum for each of a count; `scale` units of the sum are one of the mean's.
    Mean { name: &'static str, sum: &'static str, count: &'static str, scale: i64, count_min: u64 },
    /// Percentiles of durations.
    Spread,
    /// Percentiles where some durations go on.
    Survival,
}

/// What a metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Tickets, each once.
    Tickets,
    /// Clocks of tickets: one ticket has up to four.
    Clocks,
    /// Things that happened: one ticket has as many as happened to it.
    Events,
    /// Seconds.
    Seconds,
    /// Days of 86,400 seconds.
    Days,
    /// A share of tickets.
    Share,
    /// Points of a survey, 0 to 5.
    Points,
}

/// One of a metric's counts: the rows for which `when` holds; or, where `when` is a number, its sum.
#[derive(Clone, Debug)]
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    pub(crate) when: Expr,
}

impl Metric {
    /// Its whole numbers, by name.
    pub(crate) fn measures(&self) -> Vec<&'static str> {
        let names = |measures: Vec<Measure>| measures.iter().map(|measure| measure.name).collect();
        match (&self.history, &self.tickets, &self.clocks) {
            (Some(history), ..) => history.measures.iter().map(|measure| measure.name).collect(),
            (_, Some(plan), _) => names((plan.measures)(&Moment { now: schemas::Instant(0), window: None })),
            (_, _, Some(plan)) => names((plan.measures)()),
            (None, None, None) => Vec::new(),
        }
    }

    /// Whether it says how many there are, at any instant.
    pub(crate) fn is_stock(&self) -> bool {
        self.history.is_some_and(|history| history.is_stock())
    }

    /// Whether a window can be cut into buckets.
    pub(crate) fn has_grains(&self) -> bool {
        let of_tickets = self.tickets.is_some_and(|plan| plan.rows.time().is_some());
        self.history.is_some() || of_tickets || self.clocks.is_some_and(|plan| plan.time.is_some())
    }

    /// Whether it can be counted by `dim`: weekday and hour are of events, not of stocks or stretches of time.
    pub(crate) fn has_dimension(&self, dim: Dim) -> bool {
        let is_of_events = match &self.history {
            Some(history) => !history.is_stock() && !history.is_time() && self.name != BACKLOG_FLOW.name,
            None => self.has_grains(),
        };
        (is_of_events || !dim.is_of_clock()) && (self.clocks.is_some() || !dim.is_of_promises())
    }

    /// Whose arithmetic it follows.
    pub(crate) const fn mode(&self) -> Mode {
        if self.clocks.is_some() { Mode::Canonical } else { Mode::Glpi }
    }

    /// Name and version, as answers carry them.
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

impl Show {
    /// Its name in answers.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Ratio { name, .. } | Self::Mean { name, .. } => name,
            Self::Spread => "spread",
            Self::Survival => "survival",
        }
    }
}
