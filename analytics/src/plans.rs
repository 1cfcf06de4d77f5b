//! Plans: the pieces that questions are put together from, and the way back from Arrow to plain values.
//!
//! A plan names columns of the table contract, never a store. Predicates on times and ids stay `column operator
//! literal`, so that stores can leave out chunks that cannot match.

mod computed;
pub(crate) mod excluded;
mod lists;
mod local_hour;
pub(crate) mod rows;
pub(crate) mod tally;

use std::collections::BTreeSet;

use arrow::datatypes::DataType;
use datafusion::{
    prelude::{Expr, cast, col, lit, when},
    scalar::ScalarValue,
};
use schemas::Instant;

use crate::{error::Error, window::Window};

pub(crate) use computed::computed;
pub(crate) use lists::{any_in_list, any_in_list_or_empty};
pub(crate) use local_hour::local_hour;

/// What a question calls now, and the window it is about; without one, all of time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) now: Instant,
    pub(crate) window: Option<Window>,
}

/// `at` as DataFusion writes it beside a column of times.
pub(crate) fn instant(at: Instant) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(at.0), Some("UTC".into())))
}

/// A time as microseconds, to reckon with.
pub(crate) fn micros(time: Expr) -> Expr {
    cast(time, DataType::Int64)
}

/// Whole seconds from one time of a row to another; unknown where either is.
pub(crate) fn seconds_between(from: &str, to: &str) -> Expr {
    // Times of GLPI are whole seconds.
    (micros(col(to)) - micros(col(from))) / lit(1_000_000_i64)
}

/// 1 where `condition` holds, 0 where it does not or is unknown.
pub(crate) fn flag(condition: Expr) -> Result<Expr, Error> {
    Ok(when(condition, lit(1_i64)).otherwise(lit(0_i64))?)
}

/// `id` is one of `ids`.
pub(crate) fn in_ids(id: Expr, ids: &BTreeSet<i64>) -> Expr {
    match (ids.first(), ids.len()) {
        (None, _) => lit(false),
        (Some(only), 1) => id.eq(lit(*only)),
        _ => id.in_list(ids.iter().map(|id| lit(*id)).collect(), false),
    }
}
