//! Ratios and their intervals, from the counts that engines return.
//!
//! The only place that divides, so that engines cannot differ.

use serde::{Deserialize, Serialize};
use sla::statistics::wilson;

/// A share of a count, with Wilson's 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Ratio {
    /// How many have the property.
    pub part: u64,
    /// Out of how many.
    pub whole: u64,
    /// `part / whole`; `None` where `whole` is below the minimum that was asked for, or zero.
    pub value: Option<f64>,
    /// The interval's lower end; `None` where `whole` is zero.
    pub low: Option<f64>,
    /// The interval's upper end; `None` where `whole` is zero.
    pub high: Option<f64>,
}

impl Ratio {
    /// `part` out of `whole`, with a value from `whole_min` upwards.
    pub fn of(part: u64, whole: u64, whole_min: u64) -> Self {
        let (low, high) = wilson(part, whole).unzip();
        let value = (whole > 0 && whole >= whole_min).then(|| part as f64 / whole as f64);
        Self { part, whole, value, low, high }
    }
}

/// What a sum comes to for each of those that made it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Mean {
    /// The sum.
    pub sum: i64,
    /// How many made it.
    pub count: u64,
    /// `sum / count`, in the metric's unit; `None` where `count` is below the minimum, or zero.
    pub value: Option<f64>,
}

impl Mean {
    /// `sum` for each of `count`, where that is at least `count_min`. `scale` units of the sum are one of the mean's.
    pub fn of(sum: i64, count: u64, scale: i64, count_min: u64) -> Self {
        let value = (count > 0 && count >= count_min).then(|| sum as f64 / (count as f64 * scale as f64));
        Self { sum, count, value }
    }
}

/// How long tickets took, beside how long tickets of their kind took everybody.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CaseMix {
    /// Seconds that they took, from opening to solution.
    pub actual_s: i64,
    /// Seconds that they would have taken, had each taken the mean of all tickets of the answer that have its category, priority
    /// and kind.
    pub expected_s: i64,
    /// `actual_s / expected_s`: less than 1 is faster; `None` with fewer tickets than the minimum, or where nothing took any time.
    pub value: Option<f64>,
}

impl CaseMix {
    /// `actual_s` beside `expected_s`, with a value where there are `enough` tickets.
    pub fn of(actual_s: i64, expected_s: i64, enough: bool) -> Self {
        let value = (enough && expected_s > 0).then(|| actual_s as f64 / expected_s as f64);
        Self { actual_s, expected_s, value }
    }
}

/// Millionths of a whole, as a number.
pub(crate) fn of_millionths(millionths: i64) -> f64 {
    millionths as f64 / 1e6
}

/// How many in an hour, of `count` in `exposure_s` seconds; `None` where there were none.
pub(crate) fn per_hour(count: i64, exposure_s: i64) -> Option<f64> {
    (exposure_s > 0).then(|| count as f64 * 3_600.0 / exposure_s as f64)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn near(found: Option<f64>, expected: f64) {
        assert!((found.unwrap() - expected).abs() < 1e-4, "{found:?} is not near {expected}");
    }

    #[test]
    fn eight_of_ten_met_lies_between_49_and_94_percent() {
        let ratio = Ratio::of(8, 10, 1);
        assert_eq!(ratio.value, Some(0.8));
        near(ratio.low, 0.4902);
        near(ratio.high, 0.9433);
    }

    #[test]
    fn too_few_tickets_give_an_interval_and_no_ratio() {
        let ratio = Ratio::of(3, 3, 20);
        assert_eq!((ratio.value, ratio.high), (None, Some(1.0)));
        near(ratio.low, 0.4385);
    }

    #[test]
    fn no_ticket_gives_neither() {
        let ratio = Ratio::of(0, 0, 0);
        assert_eq!((ratio.value, ratio.low, ratio.high), (None, None, None));
    }

    #[test]
    fn none_met_starts_at_zero() {
        let ratio = Ratio::of(0, 7, 1);
        assert_eq!((ratio.value, ratio.low), (Some(0.0), Some(0.0)));
    }
}
