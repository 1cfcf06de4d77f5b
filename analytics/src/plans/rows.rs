//! Arrow rows as plain values.

use arrow::{
    array::{Array, AsArray, RecordBatch},
    datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType, UInt8Type, UInt32Type, UInt64Type},
};
use chrono::{DateTime, Utc};
use datafusion::{common::exec_datafusion_err, error::DataFusionError};
use schemas::Instant;

use crate::{error::Error, window::date};

/// The columns of a batch, by name.
pub(crate) struct Columns<'a> {
    batch: &'a RecordBatch,
}

impl<'a> Columns<'a> {
    pub(crate) fn of(batch: &'a RecordBatch) -> Self {
        Self { batch }
    }

    /// A whole number, or a truth value as 1 or 0.
    pub(crate) fn integer(&self, name: &str, row: usize) -> Result<Option<i64>, Error> {
        let column = self.column(name)?;
        if column.is_null(row) {
            return Ok(None);
        }
        match column.data_type() {
            DataType::Int64 => Ok(Some(column.as_primitive::<Int64Type>().value(row))),
            DataType::UInt64 => Ok(Some(column.as_primitive::<UInt64Type>().value(row) as i64)),
            DataType::UInt32 => Ok(Some(column.as_primitive::<UInt32Type>().value(row).into())),
            DataType::UInt8 => Ok(Some(column.as_primitive::<UInt8Type>().value(row).into())),
            DataType::Boolean => Ok(Some(column.as_boolean().value(row).into())),
            other => Err(wrong(name, other)),
        }
    }

    /// A point on the time line.
    pub(crate) fn instant(&self, name: &str, row: usize) -> Result<Option<Instant>, Error> {
        let column = self.column(name)?;
        match column.data_type() {
            _ if column.is_null(row) => Ok(None),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Ok(Some(Instant(column.as_primitive::<TimestampMicrosecondType>().value(row))))
            }
            other => Err(wrong(name, other)),
        }
    }

    /// A date and time.
    pub(crate) fn time(&self, name: &str, row: usize) -> Result<Option<DateTime<Utc>>, Error> {
        Ok(self.instant(name, row)?.map(date))
    }

    /// A text.
    pub(crate) fn text(&self, name: &str, row: usize) -> Result<Option<String>, Error> {
        let column = self.column(name)?;
        if column.is_null(row) {
            return Ok(None);
        }
        match column.data_type() {
            DataType::Utf8 => Ok(Some(column.as_string::<i32>().value(row).to_owned())),
            DataType::Utf8View => Ok(Some(column.as_string_view().value(row).to_owned())),
            other => Err(wrong(name, other)),
        }
    }

    /// What a column that is never empty holds.
    pub(crate) fn must<T>(value: Option<T>, name: &str) -> Result<T, Error> {
        value.ok_or_else(|| Error::from(exec_datafusion_err!("column {name} is empty")))
    }

    fn column(&self, name: &str) -> Result<&'a dyn Array, Error> {
        let column = self.batch.column_by_name(name);
        Ok(column.ok_or_else(|| exec_datafusion_err!("column {name} is missing"))?.as_ref())
    }
}

fn wrong(name: &str, found: &DataType) -> Error {
    let error: DataFusionError = exec_datafusion_err!("column {name} cannot be {found}");
    Error::from(error)
}
