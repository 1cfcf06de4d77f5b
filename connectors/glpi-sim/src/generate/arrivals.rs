//! Arrivals: when tickets are opened, by year, season, weekday and hour.

use chrono::{DateTime, Datelike, NaiveDateTime};
use rand::Rng;
use rand::rngs::SmallRng;

use crate::rows::Seconds;

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;

/// How much the last day brings compared with the first.
const GROWTH: f64 = 1.8;
/// Share of tickets that come in the same second as the one before, as in an outage.
const TOGETHER: f64 = 0.015;

/// Weight of a weekday, Sunday first.
const WEEKDAYS: [f64; 7] = [0.06, 1.25, 1.10, 1.05, 1.0, 0.88, 0.10];
/// Weight of a month, January first: August and December are quiet.
const MONTHS: [f64; 12] = [1.08, 1.02, 1.04, 0.98, 0.94, 1.0, 0.90, 0.72, 1.15, 1.10, 1.06, 0.78];
/// Weight of an hour: a morning peak, a lunch dip, an afternoon hill, a thin night.
const HOURS: [f64; 24] = [
    0.05, 0.04, 0.03, 0.03, 0.04, 0.10, 0.30, 1.20, 3.60, 5.20, 5.00, 4.30, 2.60, 3.00, 4.20, 4.00, 3.30, 2.40, 1.10,
    0.45, 0.30, 0.22, 0.15, 0.09,
];
/// Days without work, as month and day.
const QUIET_DAYS: [(u32, u32); 4] = [(1, 1), (5, 1), (12, 25), (12, 26)];
/// Weight of a day without work.
const QUIET: f64 = 0.05;

/// `count` opening times in [`begin`, `until`), in order.
pub(super) fn draw(count: usize, begin: Seconds, until: Seconds, rng: &mut SmallRng) -> Vec<Seconds> {
    let first_day = begin.div_euclid(DAY);
    let days = (until - 1).div_euclid(DAY) - first_day + 1;
    let by_day = sums((0..days).map(|day| day_weight(first_day + day, day as f64 / days.max(1) as f64)));
    let by_hour = sums(HOURS.into_iter());

    let mut times: Vec<Seconds> = Vec::with_capacity(count);
    while times.len() < count && until > begin {
        if let Some(last) = times.last().copied()
            && rng.random_bool(TOGETHER)
        {
            times.push(last);
            continue;
        }
        let day = first_day + pick(&by_day, rng) as i64;
        let at = day * DAY + pick(&by_hour, rng) as i64 * HOUR + rng.random_range(0..HOUR);
        // The first and the last day are cut by the window.
        if begin <= at && at < until {
            times.push(at);
        }
    }
    times.sort_unstable();
    times
}

fn day_weight(day: i64, progress: f64) -> f64 {
    let date: NaiveDateTime = DateTime::from_timestamp(day * DAY, 0).unwrap_or_default().naive_utc();
    let weekday = WEEKDAYS[date.weekday().num_days_from_sunday() as usize];
    let quiet = if QUIET_DAYS.contains(&(date.month(), date.day())) { QUIET } else { 1.0 };
    weekday * MONTHS[date.month0() as usize] * quiet * (1.0 + (GROWTH - 1.0) * progress)
}

fn sums(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    weights
        .map(|weight| {
            sum += weight;
            sum
        })
        .collect()
}

/// An index, each as likely as its weight in the running sums.
fn pick(sums: &[f64], rng: &mut SmallRng) -> usize {
    let total = sums.last().copied().unwrap_or_default();
    let drawn = rng.random::<f64>() * total;
    sums.partition_point(|sum| *sum <= drawn).min(sums.len().saturating_sub(1))
}
