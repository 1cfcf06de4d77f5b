//! A table of a snapshot as DataFusion reads it.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::datatypes::SchemaRef,
    catalog::Session,
    common::DFSchema,
    datasource::{TableProvider, TableType},
    error::Result,
    logical_expr::{Expr, TableProviderFilterPushDown, utils::conjunction},
    physical_optimizer::pruning::PruningPredicateBuilder,
    physical_plan::ExecutionPlan,
};

use super::{
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

    /// The pieces that may hold rows that pass all `filters`.
    fn pruned(&self, session: &dyn Session, filters: &[Expr]) -> Result<Vec<Piece>> {
        let pieces = &self.pieces.pieces;
        let Some(filter) = conjunction(filters.iter().cloned()) else { return Ok(pieces.clone()) };
        let schema = DFSchema::try_from(Arc::clone(&self.schema))?;
        let filter = session.create_physical_expr(filter, &schema)?;
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
        // Zones leave pieces out; single rows are left to a filter above.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let pieces = self.pruned(session, filters)?;
        let partitions = session.config().target_partitions();
        Ok(Arc::new(Scan::new(self.pieces.table, pieces, projection.cloned(), partitions)?))
    }
}

impl fmt::Debug for StoreTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let StoreTable { schema: _, pieces } = self;
        write!(f, "StoreTable({}, {} pieces)", pieces.table.name(), pieces.pieces.len())
    }
}
