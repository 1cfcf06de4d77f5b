//! A sink in memory, to test at the port.
//!
//! It keeps the rows that a reader of the tables is to see: of a ticket those of its newest version, written last.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use arrow::{array::RecordBatch, compute::concat_batches, error::ArrowError};
use async_trait::async_trait;
use schemas::{
    Offset,
    ingestion::EventCounts,
    tables::{self, Part, Table},
};

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

    /// The rows of `table` that count, in its sort order.
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
            if rows.schema() != table.arrow_schema() {
                return Err(refused(ArrowError::SchemaError(format!("its columns are {}", rows.schema()))));
            }
            let before = tables.remove(&table).unwrap_or_else(|| RecordBatch::new_empty(table.arrow_schema()));
            tables.insert(table, merged(table, before, rows).map_err(refused)?);
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

/// The rows of `before` and of `new`, which came later, that count.
fn merged(table: Table, before: RecordBatch, new: RecordBatch) -> Result<RecordBatch, ArrowError> {
    let parts = [Part { age: 0, rows: before }, Part { age: 1, rows: new }];
    concat_batches(&table.arrow_schema(), &tables::merge(table, &parts, usize::MAX)?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use arrow::{array::AsArray, datatypes::Int64Type};

    use super::*;
    use crate::sinks::suite;

    fn versions(sink: &MemorySink) -> Vec<(i64, i64)> {
        let rows = sink.rows(Table::Tickets);
        let number = |name: &str| rows.column_by_name(name).unwrap().as_primitive::<Int64Type>().values().to_vec();
        number("ticket_id").into_iter().zip(number("ticket_version")).collect()
    }

    async fn write(sink: &MemorySink, rows: &[[i64; 3]], next: u64) {
        let batch = RowBatch { rows: vec![suite::tickets(rows)], ..RowBatch::default() };
        sink.write(batch, "tickets", Offset(next)).await.unwrap();
    }

    #[tokio::test]
    async fn shows_the_newest_version_of_a_ticket() {
        let sink = MemorySink::new();
        let writes: [&[[i64; 3]]; 4] = [&[[1, 5, 1], [2, 6, 1]], &[[1, 4, 2]], &[[2, 6, 3]], &[[1, 7, 4], [1, 3, 4]]];
        for (rows, next) in writes.into_iter().zip(1..) {
            write(&sink, rows, next).await;
        }
        assert_eq!(versions(&sink), [(1, 7), (2, 6)]);
    }

    #[tokio::test]
    async fn shows_nothing_that_came_at_an_old_position() {
        let sink = MemorySink::new();
        write(&sink, &[[1, 5, 1]], 5).await;
        for next in [0, 4, 5] {
            write(&sink, &[[1, 9, 1], [2, 9, 1]], next).await;
        }
        assert_eq!(versions(&sink), [(1, 5)]);
    }
}
