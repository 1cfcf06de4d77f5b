//! Metrics of tickets as they are now, and of promises to them, put into the same sheets as those of history.

use std::sync::Arc;

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{DataType, Int64Type, TimestampMicrosecondType},
};
use datafusion::prelude::{Expr, cast, col, lit};
use schemas::tables::Table;

use super::{
    Measured,
    dims::{Frame, Lens},
    life::wrong,
    out::Out,
    sheet::Sheet,
};
use crate::{
    clocks::{AGREEMENT_KEY, CLOCK_NUMBER, standing},
    error::Error,
    filters::TicketFilters,
    metrics::{OfClocks, OfTickets, bounds},
    plans::{Moment, flag},
    reading::Reading,
};

/// The columns of the plan beside dimensions.
pub(crate) const AT: &str = "counted_at";
const SAMPLE: &str = "duration_s";
const GOES_ON: &str = "goes_on";

/// Fills a sheet with the tickets of `plan` that meet `filters`, all as they are now.
pub(crate) async fn count_tickets(
    reading: &Reading<'_>,
    plan: &OfTickets,
    (frame, moment): (Frame, &Moment),
    filters: &TicketFilters,
) -> Result<Sheet, Error> {
    let measures = (plan.measures)(moment);
    let mut columns: Vec<Expr> = Vec::new();
    for name in frame.by.iter().filter_map(|dim| dim.column()) {
        if !columns.contains(&col(name)) {
            columns.push(col(name));
        }
    }
    columns.extend(plan.rows.time().map(|time| col(time).alias(AT)));
    columns.extend(plan.sample.map(|sample| cast(sample(moment), DataType::Int64).alias(SAMPLE)));
    for (place, measure) in measures.iter().enumerate() {
        columns.push(cast(measure.when.clone(), DataType::Int64).alias(name(place)));
    }
    let tickets = plan.rows.counted(reading.tickets(filters).await?, moment)?;
    let flows = measures.iter().map(|measure| Measured::flow(measure.name)).collect();
    let mut sheet = Sheet::new(Arc::clone(&frame.buckets), flows);
    for rows in tickets.select(columns)?.collect().await? {
        fill(&mut sheet, &frame, &rows, measures.len())?;
    }
    sheet.check()?;
    Ok(sheet)
}

/// Fills a sheet with the promises of `plan` to tickets that meet `filters`, as they stand at the moment's now.
pub(crate) async fn count_clocks(
    reading: &Reading<'_>,
    plan: &OfClocks,
    (frame, moment): (Frame, &Moment),
    filters: &TicketFilters,
) -> Result<Sheet, Error> {
    let measures = (plan.measures)();
    let mut names: Vec<&str> = frame.by.iter().filter_map(|dim| dim.column()).collect();
    names.sort_unstable();
    names.dedup();
    let is_of_ticket = |name: &&str| !Table::SlaClocks.columns().iter().any(|column| column.name == *name);
    let is_made = |name: &&str| [CLOCK_NUMBER, AGREEMENT_KEY].contains(name);
    let of_tickets: Vec<&str> = names.iter().copied().filter(|name| is_of_ticket(name) && !is_made(name)).collect();
    let mut columns: Vec<Expr> = names.iter().map(|name| col(*name)).collect();
    columns.extend(plan.time.map(|time| col(time).alias(AT)));
    if let Some((duration_s, goes_on)) = plan.sample.map(|sample| sample()) {
        columns.push(cast(duration_s, DataType::Int64).alias(SAMPLE));
        columns.push(flag(goes_on)?.alias(GOES_ON));
    }
    for (place, measure) in measures.iter().enumerate() {
        columns.push(flag(measure.when.clone())?.alias(name(place)));
    }
    let mut clocks = standing(reading, filters, moment.now, &of_tickets).await?;
    clocks = clocks.filter(col("is_counted").eq(lit(true)))?.filter((plan.rows)())?;
    for bound in plan.time.map(|time| bounds(time, moment)).unwrap_or_default() {
        clocks = clocks.filter(bound)?;
    }
    let flows = measures.iter().map(|measure| Measured::flow(measure.name)).collect();
    let mut sheet = Sheet::new(Arc::clone(&frame.buckets), flows);
    for rows in clocks.select(columns)?.collect().await? {
        fill(&mut sheet, &frame, &rows, measures.len())?;
    }
    sheet.check()?;
    Ok(sheet)
}

/// Puts each of `rows` into the sheet, by the columns [`AT`] and [`name`] of each measure.
pub(crate) fn fill(sheet: &mut Sheet, frame: &Frame, rows: &RecordBatch, measures: usize) -> Result<(), Error> {
    let numbers = |name: &str| rows.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>());
    let amounts: Vec<_> = (0..measures)
        .map(|place| numbers(&name(place)).ok_or_else(|| wrong(&name(place))))
        .collect::<Result<_, _>>()?;
    let times = rows.column_by_name(AT).and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    let (samples, goes_on) = (numbers(SAMPLE), numbers(GOES_ON));
    let begin = sheet.buckets.from();
    let lens = Lens::new(frame, rows, None, None)?;
    let mut out = Out::new(sheet, &lens);
    for row in 0..rows.num_rows() {
        // What has no time of its own is about now: its sheet has one bucket.
        let Some(at) = times.map_or(Some(begin), |times| times.is_valid(row).then(|| times.value(row))) else {
            continue;
        };
        let amounts = amounts.iter().enumerate().filter(|(_, amounts)| amounts.is_valid(row));
        let amounts = amounts.map(|(place, amounts)| (place, amounts.value(row)));
        let sample = samples.filter(|samples| samples.is_valid(row)).map(|samples| samples.value(row).max(0));
        let is_running = goes_on.is_some_and(|goes_on| goes_on.value(row) == 1);
        out.ticket(row, at, amounts.filter(|(_, amount)| *amount != 0), sample.zip(Some(is_running)));
    }
    Ok(())
}

/// The column of the measure at `place`.
pub(crate) fn name(place: usize) -> String {
    format!("measure_{place}")
}
