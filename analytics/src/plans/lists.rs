//! Whether a list of ids holds any of a set.

use std::{collections::BTreeSet, sync::Arc};

use arrow::{
    array::{Array, AsArray, BooleanArray},
    datatypes::{DataType, Int64Type},
};
use datafusion::{
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
    prelude::{Expr, col},
};

/// The list column `column` holds at least one of `ids`.
pub(crate) fn any_in_list(column: &str, ids: BTreeSet<i64>) -> Expr {
    called(column, ids, false)
}

/// The list column `column` holds at least one of `ids`, or nothing.
pub(crate) fn any_in_list_or_empty(column: &str, ids: BTreeSet<i64>) -> Expr {
    called(column, ids, true)
}

fn called(column: &str, ids: BTreeSet<i64>, or_empty: bool) -> Expr {
    let ids = ids.into_iter().collect();
    let signature = Signature::any(1, Volatility::Immutable);
    ScalarUDF::from(AnyInList { ids, or_empty, signature }).call(vec![col(column)])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct AnyInList {
    /// Ascending.
    ids: Vec<i64>,
    or_empty: bool,
    signature: Signature,
}

impl ScalarUDFImpl for AnyInList {
    fn name(&self) -> &'static str {
        "any_in_list"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(lists) = arrays.first().and_then(|lists| lists.as_list_opt::<i32>()) else {
            return datafusion::common::exec_err!("any_in_list takes one list");
        };
        let Some(values) = lists.values().as_primitive_opt::<Int64Type>() else {
            return datafusion::common::exec_err!("any_in_list takes a list of ids");
        };
        let holds = |row: usize| {
            let range = lists.value_offsets()[row] as usize..lists.value_offsets()[row + 1] as usize;
            let is_empty = range.is_empty() && self.or_empty;
            lists.is_valid(row)
                && (is_empty || values.values()[range].iter().any(|id| self.ids.binary_search(id).is_ok()))
        };
        let found: BooleanArray = (0..lists.len()).map(|row| Some(holds(row))).collect();
        Ok(ColumnarValue::Array(Arc::new(found)))
    }
}
