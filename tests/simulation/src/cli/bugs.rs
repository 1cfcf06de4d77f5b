//! Mistakes made on purpose, and how soon each is found.

use std::sync::{
    Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};
use simulation::{Bug, Plan, record::Record, run};

use super::many::each;

/// Characters of a violation that are kept.
const SAID_MAX: usize = 160;

/// Makes each mistake in up to `worlds` worlds until it is found; all of them must be.
pub(crate) fn bugs(worlds: u64, threads: usize, record: &Record) -> anyhow::Result<()> {
    let (next, found) = (AtomicUsize::new(0), Mutex::<Vec<Value>>::default());
    let figures = |found: &[Value]| {
        let unseen = found.iter().filter(|bug| bug["seed"].is_null()).count();
        json!({"planted": found.len(), "caught": found.len() - unseen, "worlds_max": worlds, "bugs": found})
    };
    each(threads, || {
        while let Some(bug) = Bug::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut seen = json!({"bug": format!("{bug:?}"), "seed": null});
            for seed in 0..worlds {
                let outcome = run(&Plan { bug: Some(*bug), ..Plan::of(seed) })?;
                if let Some(violation) = outcome.violations.first() {
                    let said: String = violation.chars().take(SAID_MAX).collect();
                    seen = json!({"bug": format!("{bug:?}"), "seed": seed, "said": said});
                    break;
                }
            }
            println!("{seen}");
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.push(seen);
            record.keep(false, &figures(&found))?;
        }
        Ok(())
    })?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|bug| bug["bug"].to_string());
    record.keep(true, &figures(&found))?;
    let unseen: Vec<&Value> = found.iter().filter(|bug| bug["seed"].is_null()).map(|bug| &bug["bug"]).collect();
    anyhow::ensure!(unseen.is_empty(), "nobody noticed {unseen:?}");
    Ok(())
}
