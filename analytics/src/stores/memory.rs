//! A store in memory, to test use cases with.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::{
    array::{AsArray, RecordBatch},
    compute::max,
    datatypes::Int64Type,
};
use schemas::{Offset, tables::Table};

use super::{
    Error, Snapshot, Store,
    dimensions::CurrentRows,
    facts::Facts,
    piece::{Piece, Pieces, broken},
    state::State,
};

/// Tables that never change.
#[derive(Debug)]
pub struct MemoryStore {
    state: Arc<State>,
}

impl MemoryStore {
    /// A store of these rows, of which later ones count as written later. Its offset is the greatest that a row names.
    pub fn new(rows: Vec<(Table, RecordBatch)>) -> Result<Self, Error> {
        let mut tables = Table::ALL.map(Facts::new);
        let mut dimensions = CurrentRows::default();
        let mut offset = 0;
        for (table, rows) in rows {
            offset = offset.max(offset_after(table, &rows));
            if table == Table::Dimensions {
                dimensions.add(&rows)?;
            }
            if let Some(at) = Table::ALL.iter().position(|one| *one == table) {
                tables[at].add(rows).map_err(broken)?;
            }
        }
        let pieces = |(table, facts): (Table, &Facts)| {
            let pieces = facts.chunks().iter().map(|chunk| Piece::Chunk(Arc::clone(chunk))).collect();
            Arc::new(Pieces { table, pieces })
        };
        let tables = Table::ALL.into_iter().zip(&tables).map(pieces).collect();
        let dimensions = dimensions.current();
        Ok(Self { state: Arc::new(State { version: 1, offset: Offset(offset), tables, dimensions }) })
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn snapshot(&self) -> Result<Arc<dyn Snapshot>, Error> {
        Ok(Arc::clone(&self.state) as Arc<dyn Snapshot>)
    }
}

fn offset_after(table: Table, rows: &RecordBatch) -> u64 {
    let (column, after) = match table {
        Table::TicketEvents => ("log_offset", 1),
        Table::Tickets | Table::TicketSpans | Table::SlaClocks => ("ticket_version", 0),
        Table::Dimensions => ("version", 0),
    };
    let numbers = rows.column_by_name(column).and_then(|column| column.as_primitive_opt::<Int64Type>());
    numbers.and_then(max).map_or(0, |greatest| greatest.max(0) as u64 + after)
}
