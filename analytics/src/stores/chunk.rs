//! A few thousand rows of a table in memory, with zones and with a mask of rows that newer ones superseded.

mod sieve;

use arrow::{
    array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch},
    buffer::BooleanBuffer,
    compute::{concat_batches, filter_record_batch},
    datatypes::Int64Type,
    error::ArrowError,
};

use super::zones::Zones;

pub(super) use sieve::Sieve;

/// Rows in a full chunk: few enough for zones to leave many out, enough for a scan to run at memory speed.
pub(super) const CHUNK_ROWS: usize = 8_192;

/// Rows of one table. A clone shares the columns, so masking a clone's rows is cheap.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    rows: RecordBatch,
    /// One bit for each row that no longer counts; empty while all do.
    dead: Vec<u64>,
    dead_count: usize,
    zones: Zones,
}

impl Chunk {
    /// A chunk of rows that all count.
    pub(super) fn new(rows: RecordBatch) -> Self {
        Self { zones: Zones::of(&rows), rows, dead: Vec::new(), dead_count: 0 }
    }

    /// Adds rows at the end.
    pub(super) fn extend(&mut self, more: &RecordBatch) -> Result<(), ArrowError> {
        self.rows = concat_batches(self.rows.schema_ref(), [&self.rows, more])?;
        self.zones = Zones::of(&self.rows);
        if !self.dead.is_empty() {
            self.dead.resize(self.rows.num_rows().div_ceil(64), 0);
        }
        Ok(())
    }

    /// Takes a row out of every later reading.
    pub(super) fn kill(&mut self, row: usize) {
        if self.dead.is_empty() {
            self.dead = vec![0; self.rows.num_rows().div_ceil(64)];
        }
        let (word, bit) = (row / 64, 1_u64 << (row % 64));
        if let Some(word) = self.dead.get_mut(word).filter(|word| **word & bit == 0) {
            *word |= bit;
            self.dead_count += 1;
        }
    }

    /// Rows with those that no longer count.
    pub(super) fn len(&self) -> usize {
        self.rows.num_rows()
    }

    /// Rows that count.
    pub(super) fn live_count(&self) -> usize {
        self.rows.num_rows() - self.dead_count
    }

    /// What is known of the columns.
    pub(super) fn zones(&self) -> &Zones {
        &self.zones
    }

    /// The number in `column` of `row`, which may be one that no longer counts.
    pub(super) fn number(&self, column: usize, row: usize) -> Option<i64> {
        let column = self.rows.columns().get(column)?.as_primitive_opt::<Int64Type>()?;
        (row < column.len()).then(|| column.value(row))
    }

    /// The rows that count, in the columns asked for.
    pub(super) fn read(&self, projection: Option<&[usize]>) -> Result<RecordBatch, ArrowError> {
        let rows = match projection {
            Some(columns) => self.rows.project(columns)?,
            None => self.rows.clone(),
        };
        match self.dead_count {
            0 => Ok(rows),
            _ => filter_record_batch(&rows, &BooleanArray::new(self.live(), None)),
        }
    }

    /// The rows that count and pass `sieve`, in the columns asked for.
    pub(super) fn sift(
        &self,
        projection: Option<&[usize]>,
        sieve: &Sieve,
    ) -> Result<RecordBatch, datafusion::error::DataFusionError> {
        let passing = sieve.passing(&self.rows, self.live())?;
        let rows = match projection {
            Some(columns) => self.rows.project(columns)?,
            None => self.rows.clone(),
        };
        Ok(filter_record_batch(&rows, &BooleanArray::new(passing, None))?)
    }

    /// The rows that count whose `column` is `value`.
    pub(super) fn matching(&self, column: usize, value: i64) -> Result<RecordBatch, ArrowError> {
        let none = || ArrowError::SchemaError("the column holds no numbers".into());
        let wanted = equal(self.rows.columns().get(column).ok_or_else(none)?, value).ok_or_else(none)?;
        filter_record_batch(&self.rows, &BooleanArray::new(wanted.values() & &self.live(), wanted.nulls().cloned()))
    }

    fn live(&self) -> BooleanBuffer {
        if self.dead_count == 0 {
            return BooleanBuffer::new_set(self.rows.num_rows());
        }
        let is_dead = |row: usize| self.dead.get(row / 64).is_some_and(|word| word & (1 << (row % 64)) != 0);
        BooleanBuffer::collect_bool(self.rows.num_rows(), |row| !is_dead(row))
    }
}

/// Which values of `column` are `value`; nothing if it holds no numbers.
pub(super) fn equal(column: &ArrayRef, value: i64) -> Option<BooleanArray> {
    let numbers = column.as_primitive_opt::<Int64Type>()?;
    let found = BooleanBuffer::collect_bool(numbers.len(), |row| numbers.value(row) == value);
    Some(BooleanArray::new(found, numbers.nulls().cloned()))
}
