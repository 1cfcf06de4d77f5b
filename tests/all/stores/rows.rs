//! Rows of any table, each of them different in every column, made of a few numbers.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BooleanArray, Float64Array, Int64Array, Int64Builder, ListBuilder, RecordBatch, StringArray,
        TimestampMicrosecondArray, UInt8Array, UInt32Array,
    },
    datatypes::{DataType, Field},
};
use schemas::tables::{Column, Kind, Table};

/// What a row is a row of, in which version, and the number that tells it from all others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) version: i64,
    pub(super) serial: i64,
}

/// Rows as a batch of `table`.
pub(super) fn batch(table: Table, rows: &[Row]) -> RecordBatch {
    let column = |(at, column): (i64, &Column)| -> ArrayRef {
        let values: Vec<Option<i64>> = rows.iter().map(|row| cell(column, at, *row)).collect();
        array(column, values)
    };
    let columns = (0..).zip(table.columns()).map(column).collect();
    RecordBatch::try_new(table.arrow_schema(), columns).unwrap()
}

fn cell(column: &Column, at: i64, Row { id, version, serial }: Row) -> Option<i64> {
    match column.name {
        "ticket_id" | "dimension_id" => Some(id),
        "ticket_version" | "version" => Some(version),
        // Few values, so that sort keys tie.
        "occurred_at" | "span_start" => Some(version % 3),
        "sequence" | "kind" => Some(version % 2),
        "event_id" | "log_offset" => Some(serial),
        _ if column.nullable && (serial + at) % 3 == 0 => None,
        _ => Some(serial * 64 + at),
    }
}

fn array(column: &Column, values: Vec<Option<i64>>) -> ArrayRef {
    let values = values.into_iter();
    match column.kind {
        Kind::Bool => Arc::new(values.map(|value| value.map(|value| value % 3 == 0)).collect::<BooleanArray>()),
        Kind::UInt8 => Arc::new(values.map(|value| value.map(|value| (value % 251) as u8)).collect::<UInt8Array>()),
        Kind::UInt32 => Arc::new(values.map(|value| value.map(|value| value as u32)).collect::<UInt32Array>()),
        Kind::Int64 => Arc::new(values.collect::<Int64Array>()),
        Kind::Float64 => Arc::new(values.map(|value| value.map(|value| value as f64 / 8.0)).collect::<Float64Array>()),
        Kind::Time => Arc::new(values.collect::<TimestampMicrosecondArray>().with_timezone("UTC")),
        Kind::Text if column.name == "attributes" => {
            Arc::new(values.map(|value| value.map(|value| format!("{{\"n\":{value}}}"))).collect::<StringArray>())
        }
        Kind::Text => Arc::new(values.map(|value| value.map(|value| format!("ação {value}"))).collect::<StringArray>()),
        Kind::Ids => {
            let item = Field::new_list_field(DataType::Int64, false);
            let mut lists = ListBuilder::new(Int64Builder::new()).with_field(item);
            for value in values.flatten() {
                lists.append_value((0..value % 4).map(|more| Some(value + more)));
            }
            Arc::new(lists.finish())
        }
    }
}
