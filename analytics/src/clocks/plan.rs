//! Clocks as a plan: the rows of `sla_clocks` that a viewer may see, beside how they stand.

use std::sync::Arc;

use datafusion::{
    common::JoinType,
    dataframe::DataFrame,
    prelude::{Expr, case, col, lit, when},
};
use schemas::Instant;
use sla::{Calendars, State};

use super::functions::{Live, number, of};
use crate::{
    error::Error,
    filters::TicketFilters,
    lateness::{CLOCKS, name},
    reading::Reading,
};

/// The clock's place in [`CLOCKS`], as a column.
pub(crate) const CLOCK_NUMBER: &str = "clock_number";

/// The agreement, an even number for an SLA and an odd one for an OLA: [`agreement`] takes it apart.
pub(crate) const AGREEMENT_KEY: &str = "agreement_key";

/// The id that joins tickets to clocks.
const TICKET: &str = "clock_of";

/// The clock is in `state`.
pub(crate) fn in_state(state: State) -> Expr {
    col(Live::State.column()).eq(lit(number(state)))
}

/// The promise was kept, in time or not; what is taken back in the second in which it is kept was not.
pub(crate) fn is_kept() -> Expr {
    col("stopped_at").is_not_null().and(col("detached_at").is_null().or(col("stopped_at").lt(col("detached_at"))))
}

/// The clocks of tickets that `reading`'s viewer may see and that meet `filters`, counted or not, and how they stand at `now`;
/// `of_tickets` are columns of their tickets, as they are now.
pub(crate) async fn standing(
    reading: &Reading<'_>,
    filters: &TicketFilters,
    now: Instant,
    of_tickets: &[&str],
) -> Result<DataFrame, Error> {
    let clocks = with_live(reading.clocks()?, now, &reading.calendars().await?)?;
    if *filters == TicketFilters::default() && of_tickets.is_empty() {
        return Ok(clocks);
    }
    let mut columns = vec![col("ticket_id").alias(TICKET)];
    columns.extend(of_tickets.iter().map(|name| col(*name)));
    let tickets = reading.tickets(filters).await?.select(columns)?;
    Ok(clocks.join(tickets, JoinType::Inner, &["ticket_id"], &[TICKET], None)?)
}

/// `clocks` with [`CLOCK_NUMBER`] and every column of [`Live`]; without the steps, which are long.
pub(crate) fn with_live(clocks: DataFrame, now: Instant, calendars: &Arc<Calendars>) -> Result<DataFrame, Error> {
    let mut columns: Vec<Expr> = schemas::tables::Table::SlaClocks
        .columns()
        .iter()
        .filter(|column| !matches!(column.name, "steps" | "instance" | "ticket_version"))
        .map(|column| col(column.name))
        .collect();
    let [own, resolve, internal_own, internal_resolve] = CLOCKS.map(|clock| lit(name(clock)));
    let internal = vec![internal_own.clone(), internal_resolve.clone()];
    let numbered = case(col("clock"))
        .when(own, lit(0_i64))
        .when(resolve, lit(1_i64))
        .when(internal_own, lit(2_i64))
        .when(internal_resolve, lit(3_i64))
        .end()?;
    let is_internal = when(col("clock").in_list(internal, false), lit(1_i64)).otherwise(lit(0_i64))?;
    columns.push(numbered.alias(CLOCK_NUMBER));
    columns.push((col("agreement_id") * lit(2_i64) + is_internal).alias(AGREEMENT_KEY));
    columns.extend(Live::ALL.map(|live| of(live, now, calendars).alias(live.column())));
    Ok(clocks.select(columns)?)
}

/// The clock has used at least `from` and less than `to` percent of its target; to the end of the target where that is 100.
pub(crate) fn used_percent(from: i64, to: i64) -> Expr {
    let used = || col(Live::ElapsedS.column()) * lit(100_i64);
    let below = if to == 100 { used().lt_eq(col("target_s") * lit(to)) } else { used().lt(col("target_s") * lit(to)) };
    used().gt_eq(col("target_s") * lit(from)).and(below)
}

/// The item type and the id of an [`AGREEMENT_KEY`].
pub(crate) const fn agreement(key: i64) -> (&'static str, i64) {
    (if key.rem_euclid(2) == 1 { "OLA" } else { "SLA" }, key.div_euclid(2))
}
