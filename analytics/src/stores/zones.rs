//! The smallest and greatest value of each column in a piece of a table, to leave pieces out of a scan.

use std::{collections::HashSet, sync::Arc};

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, UInt64Array},
    compute::{cast, max, max_boolean, min, min_boolean},
    datatypes::{DataType, Int64Type, SchemaRef},
};
use datafusion::common::{Column, ScalarValue, pruning::PruningStatistics};

/// What is known of one column. Without `range` nothing is known, or every value is null.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Zone {
    range: Option<(i64, i64)>,
    nulls: Option<u64>,
}

/// What is known of every column of a piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Zones {
    rows: u64,
    columns: Vec<Zone>,
}

impl Zones {
    /// The zones of rows in memory.
    pub(super) fn of(rows: &RecordBatch) -> Self {
        let columns =
            rows.columns().iter().map(|column| Zone { range: range(column), nulls: Some(column.null_count() as u64) });
        Self { rows: rows.num_rows() as u64, columns: columns.collect() }
    }

    /// Zones from statistics on disk: for each column the least, the greatest (both of one row, or unknown) and the nulls.
    pub(super) fn from_statistics(rows: u64, columns: Vec<Option<(ArrayRef, ArrayRef, Option<u64>)>>) -> Self {
        let zone = |found: Option<(ArrayRef, ArrayRef, Option<u64>)>| {
            let Some((least, greatest, nulls)) = found else { return Zone::default() };
            let range = range(&least).zip(range(&greatest)).map(|((least, _), (_, greatest))| (least, greatest));
            Zone { range, nulls }
        };
        Self { rows, columns: columns.into_iter().map(zone).collect() }
    }

    /// Whether a row may have `value` in `column`.
    pub(super) fn may_hold(&self, column: usize, value: i64) -> bool {
        let range = self.columns.get(column).and_then(|zone| zone.range);
        range.is_none_or(|(least, greatest)| (least..=greatest).contains(&value))
    }
}

/// The least and the greatest value, as 64-bit numbers; for types without such zones nothing.
fn range(column: &ArrayRef) -> Option<(i64, i64)> {
    match column.data_type() {
        DataType::Boolean => {
            let column = column.as_boolean();
            Some((i64::from(min_boolean(column)?), i64::from(max_boolean(column)?)))
        }
        DataType::Int64 | DataType::UInt8 | DataType::UInt32 | DataType::Timestamp(_, _) => {
            let numbers = cast(column, &DataType::Int64).ok()?;
            let numbers = numbers.as_primitive::<Int64Type>();
            Some((min(numbers)?, max(numbers)?))
        }
        _ => None,
    }
}

/// The zones of many pieces, as DataFusion asks for them.
pub(super) struct ZoneStatistics<'a> {
    pub(super) schema: SchemaRef,
    pub(super) zones: Vec<&'a Zones>,
}

impl ZoneStatistics<'_> {
    fn values(&self, column: &Column, pick: impl Fn((i64, i64)) -> i64) -> Option<ArrayRef> {
        let (index, field) = self.schema.column_with_name(&column.name)?;
        let value = |zones: &&Zones| zones.columns.get(index).and_then(|zone| zone.range).map(&pick);
        let numbers: Int64Array = self.zones.iter().map(value).collect();
        cast(&numbers, field.data_type()).ok()
    }
}

impl PruningStatistics for ZoneStatistics<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.values(column, |(least, _)| least)
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.values(column, |(_, greatest)| greatest)
    }

    fn num_containers(&self) -> usize {
        self.zones.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let (index, _) = self.schema.column_with_name(&column.name)?;
        let nulls = |zones: &&Zones| zones.columns.get(index).and_then(|zone| zone.nulls);
        Some(Arc::new(self.zones.iter().map(nulls).collect::<UInt64Array>()))
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        Some(Arc::new(self.zones.iter().map(|zones| Some(zones.rows)).collect::<UInt64Array>()))
    }

    fn contained(&self, _column: &Column, _values: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}
