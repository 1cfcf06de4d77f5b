//! Reading pieces of a table, on as many threads as the session has partitions.

use std::{fmt, sync::Arc};

use datafusion::{
    arrow::{array::RecordBatch, datatypes::SchemaRef},
    common::{Statistics, stats::Precision, tree_node::TreeNodeRecursion},
    error::{DataFusionError, Result},
    execution::{SendableRecordBatchStream, TaskContext},
    physical_expr::{EquivalenceProperties, PhysicalExpr},
    physical_plan::{
        ChildrenPropertiesMode, DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties,
        ReplaceChildrenOptions,
        execution_plan::{Boundedness, EmissionType},
        statistics::StatisticsArgs,
        stream::{RecordBatchReceiverStream, RecordBatchStreamAdapter},
    },
};
use schemas::tables::Table;

use super::{
    chunk::{Chunk, Sieve},
    piece::Piece,
};

/// Batches that a thread reads from disk ahead of whoever takes them.
const READ_AHEAD_BATCHES: usize = 2;

/// The rows that count of some pieces of a table, in some of its columns.
#[derive(Debug)]
pub(super) struct Scan {
    table: Table,
    /// What rows must pass; only where all pieces are chunks.
    sieve: Option<Arc<Sieve>>,
    schema: SchemaRef,
    projection: Option<Vec<usize>>,
    partitions: Vec<Vec<Piece>>,
    properties: Arc<PlanProperties>,
}

impl Scan {
    pub(super) fn new(
        table: Table,
        pieces: Vec<Piece>,
        projection: Option<Vec<usize>>,
        partitions: usize,
    ) -> Result<Self> {
        let schema = match &projection {
            Some(columns) => Arc::new(table.arrow_schema().project(columns)?),
            None => table.arrow_schema(),
        };
        let partitions = dealt(pieces, partitions);
        let properties = PlanProperties::new(
            EquivalenceProperties::new(Arc::clone(&schema)),
            Partitioning::UnknownPartitioning(partitions.len()),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Self { table, sieve: None, schema, projection, partitions, properties: Arc::new(properties) })
    }

    /// The same, of the rows that pass `sieve`; all pieces must be chunks.
    pub(super) fn through(self, sieve: Option<Sieve>) -> Self {
        Self { sieve: sieve.map(Arc::new), ..self }
    }

    fn rows(&self, partition: Option<usize>) -> usize {
        let of = |pieces: &Vec<Piece>| pieces.iter().map(Piece::rows).sum::<usize>();
        match partition {
            Some(partition) => self.partitions.get(partition).map_or(0, of),
            None => self.partitions.iter().map(of).sum(),
        }
    }
}

/// Neighbours stay together, each partition gets about as many rows, and there is at least one.
fn dealt(pieces: Vec<Piece>, partitions: usize) -> Vec<Vec<Piece>> {
    let rows: usize = pieces.iter().map(Piece::rows).sum();
    let partitions = partitions.clamp(1, pieces.len().max(1));
    let share = rows.div_ceil(partitions).max(1);
    let mut dealt = vec![Vec::new(); partitions];
    let mut before = 0;
    for piece in pieces {
        let to = (before / share).min(partitions - 1);
        before += piece.rows();
        dealt[to].push(piece);
    }
    dealt
}

impl ExecutionPlan for Scan {
    fn name(&self) -> &'static str {
        "StoreScan"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        for condition in self.sieve.iter().flat_map(|sieve| sieve.conditions()) {
            if visit(condition)? == TreeNodeRecursion::Stop {
                return Ok(TreeNodeRecursion::Stop);
            }
        }
        Ok(TreeNodeRecursion::Continue)
    }

    fn replace_children(
        self: Arc<Self>,
        _children: Vec<Arc<dyn ExecutionPlan>>,
        _options: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        self.replace_children(children, ReplaceChildrenOptions::new(ChildrenPropertiesMode::Recompute))
    }

    fn execute(&self, partition: usize, _context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let Some(pieces) = self.partitions.get(partition).cloned() else {
            return Err(DataFusionError::Internal(format!("{} has no partition {partition}", self.name())));
        };
        let (schema, projection, sieve) = (Arc::clone(&self.schema), self.projection.clone(), self.sieve.clone());
        if pieces.iter().all(|piece| matches!(piece, Piece::Chunk(_))) {
            let read = move |chunk: &Chunk| match &sieve {
                Some(sieve) => chunk.sift(projection.as_deref(), sieve),
                None => Ok(chunk.read(projection.as_deref())?),
            };
            let rows = pieces.into_iter().filter_map(move |piece| match piece {
                Piece::Chunk(chunk) => Some(read(&chunk)),
                Piece::Group(..) => None,
            });
            return Ok(Box::pin(RecordBatchStreamAdapter::new(schema, futures::stream::iter(rows))));
        }
        let mut builder = RecordBatchReceiverStream::builder(schema, READ_AHEAD_BATCHES);
        let sender = builder.tx();
        builder.spawn_blocking(move || {
            for rows in pieces.iter().map(|piece| read(piece, projection.as_deref())) {
                for batch in rows? {
                    // Nobody listens any more: enough was read.
                    if sender.blocking_send(batch).is_err() {
                        return Ok(());
                    }
                }
            }
            Ok(())
        });
        Ok(builder.build())
    }

    fn statistics_from_inputs(
        &self,
        _inputs: &[Arc<Statistics>],
        arguments: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        let rows = self.rows(arguments.partition());
        let rows = if self.sieve.is_some() { Precision::Inexact(rows) } else { Precision::Exact(rows) };
        Ok(Arc::new(Statistics::new_unknown(&self.schema).with_num_rows(rows)))
    }
}

type Batches = Box<dyn Iterator<Item = Result<RecordBatch>>>;

fn read(piece: &Piece, projection: Option<&[usize]>) -> Result<Batches> {
    let external = |error: super::Error| DataFusionError::External(Box::new(error));
    Ok(match piece {
        Piece::Chunk(chunk) => Box::new(std::iter::once(Ok(chunk.read(projection)?))),
        Piece::Group(file, group, live) => {
            let selection = live.as_ref().map(|live| live.selection.clone());
            let rows = file.read(vec![*group], projection, selection).map_err(external)?;
            Box::new(rows.map(move |rows| rows.map_err(external)))
        }
    })
}

impl DisplayAs for Scan {
    fn fmt_as(&self, _kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pieces: usize = self.partitions.iter().map(Vec::len).sum();
        let (table, partitions) = (self.table.name(), self.partitions.len());
        write!(f, "StoreScan: table={table}, pieces={pieces}, partitions={partitions}")
    }
}
