//! Breaches as the events tell them: the promises of `sla_clocks` that were broken.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use datafusion::{
    common::{JoinType, exec_datafusion_err},
    dataframe::DataFrame,
    functions_aggregate::expr_fn::count_distinct,
    prelude::{Expr, col, lit},
};

use super::{BrokenPromise, LongestInterval, Question};
use crate::{
    clocks::{CLOCK_NUMBER, Live, ids, standing},
    error::Error,
    filters::{STATUSES, TicketFilters},
    lateness::{CLOCKS, name},
    metrics::bounds,
    plans::{flag, micros, rows::Columns},
    reading::Reading,
    stores::Dimensions,
    summaries::{Named, named, summary_columns, word},
};

const TICKET: &str = "promised_to";

/// Ids of breaches hold the second at which the promise was made, in its last 29 bits: 17 years.
const SECONDS: i64 = 1 << 29;

/// The columns of a promise, beside those that every breach has.
const PROMISE: [&str; 12] = [
    "is_counted",
    "agreement_id",
    "attached_at",
    "detached_at",
    "calendar_id",
    "is_certain",
    "longest_from",
    "longest_until",
    "longest_s",
    "longest_status",
    "longest_technician_ids",
    "longest_group_ids",
];

/// The breaches of the window, one row each, counted or not: the ticket's summary and presence, `breach_id`, `clock`,
/// `breached_at`, `over_by_s`, `target_s`, `severity`, `is_running`, and what [`promises`] needs.
pub(super) async fn breaches(reading: &Reading<'_>, question: &Question) -> Result<DataFrame, Error> {
    let moment = question.moment();
    let mut clocks = promised(reading, question, &TicketFilters::default()).await?;
    for bound in bounds(Live::BreachedAt.column(), &moment) {
        clocks = clocks.filter(bound)?;
    }
    // Clocks of two promises of one kind to one ticket differ by when they were made.
    let place = col("ticket_id") * lit(CLOCKS.len() as i64) + col(CLOCK_NUMBER);
    let made = (micros(col("attached_at")) / lit(1_000_000_i64)) % lit(SECONDS);
    let mut columns: Vec<Expr> = PROMISE.map(col).into();
    columns.extend([
        col("ticket_id").alias(TICKET),
        (place * lit(SECONDS) + made).alias("breach_id"),
        col(CLOCK_NUMBER).alias("clock"),
        col(Live::BreachedAt.column()).alias("breached_at"),
        col(Live::Severity.column()).alias("severity"),
        col(Live::OverByS.column()).alias("over_by_s"),
        col(Live::ElapsedS.column()).alias("elapsed_s"),
        col("target_s"),
        flag(col("stopped_at").is_null())?.alias("is_running"),
        col("technician_ids").alias("owner_technician_ids"),
        col("group_ids").alias("owner_group_ids"),
    ]);
    let mut summary = summary_columns(moment.now);
    summary.push(col("presence"));
    let tickets = reading.tickets(&question.filters).await?.select(summary)?;
    Ok(clocks.select(columns)?.join(tickets, JoinType::Inner, &[TICKET], &["ticket_id"], None)?)
}

/// The clocks that the question is about, of tickets that meet `filters`, whatever their state.
pub(super) async fn promised(
    reading: &Reading<'_>,
    question: &Question,
    filters: &TicketFilters,
) -> Result<DataFrame, Error> {
    let mut clocks = standing(reading, filters, question.walk.now, &[]).await?;
    if !question.clocks.is_empty() {
        let names = question.clocks.iter().map(|clock| lit(name(*clock))).collect();
        clocks = clocks.filter(col("clock").in_list(names, false))?;
    }
    match reading.of_then(&question.owners).await.map_err(of_owners)? {
        Some(owned) => Ok(clocks.filter(owned)?),
        None => Ok(clocks),
    }
}

/// A refusal of an owner's name, by the parameter that gave it.
fn of_owners(error: Error) -> Error {
    match error {
        Error::Invalid { field: "queue", problem, allowed } => Error::invalid("owner_group", problem, allowed),
        Error::Invalid { field: "technician", problem, allowed } => {
            Error::invalid("owner_technician", problem, allowed)
        }
        other => other,
    }
}

/// Tickets of `breaches` that are left out of the counts, by the reason.
pub(super) async fn excluded(breaches: DataFrame) -> Result<BTreeMap<String, u64>, Error> {
    let left_out = breaches.filter(col("is_counted").eq(lit(false)))?;
    let counted = left_out.aggregate(vec![col("presence")], vec![count_distinct(col("ticket_id")).alias("tickets")])?;
    let mut excluded = BTreeMap::new();
    for batch in counted.collect().await? {
        let columns = Columns::of(&batch);
        for row in 0..batch.num_rows() {
            let reason = Columns::must(columns.text("presence", row)?, "presence")?;
            excluded.insert(reason, columns.integer("tickets", row)?.unwrap_or(0) as u64);
        }
    }
    Ok(excluded)
}

/// What was promised, for each row of `batch`.
pub(super) fn promises(batch: &RecordBatch, dimensions: &Dimensions) -> Result<Vec<BrokenPromise>, Error> {
    let columns = Columns::of(batch);
    let people = |column: &str, kind: &str| -> Result<Vec<Vec<Named>>, Error> {
        let lists = ids(batch, column).ok_or_else(|| exec_datafusion_err!("column {column} holds no ids"))?;
        let named = |list: Vec<i64>| list.into_iter().map(|id| named(kind, id, dimensions)).collect();
        Ok(lists.into_iter().map(named).collect())
    };
    let mut technicians = people("owner_technician_ids", "User")?.into_iter();
    let mut groups = people("owner_group_ids", "Group")?.into_iter();
    let mut longest_technicians = people("longest_technician_ids", "User")?.into_iter();
    let mut longest_groups = people("longest_group_ids", "Group")?.into_iter();
    let mut promises = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let number = |name: &str| Columns::must(columns.integer(name, row)?, name);
        // Agreements between teams are of another kind.
        let family = if number("clock")? < 2 { "SLA" } else { "OLA" };
        let (during, among) = (longest_technicians.next(), longest_groups.next());
        let longest = |(from, to)| -> Result<LongestInterval, Error> {
            Ok(LongestInterval {
                from,
                to,
                seconds: number("longest_s")?,
                status: word(&STATUSES, columns.integer("longest_status", row)?).to_owned(),
                technicians: during.unwrap_or_default(),
                groups: among.unwrap_or_default(),
            })
        };
        promises.push(BrokenPromise {
            agreement: named(family, number("agreement_id")?, dimensions),
            attached_at: Columns::must(columns.time("attached_at", row)?, "attached_at")?,
            detached_at: columns.time("detached_at", row)?,
            calendar: columns.integer("calendar_id", row)?.map(|id| named("Calendar", id, dimensions)),
            elapsed_s: number("elapsed_s")?,
            technicians: technicians.next().unwrap_or_default(),
            groups: groups.next().unwrap_or_default(),
            longest: columns
                .time("longest_from", row)?
                .zip(columns.time("longest_until", row)?)
                .map(longest)
                .transpose()?,
            is_certain: number("is_certain")? == 1,
        });
    }
    Ok(promises)
}
