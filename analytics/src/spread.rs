//! Spreads: what durations come to, where all of them ended and where some still go on.

use serde::{Deserialize, Serialize};
use sla::statistics::{percentile, survival};

/// Durations that ended: their sum and their exact, continuous percentiles.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Spread {
    /// How many.
    pub n: u64,
    /// Their seconds together.
    pub sum_s: i64,
    /// `sum_s / n`; `None` where there are none.
    pub mean_s: Option<f64>,
    /// Half of them are at most this long; between two durations in proportion.
    pub p50_s: Option<f64>,
    /// Three quarters of them.
    pub p75_s: Option<f64>,
    /// 90 % of them.
    pub p90_s: Option<f64>,
    /// 95 % of them.
    pub p95_s: Option<f64>,
    /// 99 % of them.
    pub p99_s: Option<f64>,
}

/// How long things take where some are not over: percentiles by Kaplan and Meier, which do not take those that go on for short.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Survival {
    /// How many ended.
    pub ended: u64,
    /// How many go on; of them no more is known than how long they do.
    pub running: u64,
    /// Half end within this; `None` where so many go on that nobody can know.
    pub p50_s: Option<i64>,
    /// Three quarters do.
    pub p75_s: Option<i64>,
    /// 90 % do.
    pub p90_s: Option<i64>,
    /// 95 % do.
    pub p95_s: Option<i64>,
    /// 99 % do.
    pub p99_s: Option<i64>,
}

impl Spread {
    /// The spread of `durations_s`, in any order.
    pub fn of(mut durations_s: Vec<i64>) -> Self {
        durations_s.sort_unstable();
        let (n, sum_s) = (durations_s.len(), durations_s.iter().sum());
        let at = |share| percentile(&durations_s, share);
        Self {
            n: n as u64,
            sum_s,
            mean_s: (n > 0).then(|| sum_s as f64 / n as f64),
            p50_s: at(0.5),
            p75_s: at(0.75),
            p90_s: at(0.9),
            p95_s: at(0.95),
            p99_s: at(0.99),
        }
    }
}

impl Survival {
    /// The survival of what ended after `ended_s` and goes on after `running_s`, in any order.
    pub fn of(mut ended_s: Vec<i64>, mut running_s: Vec<i64>) -> Self {
        ended_s.sort_unstable();
        running_s.sort_unstable();
        let survival = survival(&ended_s, &running_s);
        let at = |part| survival.percentile(part);
        Self {
            ended: ended_s.len() as u64,
            running: running_s.len() as u64,
            p50_s: at(0.5),
            p75_s: at(0.75),
            p90_s: at(0.9),
            p95_s: at(0.95),
            p99_s: at(0.99),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn percentiles_lie_between_neighbours_in_proportion() {
        let spread = Spread::of(vec![40, 10, 30, 20]);
        assert_eq!((spread.n, spread.sum_s, spread.mean_s), (4, 100, Some(25.0)));
        assert_eq!((spread.p50_s, spread.p75_s), (Some(25.0), Some(32.5)));
        assert!((spread.p99_s.unwrap() - 39.7).abs() < 1e-9);
        let one = Spread::of(vec![7]);
        assert_eq!((one.p50_s, one.p99_s), (Some(7.0), Some(7.0)));
        assert_eq!(Spread::of(Vec::new()).p50_s, None);
    }

    #[test]
    fn what_goes_on_makes_the_median_longer() {
        // Textbook: ended at 6, 6, 6, 7, 10, 13, 16, 22, 23; going on after 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35.
        let ended = vec![6, 6, 6, 7, 10, 13, 16, 22, 23];
        let running = vec![6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35];
        assert_eq!(Survival::of(ended.clone(), running).p50_s, Some(23));
        assert_eq!(Survival::of(ended, Vec::new()).p50_s, Some(10));
    }

    #[test]
    fn nobody_knows_how_long_most_take_while_most_go_on() {
        let survival = Survival::of(vec![5], vec![9, 9, 9]);
        assert_eq!((survival.ended, survival.running, survival.p50_s), (1, 3, None));
    }
}
