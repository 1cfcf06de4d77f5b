//! Several sorted runs of one table as one, with only the rows that count, holding a few thousand rows of each in memory.

use std::path::Path;

use arrow::{
    array::{AsArray, RecordBatch},
    compute::concat_batches,
    datatypes::Int64Type,
    error::ArrowError,
};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use schemas::tables::{self, Part, Table};

use super::file;
use crate::sinks::Error;

const ROWS_MAX: usize = 8_192;

/// Runs on their way into one.
pub(super) struct Merge {
    table: Table,
    runs: Vec<Run>,
    ready: std::vec::IntoIter<RecordBatch>,
}

impl Merge {
    /// Merges `runs`, of which later ones hold later rows.
    pub(super) fn new(table: Table, runs: Vec<Run>) -> Self {
        Self { table, runs, ready: Vec::new().into_iter() }
    }

    /// The next rows in the table's sort order.
    pub(super) fn next(&mut self) -> Result<Option<RecordBatch>, Error> {
        loop {
            if let Some(batch) = self.ready.next() {
                return Ok(Some(batch));
            }
            for run in self.runs.iter_mut().filter(|run| run.rows.num_rows() == 0) {
                run.load()?;
            }
            if self.runs.iter().all(|run| run.rows.num_rows() == 0) {
                return Ok(None);
            }
            let parts = self.complete()?;
            let merged = tables::merge(self.table, &parts, ROWS_MAX);
            self.ready = merged.map_err(|error| refused(self.table, &error))?.into_iter();
        }
    }

    /// Takes from every run the rows of tickets that no run has more rows of.
    fn complete(&mut self) -> Result<Vec<Part>, Error> {
        if !self.table.has_tickets() {
            return self.everything();
        }
        loop {
            let unfinished = self.runs.iter().filter(|run| !run.is_finished).filter_map(Run::last_ticket);
            // The ticket at the edge of a run may go on behind it.
            let edge = unfinished.min();
            let parts: Vec<Part> =
                self.runs.iter_mut().enumerate().filter_map(|(age, run)| run.before(age, edge)).collect();
            if !parts.is_empty() {
                return Ok(parts);
            }
            for run in self.runs.iter_mut().filter(|run| run.last_ticket() == edge) {
                run.load()?;
            }
        }
    }

    fn everything(&mut self) -> Result<Vec<Part>, Error> {
        for run in &mut self.runs {
            while !run.is_finished {
                run.load()?;
            }
        }
        Ok(self.runs.iter_mut().enumerate().filter_map(|(age, run)| run.before(age, None)).collect())
    }
}

/// Rows in the table's sort order, read a batch at a time.
pub(super) struct Run {
    table: Table,
    place: String,
    source: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>,
    rows: RecordBatch,
    is_finished: bool,
}

impl Run {
    /// The rows of a file.
    pub(super) fn file(table: Table, path: &Path, crc32: u32) -> Result<Self, Error> {
        let opened = file::open(path, crc32)?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(opened)
            .and_then(|builder| builder.with_batch_size(ROWS_MAX).build())
            .map_err(|error| file::damaged(path, &error.to_string()))?;
        Ok(Self::new(table, path.display().to_string(), Box::<ParquetRecordBatchReader>::new(reader)))
    }

    /// Fresh rows, in any order.
    pub(super) fn fresh(table: Table, parts: &[Part]) -> Result<Self, Error> {
        let merged = tables::merge(table, parts, ROWS_MAX).map_err(|error| refused(table, &error))?;
        Ok(Self::new(table, "fresh batches".into(), Box::new(merged.into_iter().map(Ok))))
    }

    fn new(
        table: Table,
        place: String,
        source: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>> + Send>,
    ) -> Self {
        Self { table, place, source, rows: RecordBatch::new_empty(table.arrow_schema()), is_finished: false }
    }

    /// Adds the next batch to the rows in memory.
    fn load(&mut self) -> Result<(), Error> {
        let damaged = |error: ArrowError| Error::Damaged { place: self.place.clone(), reason: error.to_string() };
        match self.source.next().transpose().map_err(damaged)? {
            None => self.is_finished = true,
            Some(batch) => {
                self.rows = concat_batches(&self.table.arrow_schema(), [&self.rows, &batch]).map_err(damaged)?;
            }
        }
        Ok(())
    }

    fn last_ticket(&self) -> Option<i64> {
        self.tickets().last().copied()
    }

    /// Takes the rows of tickets before `edge`, or all.
    fn before(&mut self, age: usize, edge: Option<i64>) -> Option<Part> {
        let count = match edge {
            Some(edge) => self.tickets().partition_point(|ticket| *ticket < edge),
            None => self.rows.num_rows(),
        };
        let rows = self.rows.slice(0, count);
        self.rows = self.rows.slice(count, self.rows.num_rows() - count);
        (count > 0).then_some(Part { age: age as u64, rows })
    }

    fn tickets(&self) -> &[i64] {
        let column = self.rows.column_by_name("ticket_id");
        column.and_then(|column| column.as_primitive_opt::<Int64Type>()).map_or(&[], |column| column.values())
    }
}

fn refused(table: Table, error: &ArrowError) -> Error {
    Error::Refused { table: table.name(), reason: error.to_string() }
}
