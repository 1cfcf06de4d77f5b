//! A snapshot: the pieces of every table after one commit.

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::{arrow::array::RecordBatch, datasource::TableProvider};
use schemas::{
    Offset, TicketId,
    tables::{self, Part, Table},
};

use super::{
    Dimensions, Error, Snapshot,
    piece::{Pieces, broken},
    table::StoreTable,
};

/// One consistent state of every table.
#[derive(Debug)]
pub(super) struct State {
    pub(super) version: u64,
    pub(super) offset: Offset,
    pub(super) tables: Vec<Arc<Pieces>>,
    pub(super) dimensions: Arc<Dimensions>,
}

impl State {
    fn pieces(&self, table: Table) -> Result<&Arc<Pieces>, Error> {
        let found = self.tables.iter().find(|pieces| pieces.table == table);
        found.ok_or_else(|| Error::Storage(format!("there is no table {}", table.name())))
    }
}

#[async_trait]
impl Snapshot for State {
    fn version(&self) -> u64 {
        self.version
    }

    fn offset(&self) -> Offset {
        self.offset
    }

    fn table(&self, table: Table) -> Result<Arc<dyn TableProvider>, Error> {
        Ok(Arc::new(StoreTable::new(Arc::clone(self.pieces(table)?))))
    }

    async fn of_ticket(&self, table: Table, ticket: TicketId) -> Result<Vec<RecordBatch>, Error> {
        let pieces = Arc::clone(self.pieces(table)?);
        let reading = tokio::task::spawn_blocking(move || of_ticket(&pieces, ticket));
        reading.await.map_err(|error| Error::Storage(format!("reading {}: {error}", table.name())))?
    }

    fn dimensions(&self) -> Arc<Dimensions> {
        Arc::clone(&self.dimensions)
    }
}

fn of_ticket(pieces: &Pieces, ticket: TicketId) -> Result<Vec<RecordBatch>, Error> {
    let table = pieces.table;
    let Some(column) = table.columns().iter().position(|column| column.name == "ticket_id") else {
        return Err(Error::Storage(format!("{} has no ticket_id", table.name())));
    };
    let mut parts = Vec::new();
    for piece in pieces.pieces.iter().filter(|piece| piece.zones().may_hold(column, ticket.0)) {
        let rows = piece.of_ticket(column, ticket.0)?;
        let age = parts.len() as u64;
        parts.extend(rows.into_iter().filter(|rows| rows.num_rows() > 0).map(|rows| Part { age, rows }));
    }
    tables::merge(table, &parts, usize::MAX).map_err(broken)
}
