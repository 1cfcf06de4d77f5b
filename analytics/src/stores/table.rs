//! A table of a snapshot as DataFusion reads it.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::Session,
    common::{DFSchema, tree_node::TreeNode},
    datasource::{TableProvider, TableType},
    error::Result,
    logical_expr::{Expr, TableProviderFilterPushDown, utils::split_conjunction},
    physical_expr::{PhysicalExpr, conjunction_opt},
    physical_optimizer::pruning::PruningPredicateBuilder,
    physical_plan::ExecutionPlan,
};

use super::{
    chunk::Sieve,
    piece::{Piece, Pieces},
    scan::Scan,
    zones::ZoneStatistics,
};

/// One table in one state.
pub(super) struct StoreTable {
    schema: SchemaRef,
    pieces: Arc<Pieces>,
}

impl StoreTable {
    pub(super) fn new(pieces: Arc<Pieces>) -> Self {
        Self { schema: pieces.table.arrow_schema(), pieces }
    }

    /// Whether every row is in memory.
    fn is_in_memory(&self) -> bool {
        self.pieces.pieces.iter().all(|piece| matches!(piece, Piece::Chunk(_)))
    }

    /// The pieces that may hold rows that meet all `conditions`.
    fn pruned(&self, conditions: &[Arc<dyn PhysicalExpr>]) -> Result<Vec<Piece>> {
        let pieces = &self.pieces.pieces;
        let Some(filter) = conjunction_opt(conditions.iter().cloned()) else { return Ok(pieces.clone()) };
        let predicate = PruningPredicateBuilder::new().with_file_schema(Arc::clone(&self.schema)).try_build(filter)?;
        if predicate.always_true() {
            return Ok(pieces.clone());
        }
        let zones = pieces.iter().map(Piece::zones).collect();
        let kept = predicate.prune(&ZoneStatistics { schema: Arc::clone(&self.schema), zones })?;
        Ok(pieces.iter().zip(kept).filter(|(_, kept)| *kept).map(|(piece, _)| piece.clone()).collect())
    }
}

#[async_trait]
impl TableProvider for StoreTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let support = |filter: &&Expr| match () {
            () if waits_for_a_plan(filter) => TableProviderFilterPushDown::Unsupported,
            () if self.is_in_memory() => TableProviderFilterPushDown::Exact,
            // Zones leave pieces out; single rows are left to a filter above.
            () => TableProviderFilterPushDown::Inexact,
        };
        Ok(filters.iter().map(support).collect())
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let schema = DFSchema::try_from(Arc::clone(&self.schema))?;
        let parts = filters.iter().flat_map(split_conjunction).cloned();
        let conditions: Vec<_> =
            parts.map(|part| session.create_physical_expr(part, &schema)).collect::<Result<_>>()?;
        let pieces = self.pruned(&conditions)?;
        let sieve = (self.is_in_memory() && !conditions.is_empty()).then(|| Sieve::new(&conditions, &self.schema));
        let partitions = session.config().target_partitions();
        let scan = Scan::new(self.pieces.table, pieces, projection.cloned(), partitions)?;
        Ok(Arc::new(scan.through(sieve.transpose()?)))
    }
}

/// Whether the filter needs what another plan, or another row, yields.
fn waits_for_a_plan(filter: &Expr) -> bool {
    let waits = |expr: &Expr| {
        let is_subquery = matches!(expr, Expr::Exists(_) | Expr::InSubquery(_) | Expr::ScalarSubquery(_));
        Ok(is_subquery || matches!(expr, Expr::SetComparison(_) | Expr::OuterReferenceColumn(..)))
    };
    filter.exists(waits).unwrap_or(true)
}

impl fmt::Debug for StoreTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StoreTable { schema: _, pieces } = self;
        write!(f, "StoreTable({}, {} pieces)", pieces.table.name(), pieces.pieces.len())
    }
}
