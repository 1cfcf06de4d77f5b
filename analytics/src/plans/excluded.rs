//! Tickets that match a question and that counts leave out, by the reason.

use std::collections::BTreeMap;

use datafusion::{
    dataframe::DataFrame,
    functions_aggregate::expr_fn::count,
    prelude::{col, lit},
};

use super::{Moment, rows::Columns};
use crate::{error::Error, metrics::Rows};

/// How many of the `rows` among `tickets` are not counted: trashed, purged or hidden.
pub(crate) async fn excluded(tickets: DataFrame, rows: Rows, moment: &Moment) -> Result<BTreeMap<String, u64>, Error> {
    let mut left_out = tickets.filter(col("is_counted").eq(lit(false)))?;
    for predicate in rows.predicates(moment) {
        left_out = left_out.filter(predicate)?;
    }
    let counted = left_out.aggregate(vec![col("presence")], vec![count(lit(1_i64)).alias("tickets")])?;
    let mut excluded = BTreeMap::new();
    for batch in counted.collect().await? {
        let columns = Columns::of(&batch);
        for row in 0..batch.num_rows() {
            let reason = Columns::must(columns.text("presence", row)?, "presence")?;
            excluded.insert(reason, columns.integer("tickets", row)?.unwrap_or(0) as u64);
        }
    }
    Ok(excluded)
}
