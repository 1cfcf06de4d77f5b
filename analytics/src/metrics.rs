//! The metric registry: what each number counts. One definition for every question, door and export.
//!
//! A metric names columns of the table contract, never a store. Its rows are a set of tickets, its measures are
//! conditions on them; `plans::tally` counts both, by any dimension.

mod at_risk;
mod backlog;
pub(crate) mod backlog_age;
mod closed;
mod created;
mod handled;
mod overdue;
mod pending;
mod sla_attainment;
pub(crate) mod sla_breaches;
mod solved;
#[cfg(test)]
mod tests;
mod tickets;
mod unassigned;
pub(crate) mod update_age;

use datafusion::prelude::{Expr, col, lit};
use serde::{Deserialize, Serialize};

use crate::plans::{Moment, instant};

pub(crate) use at_risk::AT_RISK;
pub(crate) use backlog::BACKLOG;
pub(crate) use backlog_age::BACKLOG_AGE;
pub(crate) use closed::CLOSED;
pub(crate) use created::CREATED;
pub(crate) use handled::HANDLED;
pub(crate) use overdue::OVERDUE;
pub(crate) use pending::PENDING;
pub(crate) use sla_attainment::SLA_ATTAINMENT;
pub(crate) use sla_breaches::SLA_BREACHES;
pub(crate) use solved::SOLVED;
pub(crate) use tickets::TICKETS;
pub(crate) use unassigned::UNASSIGNED;
pub(crate) use update_age::UPDATE_AGE;

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
    pub(crate) rows: Rows,
    pub(crate) measures: fn(&Moment) -> Vec<Measure>,
}

/// What a metric counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Tickets, each once.
    Tickets,
    /// Clocks of tickets: one ticket has up to four.
    Clocks,
}

/// One of a metric's counts: the rows for which `when` holds.
#[derive(Clone, Debug)]
pub(crate) struct Measure {
    pub(crate) name: &'static str,
    pub(crate) when: Expr,
}

/// A set of tickets. A window of `None` is all of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rows {
    /// Open now.
    Open,
    /// Opened in the window.
    OpenedIn,
    /// Solved last in the window, and not open again.
    SolvedIn,
    /// Closed in the window, and not open again.
    ClosedIn,
    /// Open now, or opened, solved or closed in the window.
    OpenOrTouchedIn,
    /// One of the four clocks is up in the window.
    DueIn,
}

/// Every metric.
pub fn registry() -> &'static [&'static Metric] {
    &[
        &AT_RISK,
        &BACKLOG,
        &BACKLOG_AGE,
        &CLOSED,
        &CREATED,
        &HANDLED,
        &OVERDUE,
        &PENDING,
        &SLA_ATTAINMENT,
        &SLA_BREACHES,
        &SOLVED,
        &TICKETS,
        &UNASSIGNED,
        &UPDATE_AGE,
    ]
}

impl Metric {
    /// Name and version, as answers carry them.
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }
}

impl Rows {
    /// What a ticket of the set meets, all of it.
    pub(crate) fn predicates(self, moment: &Moment) -> Vec<Expr> {
        let open = || col("is_open").eq(lit(true));
        match self {
            Self::Open => vec![open()],
            Self::OpenedIn => bounds("opened_at", moment),
            Self::SolvedIn => bounds("solved_at", moment),
            Self::ClosedIn => bounds("closed_at", moment),
            Self::OpenOrTouchedIn => {
                let times = ["opened_at", "solved_at", "closed_at"].map(|time| within(time, moment));
                vec![times.into_iter().fold(open(), Expr::or)]
            }
            Self::DueIn => {
                let dues = crate::lateness::CLOCKS.map(|clock| within(crate::lateness::due(clock), moment));
                dues.into_iter().reduce(Expr::or).into_iter().collect()
            }
        }
    }
}

/// The column is within the window.
pub(crate) fn within(time: &str, moment: &Moment) -> Expr {
    bounds(time, moment).into_iter().reduce(Expr::and).unwrap_or(lit(true))
}

/// The window's two ends as separate predicates.
pub(crate) fn bounds(time: &str, moment: &Moment) -> Vec<Expr> {
    match moment.window {
        Some(window) => vec![col(time).gt_eq(instant(window.from)), col(time).lt(instant(window.to))],
        None => vec![col(time).is_not_null()],
    }
}

/// The measure of a metric whose every row counts.
pub(crate) fn all(name: &'static str) -> Vec<Measure> {
    vec![Measure { name, when: lit(true) }]
}
