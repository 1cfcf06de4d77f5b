//! The hour that clocks on the wall of a zone show at an instant.

use std::sync::Arc;

use arrow::{
    array::{AsArray, Int64Array},
    datatypes::{DataType, TimestampMicrosecondType},
};
use chrono::Timelike;
use chrono_tz::Tz;
use datafusion::{
    error::Result,
    logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility},
    prelude::Expr,
};
use schemas::Instant;

/// The local hour, 0 to 23, of `time` in `zone`; empty where `time` is.
pub(crate) fn local_hour(time: Expr, zone: Tz) -> Expr {
    ScalarUDF::from(LocalHour { zone, signature: Signature::any(1, Volatility::Immutable) }).call(vec![time])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct LocalHour {
    zone: Tz,
    signature: Signature,
}

impl ScalarUDFImpl for LocalHour {
    fn name(&self) -> &'static str {
        "local_hour"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let Some(times) = arrays.first().and_then(|times| times.as_primitive_opt::<TimestampMicrosecondType>()) else {
            return datafusion::common::exec_err!("local_hour takes one time");
        };
        let hour = |at: i64| Some(i64::from(Instant(at).datetime()?.with_timezone(&self.zone).hour()));
        let hours: Int64Array = times.iter().map(|at| hour(at?)).collect();
        Ok(ColumnarValue::Array(Arc::new(hours)))
    }
}
