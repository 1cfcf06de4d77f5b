//! Rows as text, so that whole stores compare.

use std::{collections::BTreeMap, fs::File, path::Path};

use analytics::{
    stores::{Snapshot, Store},
    tables,
};
use arrow::{
    array::RecordBatch,
    util::display::{ArrayFormatter, FormatOptions},
};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use schemas::{TicketId, tables::Table};

/// The rows of every table, sorted.
pub(super) type Shown = BTreeMap<&'static str, Vec<String>>;

/// Every table of a store, and the rows of `tickets` one by one, as they come.
pub(super) async fn shown(store: &dyn Store, tickets: &[i64]) -> (Shown, Vec<String>) {
    of_snapshot(store.snapshot().await.unwrap().as_ref(), tickets).await
}

/// The same of a snapshot.
pub(super) async fn of_snapshot(snapshot: &dyn Snapshot, tickets: &[i64]) -> (Shown, Vec<String>) {
    let mut shown = Shown::new();
    for table in Table::ALL {
        let mut rows = tables::read(snapshot, table, &[]).await.unwrap();
        let mut found = Vec::new();
        while let Some(batch) = rows.next().await {
            found.extend(lines(&batch.unwrap()));
        }
        found.sort_unstable();
        shown.insert(table.name(), found);
    }
    let mut one_by_one = vec![format!("{:?}", snapshot.dimensions())];
    for ticket in tickets {
        for table in Table::ALL.into_iter().filter(|table| table.has_tickets()) {
            let found = snapshot.of_ticket(table, TicketId(*ticket)).await.unwrap();
            one_by_one.push(format!("{} {ticket}", table.name()));
            one_by_one.extend(found.iter().flat_map(lines));
        }
    }
    (shown, one_by_one)
}

/// What a published folder holds.
pub(super) fn of_folder(dir: &Path) -> Shown {
    let mut shown = Shown::new();
    for table in Table::ALL {
        let mut found = Vec::new();
        for entry in dir.join(table.name()).read_dir().unwrap() {
            let file = File::open(entry.unwrap().path()).unwrap();
            let rows = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
            found.extend(rows.flat_map(|batch| lines(&batch.unwrap())));
        }
        found.sort_unstable();
        shown.insert(table.name(), found);
    }
    shown
}

/// The rows of batches of several tables, sorted.
pub(super) fn of_batches(batches: impl IntoIterator<Item = (Table, RecordBatch)>) -> Shown {
    let mut shown = Shown::new();
    for (table, batch) in batches {
        shown.entry(table.name()).or_default().extend(lines(&batch));
    }
    for rows in shown.values_mut() {
        rows.sort_unstable();
    }
    shown
}

fn lines(batch: &RecordBatch) -> Vec<String> {
    let options = FormatOptions::default().with_null("-");
    let cells: Vec<_> =
        batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap()).collect();
    let line = |row| cells.iter().map(|cell| cell.value(row).to_string()).collect::<Vec<_>>().join("|");
    (0..batch.num_rows()).map(line).collect()
}
