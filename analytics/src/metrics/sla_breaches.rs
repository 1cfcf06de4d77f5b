//! Clocks that went over their due instant.

use datafusion::{
    dataframe::DataFrame,
    prelude::{Expr, col, lit},
};
use schemas::Clock;

use super::{Measure, Metric, Rows, Unit, bounds, counted, within};
use crate::{
    error::Error,
    lateness::{CLOCKS, due, is_running, late, name, over_by_s, severity, target},
    plans::{Moment, flag},
    summaries::summary_columns,
};

/// Clocks whose due instant is in the window and that went over it, running or stopped; none while the ticket is
/// pending.
pub(crate) const SLA_BREACHES: Metric = Metric {
    name: "sla_breaches",
    version: 1,
    unit: Unit::Clocks,
    meaning: "Clocks whose due instant is in the window and that went over it, running or stopped; none while the \
              ticket is pending.",
    formula: "clocks with from <= due < to that are late by GLPI's rule",
    edge_cases: "One ticket has up to four clocks. A pending ticket has none while it waits.",
    tickets: counted(Rows::DueIn, |moment| {
        let breached = |clock| within(due(clock), moment).and(late(clock, moment.now));
        CLOCKS.into_iter().map(|clock| Measure { name: name(clock), when: breached(clock) }).collect()
    }),
    history: None,
    clocks: None,
    shows: &[],
    by: &[],
};

/// The breaches that the metric counts, one row each: the ticket's summary and `breach_id`, `clock`, `breached_at`,
/// `over_by_s`, `target_s`, `severity`, `is_running`. The numbers of clocks are their places in [`CLOCKS`].
pub(crate) fn breaches(tickets: &DataFrame, clocks: &[Clock], moment: &Moment) -> Result<DataFrame, Error> {
    let mut all: Option<DataFrame> = None;
    for (number, clock) in (0_i64..).zip(CLOCKS) {
        if clocks.is_empty() || clocks.contains(&clock) {
            let rows = of_clock(tickets.clone(), clock, number, moment)?;
            all = Some(match all {
                Some(others) => others.union(rows)?,
                None => rows,
            });
        }
    }
    all.ok_or_else(|| Error::invalid("clock", "none chosen", CLOCKS.map(name).join(", ")))
}

fn of_clock(tickets: DataFrame, clock: Clock, number: i64, moment: &Moment) -> Result<DataFrame, Error> {
    let mut rows = tickets.filter(col("is_counted").eq(lit(true)))?;
    for bound in bounds(due(clock), moment) {
        rows = rows.filter(bound)?;
    }
    let rows = rows.filter(late(clock, moment.now))?;
    let mut columns = summary_columns(moment.now);
    columns.extend([
        (col("ticket_id") * lit(CLOCKS.len() as i64) + lit(number)).alias("breach_id"),
        lit(number).alias("clock"),
        col(due(clock)).alias("breached_at"),
        severity(clock, moment.now).alias("severity"),
        over_by_s(clock, moment.now).alias("over_by_s"),
        col(target(clock)).alias("target_s"),
        flag(is_running(clock))?.alias("is_running"),
    ]);
    let columns: Vec<Expr> = columns;
    Ok(rows.select(columns)?)
}
