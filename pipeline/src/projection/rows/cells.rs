//! Cells on their way into an Arrow batch, column after column in the order of the table contract.

use std::sync::Arc;

use arrow::{
    array::{
        ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, ListBuilder, RecordBatch, StringBuilder,
        TimestampMicrosecondBuilder, UInt8Builder, UInt32Builder,
    },
    datatypes::{DataType, Field},
};
use schemas::{
    Instant,
    tables::{Column, Kind, Table},
};

use crate::projection::Error;

/// One cell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'a> {
    Empty,
    Bool(bool),
    UInt8(u8),
    UInt32(u32),
    Int64(i64),
    Float64(f64),
    Text(&'a str),
    Time(Instant),
    Ids(&'a [i64]),
}

macro_rules! cells_from {
    ($($value:ty => $cell:ident),*) => {
        $(impl<'a> From<$value> for Cell<'a> {
            fn from(value: $value) -> Self {
                Self::$cell(value)
            }
        })*
    };
}

cells_from!(bool => Bool, u8 => UInt8, u32 => UInt32, i64 => Int64, f64 => Float64, &'a str => Text, Instant => Time, &'a [i64] => Ids);

impl<'a, V: Into<Cell<'a>>> From<Option<V>> for Cell<'a> {
    fn from(value: Option<V>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// Rows of one table under construction.
#[derive(Debug)]
pub(super) struct Rows {
    table: Table,
    builders: Vec<Builder>,
    place: usize,
    wrong: Option<String>,
}

#[derive(Debug)]
enum Builder {
    Bool(BooleanBuilder),
    UInt8(UInt8Builder),
    UInt32(UInt32Builder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Text(StringBuilder),
    Time(TimestampMicrosecondBuilder),
    Ids(ListBuilder<Int64Builder>),
}

impl Rows {
    /// No rows of `table` yet.
    pub(super) fn new(table: Table) -> Self {
        let builders = table.columns().iter().map(|column| Builder::new(column.kind)).collect();
        Self { table, builders, place: 0, wrong: None }
    }

    /// Fills the next cell, which must be that of column `name`. A disagreement is told by [`Self::finish`].
    pub(super) fn put<'a>(&mut self, name: &str, value: impl Into<Cell<'a>>) {
        let columns: &[Column] = self.table.columns();
        let is_next = columns[self.place].name == name;
        if !(is_next && self.builders[self.place].put(value.into())) && self.wrong.is_none() {
            self.wrong = Some(format!("{name} is not what column {} holds", columns[self.place].name));
        }
        self.place = (self.place + 1) % columns.len();
    }

    /// The batch.
    pub(super) fn finish(mut self) -> Result<RecordBatch, Error> {
        let refused = |reason| Error::Contract { table: self.table.name(), reason };
        if let Some(reason) = self.wrong {
            return Err(refused(reason));
        }
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(self.table.arrow_schema(), columns).map_err(|error| refused(error.to_string()))
    }
}

impl Builder {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::UInt8 => Self::UInt8(UInt8Builder::new()),
            Kind::UInt32 => Self::UInt32(UInt32Builder::new()),
            Kind::Int64 => Self::Int64(Int64Builder::new()),
            Kind::Float64 => Self::Float64(Float64Builder::new()),
            Kind::Text => Self::Text(StringBuilder::new()),
            Kind::Time => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Ids => {
                let item = Field::new_list_field(DataType::Int64, false);
                Self::Ids(ListBuilder::new(Int64Builder::new()).with_field(item))
            }
        }
    }

    /// Adds `cell`; false if it is of another type.
    fn put(&mut self, cell: Cell<'_>) -> bool {
        match (self, cell) {
            (Self::Bool(cells), Cell::Bool(value)) => cells.append_value(value),
            (Self::Bool(cells), Cell::Empty) => cells.append_null(),
            (Self::UInt8(cells), Cell::UInt8(value)) => cells.append_value(value),
            (Self::UInt8(cells), Cell::Empty) => cells.append_null(),
            (Self::UInt32(cells), Cell::UInt32(value)) => cells.append_value(value),
            (Self::UInt32(cells), Cell::Empty) => cells.append_null(),
            (Self::Int64(cells), Cell::Int64(value)) => cells.append_value(value),
            (Self::Int64(cells), Cell::Empty) => cells.append_null(),
            (Self::Float64(cells), Cell::Float64(value)) => cells.append_value(value),
            (Self::Float64(cells), Cell::Empty) => cells.append_null(),
            (Self::Text(cells), Cell::Text(value)) => cells.append_value(value),
            (Self::Text(cells), Cell::Empty) => cells.append_null(),
            (Self::Time(cells), Cell::Time(value)) => cells.append_value(value.0),
            (Self::Time(cells), Cell::Empty) => cells.append_null(),
            (Self::Ids(cells), Cell::Ids(ids)) => {
                cells.values().append_slice(ids);
                cells.append(true);
            }
            (Self::Ids(cells), Cell::Empty) => cells.append(false),
            _ => return false,
        }
        true
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Bool(cells) => Arc::new(cells.finish()),
            Self::UInt8(cells) => Arc::new(cells.finish()),
            Self::UInt32(cells) => Arc::new(cells.finish()),
            Self::Int64(cells) => Arc::new(cells.finish()),
            Self::Float64(cells) => Arc::new(cells.finish()),
            Self::Text(cells) => Arc::new(cells.finish()),
            Self::Time(cells) => Arc::new(cells.finish()),
            Self::Ids(cells) => Arc::new(cells.finish()),
        }
    }
}
