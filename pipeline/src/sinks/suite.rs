//! What every sink promises, tried on each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::Arc;

use arrow::{
    array::{ArrayRef, BooleanArray, Int64Array, ListArray, RecordBatch, StringArray, new_null_array},
    datatypes::{DataType, Int64Type},
};
use schemas::{Offset, ingestion::EventCounts, tables::Table};

use super::{Error, Fold, RowBatch, Sink};

const TOPIC: &str = "tickets";

/// Rows of `table` with these numbers in the columns named, zeros, empty texts and empty lists elsewhere.
pub(super) fn rows(table: Table, names: &[&str], numbers: &[&[i64]]) -> RecordBatch {
    let schema = table.arrow_schema();
    let column = |field: &Arc<arrow::datatypes::Field>| -> ArrayRef {
        let place = names.iter().position(|name| name == field.name());
        let values: Vec<i64> = numbers.iter().map(|row| place.map_or(0, |at| row[at])).collect();
        match field.data_type() {
            DataType::Boolean => Arc::new(BooleanArray::from(vec![true; values.len()])),
            DataType::Utf8 => {
                Arc::new(StringArray::from_iter_values(values.iter().map(|value| format!("text {value}"))))
            }
            DataType::List(_) => {
                let lists = values.iter().map(|value| Some([Some(*value)])).collect::<Vec<_>>();
                let list = ListArray::from_iter_primitive::<Int64Type, _, _>(lists);
                arrow::compute::cast(&list, field.data_type()).unwrap()
            }
            _ if field.is_nullable() && place.is_none() => new_null_array(field.data_type(), values.len()),
            _ => arrow::compute::cast(&Int64Array::from(values), field.data_type()).unwrap(),
        }
    };
    let columns = schema.fields().iter().map(column).collect();
    RecordBatch::try_new(schema, columns).unwrap()
}

/// Tickets (id, version, status).
pub(super) fn tickets(rows_of: &[[i64; 3]]) -> (Table, RecordBatch) {
    let numbers: Vec<&[i64]> = rows_of.iter().map(<[i64; 3]>::as_slice).collect();
    (Table::Tickets, rows(Table::Tickets, &["ticket_id", "ticket_version", "status"], &numbers))
}

/// Spans (ticket, version, start).
pub(super) fn spans(rows_of: &[[i64; 3]]) -> (Table, RecordBatch) {
    let numbers: Vec<&[i64]> = rows_of.iter().map(<[i64; 3]>::as_slice).collect();
    (Table::TicketSpans, rows(Table::TicketSpans, &["ticket_id", "ticket_version", "span_start"], &numbers))
}

/// Events (ticket, time, offset); the id is made of the offset.
pub(super) fn events(rows_of: &[[i64; 3]]) -> (Table, RecordBatch) {
    let ids: Vec<[i64; 4]> = rows_of.iter().map(|[ticket, at, offset]| [*ticket, *at, *offset, *offset]).collect();
    let numbers: Vec<&[i64]> = ids.iter().map(<[i64; 4]>::as_slice).collect();
    (Table::TicketEvents, rows(Table::TicketEvents, &["ticket_id", "occurred_at", "log_offset", "event_id"], &numbers))
}

fn fold(id: i64, state: &[u8]) -> Fold {
    Fold { space: "ticket".into(), id, state: state.to_vec() }
}

fn stored(count: u64) -> EventCounts {
    EventCounts { stored: count, ..EventCounts::default() }
}

/// Everything that every sink promises.
pub(super) async fn keeps_its_promises(sink: &dyn Sink) {
    starts_empty(sink).await;
    position_folds_and_counts_move_together(sink).await;
    a_repeated_batch_changes_nothing(sink).await;
    folds_are_replaced_recalled_and_scanned(sink).await;
    counts_add_up(sink).await;
    topics_have_places_of_their_own(sink).await;
    a_batch_at_an_old_position_changes_nothing(sink).await;
    rows_of_another_shape_are_refused(sink).await;
}

async fn starts_empty(sink: &dyn Sink) {
    assert_eq!(sink.position(TOPIC).await.unwrap(), Offset(0));
    assert_eq!(sink.counts().await.unwrap(), EventCounts::default());
    assert!(sink.folds("ticket", &[1]).await.unwrap().is_empty());
}

async fn position_folds_and_counts_move_together(sink: &dyn Sink) {
    let batch = RowBatch {
        rows: vec![tickets(&[[1, 2, 1]]), spans(&[[1, 2, 0]]), events(&[[1, 0, 0], [1, 5, 1]])],
        folds: vec![fold(1, b"one")],
        counts: stored(2),
    };
    sink.write(batch, TOPIC, Offset(2)).await.unwrap();
    assert_eq!(sink.position(TOPIC).await.unwrap(), Offset(2));
    assert_eq!(sink.counts().await.unwrap(), stored(2));
    assert_eq!(sink.folds("ticket", &[1]).await.unwrap()[&1], b"one");
}

async fn a_repeated_batch_changes_nothing(sink: &dyn Sink) {
    let batch = RowBatch {
        rows: vec![tickets(&[[1, 2, 1]]), spans(&[[1, 2, 0]]), events(&[[1, 0, 0], [1, 5, 1]])],
        folds: vec![fold(1, b"one")],
        counts: stored(2),
    };
    sink.write(batch, TOPIC, Offset(2)).await.unwrap();
    assert_eq!(sink.position(TOPIC).await.unwrap(), Offset(2));
    assert_eq!(sink.counts().await.unwrap(), stored(2));
}

async fn folds_are_replaced_recalled_and_scanned(sink: &dyn Sink) {
    let folds = (1..=600).map(|id| fold(id, format!("state {id}").as_bytes())).collect();
    sink.write(RowBatch { folds, ..RowBatch::default() }, TOPIC, Offset(3)).await.unwrap();

    let ids: Vec<i64> = (0..=601).collect();
    let recalled = sink.folds("ticket", &ids).await.unwrap();
    assert_eq!(recalled.len(), 600);
    assert_eq!(recalled[&1], b"state 1");
    assert!(sink.folds("Group", &ids).await.unwrap().is_empty());

    let scanned = sink.scan_folds("ticket", 598, 10).await.unwrap();
    assert_eq!(scanned, vec![(599, b"state 599".to_vec()), (600, b"state 600".to_vec())]);
    assert_eq!(sink.scan_folds("ticket", 0, 3).await.unwrap().len(), 3);
}

async fn counts_add_up(sink: &dyn Sink) {
    let before = sink.counts().await.unwrap();
    let counts = EventCounts { appended: 9, stored: 1, repeated: 2, filtered: 3, dead: 4 };
    sink.write(RowBatch { counts, ..RowBatch::default() }, TOPIC, Offset(13)).await.unwrap();
    let expected = EventCounts { appended: 0, stored: before.stored + 1, repeated: 2, filtered: 3, dead: 4 };
    assert_eq!(sink.counts().await.unwrap(), expected);
}

async fn topics_have_places_of_their_own(sink: &dyn Sink) {
    sink.write(RowBatch::default(), "replay", Offset(1)).await.unwrap();
    assert_eq!(sink.position("replay").await.unwrap(), Offset(1));
    assert_eq!(sink.position(TOPIC).await.unwrap(), Offset(13));
}

async fn a_batch_at_an_old_position_changes_nothing(sink: &dyn Sink) {
    let (position, counts) = (sink.position(TOPIC).await.unwrap(), sink.counts().await.unwrap());
    for next in [0, 1, position.0 - 1, position.0] {
        let batch = RowBatch {
            rows: vec![tickets(&[[1, 99, 5]]), spans(&[[1, 99, 7]]), events(&[[1, 7, 99]])],
            folds: vec![fold(1, b"too late")],
            counts: stored(1),
        };
        sink.write(batch, TOPIC, Offset(next)).await.unwrap();
        assert_eq!(sink.position(TOPIC).await.unwrap(), position);
        assert_eq!(sink.counts().await.unwrap(), counts);
        assert_eq!(sink.folds("ticket", &[1]).await.unwrap()[&1], b"state 1");
    }
}

async fn rows_of_another_shape_are_refused(sink: &dyn Sink) {
    let position = sink.position(TOPIC).await.unwrap();
    let (_, rows) = events(&[[1, 0, 0]]);
    let batch = RowBatch { rows: vec![(Table::Tickets, rows)], counts: stored(1), ..RowBatch::default() };
    let refused = sink.write(batch, TOPIC, Offset(position.0 + 1)).await;
    assert!(matches!(refused, Err(Error::Refused { table: "tickets", .. })), "{refused:?}");
    assert_eq!(sink.position(TOPIC).await.unwrap(), position);
}

#[tokio::test]
async fn a_sink_in_memory_keeps_its_promises() {
    keeps_its_promises(&super::memory::MemorySink::new()).await;
}
