//! Which rows of a table count, in which order: the rule that every store and every compaction keeps.

use std::{collections::HashMap, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array},
    compute::{SortColumn, concat, interleave_record_batch, lexsort_to_indices, take},
    datatypes::Int64Type,
    error::ArrowError,
};

use super::Table;

/// Rows that became visible together.
#[derive(Clone, Debug)]
pub struct Part {
    /// Greater for later rows.
    pub age: u64,
    /// The rows, in the schema of their table.
    pub rows: RecordBatch,
}

/// The rows of `parts` that count, in the table's sort order, in batches of at most `rows_max` rows.
pub fn merge(table: Table, parts: &[Part], rows_max: usize) -> Result<Vec<RecordBatch>, ArrowError> {
    let batches: Vec<&RecordBatch> = parts.iter().map(|part| &part.rows).collect();
    let rows = newest(table, parts)?;
    rows.chunks(rows_max.max(1)).map(|chunk| interleave_record_batch(&batches, chunk)).collect()
}

/// The places (part, row) of the rows that count, in the table's sort order.
///
/// In a versioned table these are each ticket's rows of the greatest version; where two parts hold that version, those of the
/// later part. A ticket has one row in `tickets`: the last.
pub fn newest(table: Table, parts: &[Part]) -> Result<Vec<(usize, usize)>, ArrowError> {
    let places: Vec<(usize, usize)> = parts
        .iter()
        .enumerate()
        .flat_map(|(part, Part { rows, .. })| (0..rows.num_rows()).map(move |row| (part, row)))
        .collect();
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let kept = if table.is_versioned() { of_greatest_version(parts)? } else { (0..places.len() as u32).collect() };
    let mut order = sorted(table, parts, &kept)?;
    if table == Table::Tickets {
        let tickets = column(parts, "ticket_id")?;
        let tickets = tickets.as_primitive::<Int64Type>();
        order.reverse();
        order.dedup_by_key(|position| tickets.value(*position as usize));
        order.reverse();
    }
    Ok(order.into_iter().map(|position| places[position as usize]).collect())
}

/// Positions (rows of all parts counted through) of each ticket's rows of the greatest version.
fn of_greatest_version(parts: &[Part]) -> Result<Vec<u32>, ArrowError> {
    let tickets = column(parts, "ticket_id")?;
    let versions = column(parts, "ticket_version")?;
    let tickets = tickets.as_primitive::<Int64Type>().values();
    let versions = versions.as_primitive::<Int64Type>().values();
    let ages: Vec<u64> = parts.iter().flat_map(|part| std::iter::repeat_n(part.age, part.rows.num_rows())).collect();

    let mut best: HashMap<i64, (i64, u64)> = HashMap::new();
    for ((ticket, version), age) in tickets.iter().zip(versions).zip(&ages) {
        let entry = best.entry(*ticket).or_insert((*version, *age));
        *entry = (*entry).max((*version, *age));
    }
    let counts = |position: &u32| {
        let at = *position as usize;
        best.get(&tickets[at]) == Some(&(versions[at], ages[at]))
    };
    Ok((0..tickets.len() as u32).filter(counts).collect())
}

/// `kept` in the table's sort order; rows with one key stay in the order they came.
fn sorted(table: Table, parts: &[Part], kept: &[u32]) -> Result<Vec<u32>, ArrowError> {
    let kept: ArrayRef = Arc::new(UInt32Array::from(kept.to_vec()));
    let key = |name: &&str| {
        let values = take(&column(parts, name)?, &kept, None)?;
        Ok(SortColumn { values, options: None })
    };
    let mut keys = table.sort_key().iter().map(key).collect::<Result<Vec<_>, ArrowError>>()?;
    keys.push(SortColumn { values: Arc::clone(&kept), options: None });
    let order = lexsort_to_indices(&keys, None)?;
    let kept = kept.as_primitive::<arrow::datatypes::UInt32Type>();
    Ok(order.values().iter().map(|at| kept.value(*at as usize)).collect())
}

/// A column of all parts, in one array.
fn column(parts: &[Part], name: &str) -> Result<ArrayRef, ArrowError> {
    let missing = || ArrowError::SchemaError(format!("column {name} is missing"));
    let arrays = parts
        .iter()
        .map(|part| part.rows.column_by_name(name).map(AsRef::as_ref).ok_or_else(missing))
        .collect::<Result<Vec<&dyn Array>, _>>()?;
    match arrays.as_slice() {
        [] => Err(ArrowError::InvalidArgumentError("no parts to merge".into())),
        arrays => concat(arrays),
    }
}
