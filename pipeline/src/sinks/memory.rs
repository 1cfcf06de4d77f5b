//! A sink in memory, to test at the port.
//!
//! It keeps the rows that a reader of the tables is to see: of a ticket those of its newest version, written last.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use arrow::{
    array::{AsArray, RecordBatch, UInt32Array},
    compute::{concat_batches, take_record_batch},
    datatypes::Int64Type,
    error::ArrowError,
};
use async_trait::async_trait;
use schemas::{Offset, ingestion::EventCounts, tables::Table};

use super::{Error, RowBatch, Sink};

/// Rows, working states, counts and positions in memory.
#[derive(Debug, Default)]
pub struct MemorySink {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    tables: BTreeMap<Table, RecordBatch>,
    folds: BTreeMap<(String, i64), Vec<u8>>,
    counts: EventCounts,
    positions: HashMap<String, Offset>,
}

impl MemorySink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// The rows of `table`, in the order they were last written.
    pub fn rows(&self, table: Table) -> RecordBatch {
        let kept = self.kept();
        kept.tables.get(&table).cloned().unwrap_or_else(|| RecordBatch::new_empty(table.arrow_schema()))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // A writer that panicked has not changed anything yet: `write` assigns at its very end.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Sink for MemorySink {
    async fn write(&self, batch: RowBatch, topic: &str, next: Offset) -> Result<(), Error> {
        let mut kept = self.kept();
        if next <= kept.positions.get(topic).copied().unwrap_or_default() {
            return Ok(());
        }
        let mut tables = kept.tables.clone();
        for (table, rows) in batch.rows {
            let refused = |reason: ArrowError| Error::Refused { table: table.name(), reason: reason.to_string() };
            let before = tables.remove(&table).unwrap_or_else(|| RecordBatch::new_empty(table.arrow_schema()));
            tables.insert(table, merged(table, &before, &rows).map_err(refused)?);
        }
        kept.tables = tables;
        kept.folds.extend(batch.folds.into_iter().map(|fold| ((fold.space, fold.id), fold.state)));
        kept.positions.insert(topic.to_owned(), next);
        kept.counts.stored += batch.counts.stored;
        kept.counts.repeated += batch.counts.repeated;
        kept.counts.filtered += batch.counts.filtered;
        kept.counts.dead += batch.counts.dead;
        Ok(())
    }

    async fn position(&self, topic: &str) -> Result<Offset, Error> {
        Ok(self.kept().positions.get(topic).copied().unwrap_or_default())
    }

    async fn counts(&self) -> Result<EventCounts, Error> {
        Ok(self.kept().counts)
    }

    async fn folds(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, Error> {
        let kept = self.kept();
        let state = |&id: &i64| kept.folds.get(&(space.to_owned(), id)).map(|state| (id, state.clone()));
        Ok(ids.iter().filter_map(state).collect())
    }

    async fn scan_folds(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, Error> {
        let kept = self.kept();
        let Some(first) = after.checked_add(1) else { return Ok(Vec::new()) };
        let states = kept.folds.range((space.to_owned(), first)..=(space.to_owned(), i64::MAX));
        Ok(states.take(limit as usize).map(|((_, id), state)| (*id, state.clone())).collect())
    }
}

/// The rows `before` that `new` does not replace, and the rows of `new` that nothing newer stands against.
fn merged(table: Table, before: &RecordBatch, new: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let fresh = concat_batches(&table.arrow_schema(), [new])?;
    let (before_keys, fresh_keys) = (keys(table, before)?, keys(table, &fresh)?);
    let newest = |keys: &[(String, i64)]| {
        let mut newest: HashMap<String, i64> = HashMap::new();
        for (key, version) in keys {
            newest.entry(key.clone()).and_modify(|other| *other = (*other).max(*version)).or_insert(*version);
        }
        newest
    };
    let (newest_before, newest_fresh) = (newest(&before_keys), newest(&fresh_keys));
    let stays = |(key, version): &(String, i64)| newest_fresh.get(key).is_none_or(|fresh| fresh < version);
    let counts = |(key, version): &(String, i64)| newest_before.get(key).is_none_or(|before| before <= version);
    let before = picked(before, &before_keys, stays)?;
    let fresh = picked(&fresh, &fresh_keys, counts)?;
    concat_batches(&table.arrow_schema(), [&before, &fresh])
}

fn picked(
    rows: &RecordBatch,
    keys: &[(String, i64)],
    keep: impl Fn(&(String, i64)) -> bool,
) -> Result<RecordBatch, ArrowError> {
    let places: Vec<u32> = (0..).zip(keys).filter(|(_, key)| keep(key)).map(|(place, _)| place).collect();
    take_record_batch(rows, &UInt32Array::from(places))
}

/// What each row is a row of, and in which version.
fn keys(table: Table, rows: &RecordBatch) -> Result<Vec<(String, i64)>, ArrowError> {
    let number = |name: &str| rows.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>());
    let text = |name: &str| rows.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    let missing = || ArrowError::SchemaError("a key column is missing".to_owned());
    let places = 0..rows.num_rows();
    Ok(match table {
        Table::Tickets | Table::TicketSpans => {
            let ids = number("ticket_id").ok_or_else(missing)?;
            let versions = number("ticket_version").ok_or_else(missing)?;
            places.map(|place| (ids.value(place).to_string(), versions.value(place))).collect()
        }
        Table::TicketEvents | Table::Dimensions => {
            let ids = text("event_id").ok_or_else(missing)?;
            places.map(|place| (ids.value(place).to_owned(), 0)).collect()
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::sinks::suite;

    #[tokio::test]
    async fn keeps_what_every_sink_promises() {
        suite::keeps_its_promises(&MemorySink::new()).await;
    }

    #[tokio::test]
    async fn shows_the_newest_version_of_a_ticket_that_was_written_last() {
        let sink = MemorySink::new();
        let writes: [&[[i64; 3]]; 4] = [&[[1, 5, 1], [2, 6, 1]], &[[1, 4, 2]], &[[2, 6, 3]], &[[1, 7, 4]]];
        for (rows, next) in writes.into_iter().zip(1..) {
            let batch = RowBatch { rows: vec![suite::tickets(rows)], ..RowBatch::default() };
            sink.write(batch, "tickets", Offset(next)).await.unwrap();
        }
        let mut versions = keys(Table::Tickets, &sink.rows(Table::Tickets)).unwrap();
        versions.sort_unstable();
        assert_eq!(versions, [("1".to_owned(), 7), ("2".to_owned(), 6)]);
    }
}
