//! Values computed of rows at hand: planning takes longer than all else that a question about one ticket needs.

use datafusion::{
    arrow::array::RecordBatch,
    common::DFSchema,
    error::Result,
    prelude::{Expr, SessionContext},
};

/// `columns` of each row.
pub(crate) fn computed(session: &SessionContext, rows: &RecordBatch, columns: Vec<Expr>) -> Result<RecordBatch> {
    let schema = DFSchema::try_from(rows.schema())?;
    let mut values = Vec::with_capacity(columns.len());
    for column in columns {
        let name = column.schema_name().to_string();
        let value = session.create_physical_expr(column, &schema)?.evaluate(rows)?;
        values.push((name, value.into_array(rows.num_rows())?));
    }
    Ok(RecordBatch::try_from_iter(values)?)
}
