//! What every store promises, tried on each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, AsArray, BooleanArray, Int64Array, ListArray, RecordBatch, StringArray, new_null_array},
    compute::cast,
    datatypes::{DataType, Field, Int64Type},
};
use datafusion::{
    common::ScalarValue,
    prelude::{DataFrame, Expr, SessionConfig, SessionContext, col, lit},
};
use schemas::{TicketId, tables::Table};

use super::{Snapshot, Store};

pub(super) type Rows = Vec<(Table, RecordBatch)>;

/// Rows of `table` with these numbers in the columns named, zeros, texts and lists elsewhere.
pub(super) fn rows(table: Table, names: &[&str], numbers: &[&[i64]]) -> RecordBatch {
    let schema = table.arrow_schema();
    let column = |field: &Arc<Field>| -> ArrayRef {
        let place = names.iter().position(|name| name == field.name());
        let values: Vec<i64> = numbers.iter().map(|row| place.map_or(0, |at| row[at])).collect();
        match field.data_type() {
            DataType::Boolean => Arc::new(values.iter().map(|value| Some(*value != 0)).collect::<BooleanArray>()),
            DataType::Utf8 if field.name() == "attributes" => Arc::new(StringArray::from(vec!["{}"; values.len()])),
            DataType::Utf8 => {
                Arc::new(StringArray::from_iter_values(values.iter().map(|value| format!("text {value}"))))
            }
            DataType::List(_) => {
                let lists = values.iter().map(|value| Some([Some(*value)])).collect::<Vec<_>>();
                cast(&ListArray::from_iter_primitive::<Int64Type, _, _>(lists), field.data_type()).unwrap()
            }
            _ if field.is_nullable() && place.is_none() => new_null_array(field.data_type(), values.len()),
            _ => cast(&Int64Array::from(values), field.data_type()).unwrap(),
        }
    };
    RecordBatch::try_new(table.arrow_schema(), schema.fields().iter().map(column).collect()).unwrap()
}

/// Tickets (id, version, status), opened at second `id`.
pub(super) fn tickets(rows_of: &[[i64; 3]]) -> (Table, RecordBatch) {
    let full: Vec<[i64; 4]> =
        rows_of.iter().map(|[id, version, status]| [*id, *version, *status, *id * 1_000_000]).collect();
    let numbers: Vec<&[i64]> = full.iter().map(<[i64; 4]>::as_slice).collect();
    (Table::Tickets, rows(Table::Tickets, &["ticket_id", "ticket_version", "status", "opened_at"], &numbers))
}

/// Spans (ticket, version, start).
pub(super) fn spans(rows_of: &[[i64; 3]]) -> (Table, RecordBatch) {
    let numbers: Vec<&[i64]> = rows_of.iter().map(<[i64; 3]>::as_slice).collect();
    (Table::TicketSpans, rows(Table::TicketSpans, &["ticket_id", "ticket_version", "span_start"], &numbers))
}

/// Events (ticket, time, offset).
pub(super) fn events(rows_of: &[[i64; 3]]) -> (Table, RecordBatch) {
    let numbers: Vec<&[i64]> = rows_of.iter().map(<[i64; 3]>::as_slice).collect();
    (Table::TicketEvents, rows(Table::TicketEvents, &["ticket_id", "occurred_at", "log_offset"], &numbers))
}

/// Dimensions (id, version, name), all of one kind.
pub(super) fn dimensions(rows_of: &[[i64; 3]]) -> (Table, RecordBatch) {
    let numbers: Vec<&[i64]> = rows_of.iter().map(<[i64; 3]>::as_slice).collect();
    (Table::Dimensions, rows(Table::Dimensions, &["dimension_id", "version", "name"], &numbers))
}

/// The desk that the suite asks about: three commits, of which later ones correct earlier ones and one comes late.
pub(super) fn desk() -> Vec<Rows> {
    vec![
        vec![
            tickets(&[[3, 1, 1], [1, 1, 1], [2, 1, 1]]),
            spans(&[[1, 1, 0], [2, 1, 0], [3, 1, 0]]),
            events(&[[2, 0, 1], [1, 0, 0], [3, 0, 2]]),
            dimensions(&[[7, 1, 70], [8, 1, 80]]),
        ],
        vec![
            tickets(&[[1, 5, 5], [4, 5, 1]]),
            spans(&[[1, 5, 0], [1, 5, 9], [4, 5, 3]]),
            events(&[[1, 9, 3], [4, 3, 4]]),
            dimensions(&[[7, 5, 71]]),
        ],
        // An older version of ticket 1 that arrives late, and a repair of ticket 2 under the version it had.
        vec![tickets(&[[1, 4, 2], [2, 1, 6]]), spans(&[[1, 4, 4], [2, 1, 8]]), dimensions(&[[8, 0, 1]])],
    ]
}

/// Everything that every store promises, on a store that holds [`desk`].
pub(super) async fn keeps_its_promises(store: &dyn Store) {
    let snapshot = store.snapshot().await.unwrap();
    let snapshot = snapshot.as_ref();

    let current = ask(snapshot, Table::Tickets, lit(true), &["ticket_id", "ticket_version", "status"]).await;
    assert_eq!(current, [[1, 5, 5], [2, 1, 6], [3, 1, 1], [4, 5, 1]]);
    let intervals = ask(snapshot, Table::TicketSpans, lit(true), &["ticket_id", "span_start"]).await;
    assert_eq!(intervals, [[1, 0], [1, 9], [2, 8], [3, 0], [4, 3]]);
    let history = ask(snapshot, Table::TicketEvents, lit(true), &["log_offset", "ticket_id"]).await;
    assert_eq!(history, [[0, 1], [1, 2], [2, 3], [3, 1], [4, 4]]);
    assert_eq!(ask(snapshot, Table::Dimensions, lit(true), &["dimension_id"]).await, [[7], [7], [8], [8]]);
    for (table, count) in [(Table::Tickets, 4), (Table::TicketSpans, 5), (Table::TicketEvents, 5)] {
        assert_eq!(counted(snapshot, table).await, count);
    }

    filters_choose_rows_whatever_pieces_they_leave_out(snapshot).await;
    one_ticket_is_found_in_order(snapshot).await;

    let dimensions = snapshot.dimensions();
    assert_eq!(dimensions.get("text 0", 7).unwrap().name, "text 71");
    assert_eq!(dimensions.get("text 0", 8).unwrap().name, "text 80");

    let again = store.snapshot().await.unwrap();
    assert_eq!((again.version(), again.offset()), (snapshot.version(), snapshot.offset()));
}

async fn filters_choose_rows_whatever_pieces_they_leave_out(snapshot: &dyn Snapshot) {
    let found = |filter: Expr| async move { ask(snapshot, Table::Tickets, filter, &["ticket_id"]).await.concat() };
    let second = |second: i64| lit(ScalarValue::TimestampMicrosecond(Some(second * 1_000_000), Some("UTC".into())));
    assert_eq!(found(col("ticket_id").eq(lit(4_i64))).await, [4]);
    assert_eq!(found(col("ticket_id").between(lit(2_i64), lit(3_i64))).await, [2, 3]);
    assert_eq!(found(col("status").in_list(vec![lit(5_u8), lit(6_u8)], false)).await, [1, 2]);
    assert_eq!(found(col("opened_at").gt_eq(second(3))).await, [3, 4]);
    assert_eq!(found(col("solved_at").is_null().and(col("status").lt(lit(5_u8)))).await, [3, 4]);
    assert!(found(col("ticket_id").gt(lit(1000_i64))).await.is_empty());
    assert_eq!(found(col("status").eq(lit(1_u8)).or(col("ticket_id").eq(lit(2_i64)))).await, [2, 3, 4]);
    assert_eq!(found(lit(false)).await, [0_i64; 0]);
    let late = ask(snapshot, Table::TicketEvents, col("ticket_id").gt(lit(3_i64)), &["log_offset"]).await;
    assert_eq!(late, [[4]]);
    for (table, above, count) in [(Table::Tickets, 2_i64, 2), (Table::TicketSpans, 0, 5), (Table::TicketEvents, 1, 3)] {
        let rows = read(snapshot, table).filter(col("ticket_id").gt(lit(above))).unwrap();
        assert_eq!(rows.count().await.unwrap(), count, "{}", table.name());
    }
}

async fn one_ticket_is_found_in_order(snapshot: &dyn Snapshot) {
    let of = |table: Table, column: &'static str| async move {
        let batches = snapshot.of_ticket(table, TicketId(1)).await.unwrap();
        numbers(&batches, &[column]).concat()
    };
    assert_eq!(of(Table::Tickets, "ticket_version").await, [5]);
    assert_eq!(of(Table::TicketSpans, "span_start").await, [0, 9]);
    assert_eq!(of(Table::TicketEvents, "log_offset").await, [0, 3]);
    assert!(snapshot.of_ticket(Table::Tickets, TicketId(99)).await.unwrap().is_empty());
    assert!(snapshot.of_ticket(Table::Dimensions, TicketId(1)).await.is_err());
}

/// The numbers in `columns` of the rows that `filter` accepts, sorted.
pub(super) async fn ask(snapshot: &dyn Snapshot, table: Table, filter: Expr, columns: &[&str]) -> Vec<Vec<i64>> {
    let rows = read(snapshot, table).filter(filter).unwrap().select_columns(columns).unwrap();
    let mut found = numbers(&rows.collect().await.unwrap(), columns);
    found.sort_unstable();
    found
}

/// How many rows there are, by a question that needs no column.
pub(super) async fn counted(snapshot: &dyn Snapshot, table: Table) -> usize {
    let nothing: Vec<Expr> = Vec::new();
    let batches = read(snapshot, table).select(nothing).unwrap().collect().await.unwrap();
    batches.iter().map(RecordBatch::num_rows).sum()
}

fn read(snapshot: &dyn Snapshot, table: Table) -> DataFrame {
    let session = SessionContext::new_with_config(SessionConfig::new().with_target_partitions(2));
    session.read_table(snapshot.table(table).unwrap()).unwrap()
}

fn numbers(batches: &[RecordBatch], columns: &[&str]) -> Vec<Vec<i64>> {
    let mut found = Vec::new();
    for batch in batches {
        let columns: Vec<ArrayRef> =
            columns.iter().map(|name| cast(batch.column_by_name(name).unwrap(), &DataType::Int64).unwrap()).collect();
        let row = |row: usize| columns.iter().map(|column| column.as_primitive::<Int64Type>().value(row)).collect();
        found.extend((0..batch.num_rows()).map(row));
    }
    found
}

#[tokio::test]
async fn a_store_in_memory_keeps_its_promises() {
    let store = super::memory::MemoryStore::new(desk().concat()).unwrap();
    keeps_its_promises(&store).await;
}
