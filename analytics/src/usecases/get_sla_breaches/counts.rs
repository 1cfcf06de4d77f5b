//! Breaches counted in the store, by clock, severity and state.

use std::collections::BTreeMap;

use datafusion::{
    dataframe::DataFrame,
    functions_aggregate::expr_fn::{count, count_distinct},
    prelude::{col, lit},
};
use schemas::Clock;

use super::{ClockCount, SeverityCount, SlaBreaches};
use crate::{
    error::Error,
    lateness::{CLOCKS, SEVERITIES, name},
    plans::rows::Columns,
};

/// The answer without its list.
pub(super) async fn counts(breaches: DataFrame, clocks: &[Clock]) -> Result<SlaBreaches, Error> {
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
    Ok(SlaBreaches { total, tickets, running, by_severity, by_clock, at_risk: None, breaches: Vec::new() })
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
