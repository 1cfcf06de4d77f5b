//! Counting: any metrics by any dimensions of a ticket, in one scan.

use std::collections::BTreeMap;

use arrow::datatypes::DataType;
use chrono_tz::Tz;
use datafusion::{
    common::{NullHandling, UnnestOptions},
    dataframe::DataFrame,
    functions_aggregate::expr_fn::sum,
    prelude::{Expr, cast, col, lit},
};

use super::{Moment, local_hour, rows::Columns};
use crate::{
    error::Error,
    metrics::{Measure, Metric, Rows},
};

/// What to count by. A ticket with several people or groups counts once for each, and one with none counts for nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Status,
    Priority,
    Entity,
    Category,
    Group,
    Technician,
    SolvedHour(Tz),
}

/// Counts by key. A key that no row has is missing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tallies {
    pub(crate) rows: BTreeMap<Vec<Option<i64>>, Tally>,
}

/// The counts of one key, by metric and measure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    counts: BTreeMap<(&'static str, &'static str), u64>,
}

impl Tallies {
    /// The counts of everything, where nothing was counted by.
    pub(crate) fn whole(&self) -> Tally {
        self.rows.get(&Vec::new()).cloned().unwrap_or_default()
    }
}

impl Tally {
    /// A metric that has one measure.
    pub(crate) fn count(&self, metric: &Metric) -> u64 {
        self.measure(metric, metric.name)
    }

    /// One of a metric's measures.
    pub(crate) fn measure(&self, metric: &Metric, measure: &str) -> u64 {
        let found = self.counts.iter().find(|((name, of), _)| *name == metric.name && *of == measure);
        found.map_or(0, |(_, count)| *count)
    }
}

/// Counts `metrics` over `tickets` by every combination of `by`, in one scan: planning costs more than reading.
pub(crate) async fn tally(
    tickets: &DataFrame,
    by: &[By],
    metrics: &[&'static Metric],
    moment: &Moment,
) -> Result<Tallies, Error> {
    let mut sets: Vec<Rows> = Vec::new();
    for plan in metrics.iter().filter_map(|metric| metric.tickets) {
        if !sets.contains(&plan.rows) {
            sets.push(plan.rows);
        }
    }
    let Some(any) = sets.iter().map(|set| set.holds(moment)).reduce(Expr::or) else { return Ok(Tallies::default()) };
    let measures = measures(metrics, sets.len() > 1, moment);
    let rows = match sets.as_slice() {
        // Its predicates one by one, so that each can leave out chunks.
        [set] => set.counted(tickets.clone(), moment)?,
        _ => tickets.clone().filter(col("is_counted").eq(lit(true)))?.filter(any)?,
    };
    count(rows, by, &measures).await
}

/// The measures of `metrics`, each with its metric's name; where there are several sets, within its own.
fn measures(metrics: &[&'static Metric], is_mixed: bool, moment: &Moment) -> Vec<(&'static str, Measure)> {
    let mut measures = Vec::new();
    for (metric, plan) in metrics.iter().filter_map(|metric| Some((metric, metric.tickets?))) {
        for Measure { name, when } in (plan.measures)(moment) {
            let when = if is_mixed { plan.rows.holds(moment).and(when) } else { when };
            measures.push((metric.name, Measure { name, when }));
        }
    }
    measures
}

/// Counts the rows that each measure holds for.
async fn count(mut rows: DataFrame, by: &[By], measures: &[(&'static str, Measure)]) -> Result<Tallies, Error> {
    let mut tallies = Tallies::default();
    let mut columns: Vec<Expr> = by.iter().enumerate().map(|(at, by)| by.column().alias(key(at))).collect();
    for (at, (_, measure)) in measures.iter().enumerate() {
        columns.push(cast(measure.when.clone(), DataType::Int64).alias(value(at)));
    }
    rows = rows.select(columns)?;
    for (at, _) in by.iter().enumerate().filter(|(_, by)| by.is_list()) {
        let options = UnnestOptions::new().with_null_handling(NullHandling::PreserveAndExpandEmpty);
        rows = rows.unnest_columns_with_options(&[&key(at)], options)?;
    }
    let keys = (0..by.len()).map(|at| cast(col(key(at)), DataType::Int64).alias(key(at))).collect();
    let sums = (0..measures.len()).map(|at| sum(col(value(at))).alias(value(at))).collect();

    for batch in rows.aggregate(keys, sums)?.collect().await? {
        let columns = Columns::of(&batch);
        for row in 0..batch.num_rows() {
            let keys: Result<Vec<_>, _> = (0..by.len()).map(|at| columns.integer(&key(at), row)).collect();
            let tally = tallies.rows.entry(keys?).or_default();
            for (at, (metric, measure)) in measures.iter().enumerate() {
                let count = columns.integer(&value(at), row)?.unwrap_or(0) as u64;
                tally.counts.insert((metric, measure.name), count);
            }
        }
    }
    Ok(tallies)
}

impl By {
    fn column(self) -> Expr {
        match self {
            Self::Status => col("status"),
            Self::Priority => col("priority"),
            Self::Entity => col("entity_id"),
            Self::Category => col("category_id"),
            Self::Group => col("group_ids"),
            Self::Technician => col("technician_ids"),
            Self::SolvedHour(zone) => local_hour(col("solved_at"), zone),
        }
    }

    const fn is_list(self) -> bool {
        matches!(self, Self::Group | Self::Technician)
    }
}

impl Rows {
    /// A ticket is in the set.
    fn holds(self, moment: &Moment) -> Expr {
        self.predicates(moment).into_iter().reduce(Expr::and).unwrap_or(lit(true))
    }

    /// The tickets of `tickets` that belong to the set and to the counts.
    pub(crate) fn counted(self, tickets: DataFrame, moment: &Moment) -> Result<DataFrame, Error> {
        let mut rows = tickets.filter(col("is_counted").eq(lit(true)))?;
        for predicate in self.predicates(moment) {
            rows = rows.filter(predicate)?;
        }
        Ok(rows)
    }
}

fn key(at: usize) -> String {
    format!("key_{at}")
}

fn value(at: usize) -> String {
    format!("value_{at}")
}
