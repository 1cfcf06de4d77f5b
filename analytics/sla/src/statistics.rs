//! Statistics of promises: intervals of a ratio, percentiles, percentiles with open tickets, severity of a breach.

mod survival;

use serde::{Deserialize, Serialize};

pub use self::survival::{Survival, survival};

/// The 97.5th percentile of the normal distribution, for intervals of 95 %.
const Z_95: f64 = 1.959_963_984_540_054;

/// The Wilson interval of 95 % for `successes` of `trials`; none without trials.
pub fn wilson(successes: u64, trials: u64) -> Option<(f64, f64)> {
    if trials == 0 || successes > trials {
        return None;
    }
    let (n, z2) = (trials as f64, Z_95 * Z_95);
    let p = successes as f64 / n;
    let (centre, spread) = (p + z2 / (2.0 * n), Z_95 * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt());
    let scale = 1.0 + z2 / n;
    // At the ends the exact bound is 0 or 1; rounding must not leave it a hair beside.
    let low = if successes == 0 { 0.0 } else { ((centre - spread) / scale).max(0.0) };
    let high = if successes == trials { 1.0 } else { ((centre + spread) / scale).min(1.0) };
    Some((low, high))
}

/// The exact continuous percentile (linear interpolation) of `values` in ascending order; `part` lies in 0 to 1.
pub fn percentile(values: &[i64], part: f64) -> Option<f64> {
    if values.is_empty() || !(0.0..=1.0).contains(&part) {
        return None;
    }
    let position = part * (values.len() - 1) as f64;
    let (low, high) = (values[position.floor() as usize], values[position.ceil() as usize]);
    // The difference is taken first, as whole seconds: large instants lose nothing.
    Some(low as f64 + (i128::from(high) - i128::from(low)) as f64 * position.fract())
}

/// How bad a breach is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    /// Over by less than a quarter of the target.
    Minor,
    /// Over by less than the target.
    Major,
    /// Over by the target or more, or a ticket of priority 6.
    Critical,
}

impl Severity {
    /// The severity of a breach by `over_by` seconds of a promise of `target` seconds.
    pub fn of(over_by: i64, target: i64, priority: u8) -> Self {
        let (over_by, target) = (i128::from(over_by), i128::from(target));
        if priority == 6 || over_by >= target {
            Self::Critical
        } else if over_by * 4 >= target {
            Self::Major
        } else {
            Self::Minor
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attainment_of_eight_in_ten_lies_between_a_half_and_nearly_all() {
        let (low, high) = wilson(8, 10).unwrap_or_default();
        assert!((low - 0.490_162).abs() < 1e-6 && (high - 0.943_318).abs() < 1e-6, "{low} {high}");
        assert_eq!(wilson(0, 0), None);
        let ends = [wilson(0, 5).map(|(low, _)| low), wilson(5, 5).map(|(_, high)| high)];
        assert_eq!(ends, [Some(0.0), Some(1.0)]);
    }

    #[test]
    fn percentiles_lie_between_their_neighbours() {
        assert_eq!(percentile(&[10, 20, 30, 40], 0.5), Some(25.0));
        assert_eq!(percentile(&[10], 0.95), Some(10.0));
        assert_eq!(percentile(&[0, 100], 0.9), Some(90.0));
        assert_eq!((percentile(&[], 0.5), percentile(&[1], 1.5)), (None, None));
    }

    #[test]
    fn a_breach_grows_from_minor_to_critical() {
        let of = |over_by| Severity::of(over_by, 100, 3);
        assert_eq!(
            [of(24), of(25), of(99), of(100)],
            [Severity::Minor, Severity::Major, Severity::Major, Severity::Critical]
        );
        assert_eq!(Severity::of(1, 100, 6), Severity::Critical);
    }
}
