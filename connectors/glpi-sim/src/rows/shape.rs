//! Shape: how a list of columns becomes a typed row.

use std::sync::Arc;

use serde_json::Value;

use super::naive::{self, Zone};
use super::{Cell, Seconds, Texts};

/// What reading a column needs beside its value.
pub(super) struct Reader<'a> {
    pub(super) texts: &'a mut Texts,
    pub(super) zone: Zone,
}

pub(super) fn read_int(value: &Value, _: &mut Reader<'_>) -> Option<i64> {
    value.as_i64()
}

pub(super) fn read_small(value: &Value, _: &mut Reader<'_>) -> Option<i32> {
    value.as_i64().and_then(|number| i32::try_from(number).ok())
}

pub(super) fn read_text(value: &Value, reader: &mut Reader<'_>) -> Option<Arc<str>> {
    value.as_str().map(|text| reader.texts.share(text))
}

pub(super) fn read_time(value: &Value, reader: &mut Reader<'_>) -> Option<Seconds> {
    naive::to_seconds(value.as_str()?, reader.zone)
}

#[allow(clippy::option_option, reason = "outer: the value fits its column, inner: it is not NULL")]
pub(super) fn maybe<T>(
    value: &Value,
    reader: &mut Reader<'_>,
    read: fn(&Value, &mut Reader<'_>) -> Option<T>,
) -> Option<Option<T>> {
    if value.is_null() { Some(None) } else { read(value, reader).map(Some) }
}

pub(super) fn or_null<'a, T>(value: Option<T>, cell: impl FnOnce(T) -> Cell<'a>) -> Cell<'a> {
    value.map_or(Cell::Null, cell)
}

macro_rules! kind {
    (int) => { i64 };
    (small) => { i32 };
    (text) => { std::sync::Arc<str> };
    (time) => { $crate::rows::Seconds };
    (maybe_int) => { Option<i64> };
    (maybe_text) => { Option<std::sync::Arc<str>> };
    (maybe_time) => { Option<$crate::rows::Seconds> };
}

macro_rules! read {
    (int, $value:expr, $reader:expr) => {
        $crate::rows::shape::read_int($value, $reader)
    };
    (small, $value:expr, $reader:expr) => {
        $crate::rows::shape::read_small($value, $reader)
    };
    (text, $value:expr, $reader:expr) => {
        $crate::rows::shape::read_text($value, $reader)
    };
    (time, $value:expr, $reader:expr) => {
        $crate::rows::shape::read_time($value, $reader)
    };
    (maybe_int, $value:expr, $reader:expr) => {
        $crate::rows::shape::maybe($value, $reader, $crate::rows::shape::read_int)
    };
    (maybe_text, $value:expr, $reader:expr) => {
        $crate::rows::shape::maybe($value, $reader, $crate::rows::shape::read_text)
    };
    (maybe_time, $value:expr, $reader:expr) => {
        $crate::rows::shape::maybe($value, $reader, $crate::rows::shape::read_time)
    };
}

macro_rules! cell {
    (int, $field:expr) => {
        $crate::rows::Cell::Int($field)
    };
    (small, $field:expr) => {
        $crate::rows::Cell::Int(i64::from($field))
    };
    (text, $field:expr) => {
        $crate::rows::Cell::Text(&$field)
    };
    (time, $field:expr) => {
        $crate::rows::Cell::Time($field)
    };
    (maybe_int, $field:expr) => {
        $crate::rows::shape::or_null($field, $crate::rows::Cell::Int)
    };
    (maybe_text, $field:expr) => {
        $crate::rows::shape::or_null($field.as_deref(), $crate::rows::Cell::Text)
    };
    (maybe_time, $field:expr) => {
        $crate::rows::shape::or_null($field, $crate::rows::Cell::Time)
    };
}

macro_rules! column {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $column:literal) => {
        $column
    };
}

// A column is `field: kind`, with `= "column"` when GLPI's name is no good Rust name.
// The ticket a row hangs on is given as a function of the row.
macro_rules! row {
    (
        $(#[$doc:meta])*
        $name:ident, $itemtype:literal, of $ticket:expr;
        $( $(#[$field_doc:meta])* $field:ident : $kind:ident $(= $column:literal)?, )+
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            /// The row's id.
            pub id: $crate::rows::Id,
            $( $(#[$field_doc])* pub $field: $crate::rows::shape::kind!($kind), )+
            /// Columns this type does not know, and values that do not fit their column.
            pub extra: $crate::rows::Extra,
        }

        impl $crate::rows::Record for $name {
            fn id(&self) -> $crate::rows::Id {
                self.id
            }
            fn cell(&self, column: &str) -> Option<$crate::rows::Cell<'_>> {
                if let Some(value) = self.extra.as_ref().and_then(|extra| extra.get(column)) {
                    return Some($crate::rows::Cell::loose(value));
                }
                match column {
                    "id" => Some($crate::rows::Cell::Int(self.id)),
                    $( $crate::rows::shape::column!($field $($column)?) => Some($crate::rows::shape::cell!($kind, self.$field)), )+
                    _ => None,
                }
            }
            fn each(&self, show: &mut dyn FnMut(&str, $crate::rows::Cell<'_>)) {
                show("id", $crate::rows::Cell::Int(self.id));
                let Some(extra) = self.extra.as_ref() else {
                    $( show($crate::rows::shape::column!($field $($column)?), $crate::rows::shape::cell!($kind, self.$field)); )+
                    return;
                };
                for column in <Self as $crate::rows::Row>::COLUMNS {
                    if let Some(cell) = self.cell(column) {
                        show(column, cell);
                    }
                }
                for (column, value) in extra.iter() {
                    if !<Self as $crate::rows::Row>::COLUMNS.contains(&column.as_str()) {
                        show(column, $crate::rows::Cell::loose(value));
                    }
                }
            }
        }

        impl $crate::rows::Row for $name {
            const ITEMTYPE: &'static str = $itemtype;
            const COLUMNS: &'static [&'static str] = &[$( $crate::rows::shape::column!($field $($column)?) ),+];

            fn read(mut object: $crate::rows::Object, texts: &mut $crate::rows::Texts, zone: $crate::rows::naive::Zone) -> Self {
                let mut reader = $crate::rows::shape::Reader { texts, zone };
                let reader = &mut reader;
                let mut row = Self { id: $crate::rows::Record::id(&object), ..Self::default() };
                object.shift_remove("id");
                $(
                    let column = $crate::rows::shape::column!($field $($column)?);
                    let read = object.get(column).map(|value| $crate::rows::shape::read!($kind, value, reader));
                    if let Some(Some(value)) = read {
                        row.$field = value;
                        object.shift_remove(column);
                    }
                )+
                $crate::rows::naive::to_utc_texts(&mut object, reader.zone);
                row.extra = if object.is_empty() { None } else { Some(Box::new(object)) };
                row
            }
            fn set_id(&mut self, id: $crate::rows::Id) {
                self.id = id;
            }
            fn ticket(&self) -> Option<$crate::rows::Id> {
                let ticket: fn(&Self) -> Option<$crate::rows::Id> = $ticket;
                ticket(self)
            }
        }
    };
}

pub(super) use {cell, column, kind, read, row};
