//! A whole table in memory: chunks to read, and for versioned tables where each ticket's rows are.
//!
//! A clone of the chunks is a snapshot: changes replace chunks, they never touch a chunk that somebody else holds.
//!
//! State per ticket by the width of the columns, for short titles: about 450 bytes in `tickets` and 90 for each of its spans,
//! and in each table's index 17 bytes at the fullest and 34 after it has grown.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::Arc,
};

use arrow::{
    array::{AsArray, RecordBatch, UInt32Array},
    compute::{concat_batches, take_record_batch},
    datatypes::Int64Type,
    error::ArrowError,
};
use schemas::tables::{self, Part, Table};

use super::chunk::{CHUNK_ROWS, Chunk};

/// The share of dead rows, in one part of so many, at which a table is packed anew.
const DEAD_SHARE: usize = 4;

/// The rows of one table.
#[derive(Debug)]
pub(super) struct Facts {
    table: Table,
    chunks: Vec<Arc<Chunk>>,
    places: HashMap<i64, Place, BuildHasherDefault<IdHasher>>,
    rows: usize,
    dead: usize,
    ticket_column: usize,
    version_column: usize,
}

/// Where a ticket's rows are, counted through all chunks.
#[derive(Clone, Copy, Debug)]
struct Place {
    first: u32,
    count: u32,
}

impl Facts {
    pub(super) fn new(table: Table) -> Self {
        let column = |name: &str| table.columns().iter().position(|column| column.name == name).unwrap_or(usize::MAX);
        Self {
            table,
            chunks: Vec::new(),
            places: HashMap::default(),
            rows: 0,
            dead: 0,
            ticket_column: column("ticket_id"),
            version_column: column("ticket_version"),
        }
    }

    /// Whose rows they are.
    pub(super) fn table(&self) -> Table {
        self.table
    }

    /// The chunks as they are now.
    pub(super) fn chunks(&self) -> &[Arc<Chunk>] {
        &self.chunks
    }

    /// Takes rows in that became visible together, after all before them.
    pub(super) fn add(&mut self, rows: RecordBatch) -> Result<(), ArrowError> {
        for sorted in tables::merge(self.table, &[Part { age: 0, rows }], usize::MAX)? {
            self.add_sorted(&sorted)?;
        }
        self.pack_if_worn()
    }

    /// The same for a run of batches in the table's sort order, with one version of each ticket.
    pub(super) fn add_run<E: From<ArrowError>>(
        &mut self,
        run: impl Iterator<Item = Result<RecordBatch, E>>,
    ) -> Result<(), E> {
        // The ticket at the end of a batch may go on in the next.
        let mut held = RecordBatch::new_empty(self.table.arrow_schema());
        for batch in run {
            let mut batch = batch?;
            if self.table == Table::TicketSpans {
                let joined = concat_batches(batch.schema_ref(), [&held, &batch])?;
                let last = self.last_ticket_from(&joined);
                held = joined.slice(last, joined.num_rows() - last);
                batch = joined.slice(0, last);
            }
            self.add_sorted(&batch)?;
        }
        self.add_sorted(&held)?;
        Ok(self.pack_if_worn()?)
    }

    /// The first row of the last ticket in `rows`.
    fn last_ticket_from(&self, rows: &RecordBatch) -> usize {
        let column = rows.columns().get(self.ticket_column).and_then(|column| column.as_primitive_opt::<Int64Type>());
        let tickets: &[i64] = column.map_or(&[], |column| column.values());
        tickets.last().map_or(0, |last| tickets.partition_point(|ticket| ticket < last))
    }

    /// The same for rows with one version of each ticket, no ticket cut in two.
    fn add_sorted(&mut self, rows: &RecordBatch) -> Result<(), ArrowError> {
        if self.table.is_versioned() {
            let winners = self.supersede(rows)?;
            if winners.len() != rows.num_rows() {
                return self.append(&take_record_batch(rows, &UInt32Array::from(winners))?);
            }
        }
        self.append(rows)
    }

    /// Masks the rows that `rows` supersede, notes where their successors will be, and tells which of `rows` count.
    fn supersede(&mut self, rows: &RecordBatch) -> Result<Vec<u32>, ArrowError> {
        let numbers = |column: usize| {
            let column = rows.columns().get(column).and_then(|column| column.as_primitive_opt::<Int64Type>());
            column.ok_or_else(|| ArrowError::SchemaError("rows without ticket and version".into()))
        };
        let tickets = numbers(self.ticket_column)?.values();
        let versions = numbers(self.version_column)?.values();

        let mut winners = Vec::with_capacity(tickets.len());
        let mut at = 0;
        for same in tickets.chunk_by(|one, next| one == next) {
            let (ticket, from) = (same[0], at);
            at += same.len();
            let before = self.places.get(&ticket).copied();
            if before.and_then(|place| self.version(place)).is_some_and(|known| known > versions[from]) {
                continue;
            }
            if let Some(place) = before {
                self.kill(place);
            }
            let place = Place { first: (self.rows + winners.len()) as u32, count: same.len() as u32 };
            self.places.insert(ticket, place);
            winners.extend(from as u32..at as u32);
        }
        Ok(winners)
    }

    fn version(&self, place: Place) -> Option<i64> {
        let first = place.first as usize;
        self.chunks.get(first / CHUNK_ROWS)?.number(self.version_column, first % CHUNK_ROWS)
    }

    fn kill(&mut self, place: Place) {
        let first = place.first as usize;
        for row in first..first + place.count as usize {
            if let Some(chunk) = self.chunks.get_mut(row / CHUNK_ROWS) {
                Arc::make_mut(chunk).kill(row % CHUNK_ROWS);
                self.dead += 1;
            }
        }
    }

    fn append(&mut self, rows: &RecordBatch) -> Result<(), ArrowError> {
        let mut from = 0;
        while from < rows.num_rows() {
            let tail = self.chunks.last_mut().filter(|chunk| chunk.len() < CHUNK_ROWS);
            let room = CHUNK_ROWS - tail.as_ref().map_or(0, |chunk| chunk.len());
            let piece = rows.slice(from, room.min(rows.num_rows() - from));
            from += piece.num_rows();
            self.rows += piece.num_rows();
            match tail {
                Some(chunk) => Arc::make_mut(chunk).extend(&piece)?,
                None => self.chunks.push(Arc::new(Chunk::new(piece))),
            }
        }
        Ok(())
    }

    /// Leaves dead rows behind once they are many, and brings the others into the table's sort order.
    fn pack_if_worn(&mut self) -> Result<(), ArrowError> {
        if self.dead <= CHUNK_ROWS || self.dead * DEAD_SHARE <= self.rows {
            return Ok(());
        }
        let live = |chunk: &Arc<Chunk>| Ok(Part { age: 0, rows: chunk.read(None)? });
        let parts = self.chunks.iter().map(live).collect::<Result<Vec<_>, ArrowError>>()?;
        let mut packed = Self::new(self.table);
        packed.add_run(tables::merge(self.table, &parts, CHUNK_ROWS)?.into_iter().map(Ok::<_, ArrowError>))?;
        *self = packed;
        Ok(())
    }
}

/// Spreads ids: they are dense, unique, and chosen by GLPI rather than by an attacker.
#[derive(Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_i64(&mut self, id: i64) {
        self.write_u64(id as u64);
    }

    fn write_u64(&mut self, number: u64) {
        let mixed = (self.0.rotate_left(5) ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The table takes its slot from the low bits and a tag from the high ones.
        self.0 = mixed ^ (mixed >> 32);
    }
}
