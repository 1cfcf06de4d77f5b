//! Which version of each dimension's row is current.

use std::{collections::HashMap, sync::Arc};

use datafusion::arrow::{
    array::{Array, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray},
    datatypes::Int64Type,
};
use serde_json::Value;

use super::{Dimension, Dimensions};
use crate::stores::Error;

/// The current rows, and the version of each.
#[derive(Debug, Default)]
pub(in crate::stores) struct CurrentRows {
    versions: HashMap<(String, i64), i64>,
    current: Arc<Dimensions>,
}

impl CurrentRows {
    /// The current rows as they are now.
    pub(in crate::stores) fn current(&self) -> Arc<Dimensions> {
        Arc::clone(&self.current)
    }

    /// Takes rows in, of which the greatest version counts and of equal ones the later.
    pub(in crate::stores) fn add(&mut self, rows: &RecordBatch) -> Result<(), Error> {
        let columns = Columns::of(rows).ok_or_else(|| damaged("its columns are not those of the contract"))?;
        // Whoever holds the rows as they were keeps them.
        let current = Arc::make_mut(&mut self.current);
        for row in 0..rows.num_rows() {
            let (kind, id) = (columns.kind.value(row), columns.id.value(row));
            let version = columns.version.value(row);
            let known = self.versions.entry((kind.to_owned(), id)).or_insert(version);
            if *known <= version {
                *known = version;
                current.insert(kind, columns.dimension(row)?);
            }
        }
        Ok(())
    }
}

struct Columns<'a> {
    kind: &'a StringArray,
    id: &'a Int64Array,
    version: &'a Int64Array,
    name: &'a StringArray,
    complete_name: &'a StringArray,
    parent_id: &'a Int64Array,
    attributes: &'a StringArray,
    is_removed: &'a BooleanArray,
}

impl<'a> Columns<'a> {
    fn of(rows: &'a RecordBatch) -> Option<Self> {
        let text = |name: &str| rows.column_by_name(name)?.as_string_opt::<i32>();
        let number = |name: &str| rows.column_by_name(name)?.as_primitive_opt::<Int64Type>();
        Some(Self {
            kind: text("kind")?,
            id: number("dimension_id")?,
            version: number("version")?,
            name: text("name")?,
            complete_name: text("complete_name")?,
            parent_id: number("parent_id")?,
            attributes: text("attributes")?,
            is_removed: rows.column_by_name("is_removed")?.as_boolean_opt()?,
        })
    }

    fn dimension(&self, row: usize) -> Result<Dimension, Error> {
        let attributes: Value = serde_json::from_str(self.attributes.value(row))
            .map_err(|error| damaged(&format!("attributes of {}: {error}", self.id.value(row))))?;
        let complete_name = self.complete_name.is_valid(row).then(|| self.complete_name.value(row).to_owned());
        Ok(Dimension {
            id: self.id.value(row),
            name: self.name.value(row).to_owned(),
            complete_name,
            parent_id: self.parent_id.is_valid(row).then(|| self.parent_id.value(row)),
            attributes,
            is_removed: self.is_removed.value(row),
        })
    }
}

fn damaged(reason: &str) -> Error {
    Error::Damaged { place: "dimensions".into(), reason: reason.to_owned() }
}
