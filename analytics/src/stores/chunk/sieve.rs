//! Filters on rows in memory: each condition sees the columns that it names and no others, so nothing wide is copied
//! before it is known which rows stay.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray, BooleanArray, BooleanBufferBuilder, RecordBatch},
        buffer::BooleanBuffer,
        compute::filter_record_batch,
        datatypes::Schema,
    },
    common::internal_datafusion_err,
    error::Result,
    physical_expr::{
        PhysicalExpr,
        expressions::Column,
        utils::{collect_columns, reassign_expr_columns},
    },
};

/// The share of rows, one of so many, up to which a condition is asked of the rows that are left instead of all.
const FEW_SHARE: usize = 4;

/// Conditions that a row must meet, all of them.
#[derive(Debug)]
pub(in crate::stores) struct Sieve {
    conditions: Vec<Condition>,
}

#[derive(Debug)]
struct Condition {
    /// Over a batch of `columns` only.
    holds: Arc<dyn PhysicalExpr>,
    columns: Vec<usize>,
}

impl Sieve {
    /// A sieve of `conditions` over batches of `schema`.
    pub(in crate::stores) fn new(conditions: &[Arc<dyn PhysicalExpr>], schema: &Schema) -> Result<Self> {
        let condition = |holds: &Arc<dyn PhysicalExpr>| {
            let mut columns: Vec<usize> = collect_columns(holds).iter().map(Column::index).collect();
            columns.sort_unstable();
            let holds = reassign_expr_columns(Arc::clone(holds), &schema.project(&columns)?)?;
            Ok(Condition { holds, columns })
        };
        Ok(Self { conditions: conditions.iter().map(condition).collect::<Result<_>>()? })
    }

    /// What is asked, to be looked at.
    pub(in crate::stores) fn conditions(&self) -> impl Iterator<Item = &Arc<dyn PhysicalExpr>> {
        self.conditions.iter().map(|condition| &condition.holds)
    }

    /// Which of the rows that are `left` pass.
    pub(in crate::stores) fn passing(&self, rows: &RecordBatch, mut left: BooleanBuffer) -> Result<BooleanBuffer> {
        for condition in &self.conditions {
            let count = left.count_set_bits();
            if count == 0 {
                break;
            }
            let seen = rows.project(&condition.columns)?;
            left = if count * FEW_SHARE <= left.len() {
                let few = filter_record_batch(&seen, &BooleanArray::new(left.clone(), None))?;
                spread(&left, &condition.met(&few)?)
            } else {
                &left & &condition.met(&seen)?
            };
        }
        Ok(left)
    }
}

impl Condition {
    /// Where it holds; where it is unknown it does not.
    fn met(&self, rows: &RecordBatch) -> Result<BooleanBuffer> {
        let found: ArrayRef = self.holds.evaluate(rows)?.into_array(rows.num_rows())?;
        let found = found.as_boolean_opt().ok_or_else(|| internal_datafusion_err!("a condition is true or false"))?;
        Ok(match found.nulls() {
            Some(nulls) => found.values() & nulls.inner(),
            None => found.values().clone(),
        })
    }
}

/// The bits of `chosen`, one for each that `left` has set, at their places in `left`.
fn spread(left: &BooleanBuffer, chosen: &BooleanBuffer) -> BooleanBuffer {
    let mut spread = BooleanBufferBuilder::new(left.len());
    spread.append_n(left.len(), false);
    for (row, is_chosen) in left.set_indices().zip(chosen) {
        spread.set_bit(row, is_chosen);
    }
    spread.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use datafusion::{
        arrow::{array::Int64Array, datatypes::Field},
        common::DFSchema,
        logical_expr::Expr,
        prelude::{SessionContext, col, lit},
    };

    use super::*;

    /// The numbers from 0 to 999, in `half` too where they are even and 500 at least.
    fn rows() -> RecordBatch {
        let numbers: Int64Array = (0..1_000).collect();
        let half: Int64Array = (0..1_000).map(|number| (number % 2 == 0 && number >= 500).then_some(number)).collect();
        let fields = vec![
            Field::new("number", numbers.data_type().clone(), false),
            Field::new("half", half.data_type().clone(), true),
        ];
        RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![Arc::new(numbers), Arc::new(half)]).unwrap()
    }

    fn check(conditions: Vec<Expr>, expected: impl Fn(usize) -> bool) {
        let rows = rows();
        let schema = DFSchema::try_from(rows.schema()).unwrap();
        let session = SessionContext::new();
        let conditions: Vec<_> =
            conditions.into_iter().map(|expr| session.create_physical_expr(expr, &schema).unwrap()).collect();
        let sieve = Sieve::new(&conditions, &rows.schema()).unwrap();
        // Every seventh row counts no more.
        let left = BooleanBuffer::collect_bool(rows.num_rows(), |row| row % 7 != 0);
        let passing: Vec<usize> = sieve.passing(&rows, left).unwrap().set_indices().collect();
        assert_eq!(passing, (0..1_000).filter(|row| row % 7 != 0 && expected(*row)).collect::<Vec<_>>());
    }

    #[test]
    fn rows_pass_that_meet_every_condition_whether_many_or_few_are_left() {
        let (number, half) = (|| col("number"), || col("half"));
        check(vec![], |_| true);
        check(vec![number().lt(lit(800_i64)), number().gt(lit(100_i64))], |row| row > 100 && row < 800);
        check(vec![number().lt(lit(30_i64)), (number() % lit(3_i64)).eq(lit(0_i64))], |row| row < 30 && row % 3 == 0);
        check(vec![number().gt(lit(990_i64)), half().gt(lit(0_i64))], |row| row > 990 && row % 2 == 0);
        check(vec![half().is_null().or(half().lt(number() - lit(1_i64)))], |row| row % 2 == 1 || row < 500);
        check(vec![half().not_eq(lit(600_i64))], |row| row % 2 == 0 && row >= 500 && row != 600);
        check(vec![lit(true), number().lt(lit(5_i64))], |row| row < 5);
        check(vec![number().lt(lit(0_i64)), half().gt(lit(0_i64))], |_| false);
        check(vec![lit(false)], |_| false);
    }
}
