//! Small worlds whose power is cut at each point around a write, and again at each of the next ones.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use simulation::{Plan, record::Record, run};

use super::many::{Sums, each};

/// One case: a world and the points at which its power is cut.
type Case = (u64, Vec<u64>);

/// Cuts the power of `worlds` worlds at each point, and that of one world at each point and at each of the `again` next ones.
pub(crate) fn exhaustive(worlds: u64, again: u64, threads: usize, record: &Record) -> anyhow::Result<()> {
    let mut cases: Vec<Case> = Vec::new();
    let mut points_of = Vec::new();
    for seed in 0..worlds {
        let points = run(&Plan::small(seed))?.points;
        points_of.push(json!({"seed": seed, "points": points}));
        cases.extend((0..points).map(|point| (seed, vec![point])));
    }
    let single = cases.len();
    let smallest = points_of.iter().min_by_key(|of| of["points"].as_u64()).and_then(|of| of["seed"].as_u64());
    if let Some(seed) = smallest {
        let points = run(&Plan::small(seed))?.points;
        cases.extend((0..points).flat_map(|point| (1..=again).map(move |next| (seed, vec![point, point + next]))));
    }
    let (next, sums) = (AtomicUsize::new(0), Mutex::new((Sums::default(), 0_u64)));
    let figures = |(sums, double): &(Sums, u64)| {
        let mut figures = sums.figures();
        figures["cut_at_each_point"] = points_of.clone().into();
        figures["cut_twice"] = json!({"seed": smallest, "again_within": again, "pairs": double});
        figures
    };
    each(threads, || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some((seed, points)) = cases.get(index) else { return Ok(()) };
            let outcome = run(&Plan { cuts_at: points.clone(), ..Plan::small(*seed) })?;
            let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
            sums.0.add(&format!("small world {seed} cut at {points:?}"), &outcome);
            // The second point lies beyond the end of a world now and then.
            sums.1 += u64::from(outcome.cuts == 2);
            anyhow::ensure!(index >= single || outcome.cuts == 1, "world {seed} was not cut at {points:?}");
            if index % 100 == 99 {
                record.keep(false, &figures(&sums))?;
            }
        }
    })?;
    let sums = sums.into_inner().unwrap_or_else(PoisonError::into_inner);
    record.keep(true, &figures(&sums))?;
    println!("{single} single cuts, {} cut twice", sums.1);
    sums.0.ended()
}
