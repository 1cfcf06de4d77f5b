//! Tables as they are, for whoever wants rows instead of answers.

use arrow::{array::RecordBatch, datatypes::SchemaRef};
use datafusion::{execution::SendableRecordBatchStream, prelude::SessionContext};
use futures::StreamExt as _;
use schemas::tables::Table;

use crate::{error::Error, stores::Snapshot};

/// The rows of one table of one snapshot, a batch at a time.
pub struct Rows {
    stream: SendableRecordBatchStream,
}

/// Opens `table`; `columns` in that order, or all of them where there are none.
pub async fn read(snapshot: &dyn Snapshot, table: Table, columns: &[&str]) -> Result<Rows, Error> {
    let all = SessionContext::new().read_table(snapshot.table(table)?)?;
    let chosen = if columns.is_empty() { all } else { all.select_columns(columns)? };
    Ok(Rows { stream: chosen.execute_stream().await? })
}

impl Rows {
    /// The columns.
    pub fn schema(&self) -> SchemaRef {
        self.stream.schema()
    }

    /// The next rows; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<RecordBatch, Error>> {
        Some(self.stream.next().await?.map_err(Error::from))
    }
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("schema", &self.schema()).finish_non_exhaustive()
    }
}
