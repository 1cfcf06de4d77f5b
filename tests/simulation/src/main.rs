//! `farol-sim`: runs simulated worlds, and any one of them again.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use clap::{Parser, Subcommand};
use simulation::{Bug, Outcome, Plan, run};

#[derive(Parser)]
#[command(about = "Runs Farol's write side in simulated worlds where everything may fail")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs many worlds and says which were wrong
    Run {
        /// The first seed
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many
        #[arg(long, default_value_t = 1_000)]
        seeds: u64,
        /// Worlds at a time
        #[arg(long, default_value_t = 2)]
        threads: usize,
    },
    /// Makes mistakes on purpose, one at a time, and says how soon each is found
    Bugs {
        /// Worlds to look for a mistake in
        #[arg(long, default_value_t = 100)]
        worlds: u64,
    },
    /// Runs one world again and tells everything that happens
    Replay {
        /// Its seed
        seed: u64,
    },
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Run { from, seeds, threads } => many(from, seeds, threads),
        Command::Bugs { worlds } => bugs(worlds),
        Command::Replay { seed } => {
            let outcome = run(&Plan { is_told: true, ..Plan::of(seed) })?;
            for line in &outcome.lines {
                println!("{line}");
            }
            println!("trace {:016x}, {} power cuts, {} events", outcome.hash, outcome.cuts, outcome.events);
            anyhow::ensure!(outcome.violations.is_empty(), "{}", outcome.violations.join("\n"));
            Ok(())
        }
    }
}

fn bugs(worlds: u64) -> anyhow::Result<()> {
    let mut unseen = Vec::new();
    for bug in Bug::ALL {
        let mut found = None;
        for seed in 0..worlds {
            let outcome = run(&Plan { bug: Some(bug), ..Plan::of(seed) })?;
            if let Some(violation) = outcome.violations.into_iter().next() {
                found = Some((seed, violation));
                break;
            }
        }
        match found {
            Some((seed, violation)) => println!("{bug:?}: found in world {seed}: {violation:.120}"),
            None => unseen.push(bug),
        }
    }
    anyhow::ensure!(unseen.is_empty(), "nobody noticed {unseen:?}");
    Ok(())
}

fn many(from: u64, seeds: u64, threads: usize) -> anyhow::Result<()> {
    let begin = Instant::now();
    let next = AtomicU64::new(from);
    let ended: Mutex<Vec<(u64, Outcome)>> = Mutex::default();
    let failed = std::thread::scope(|scope| {
        let work = || -> anyhow::Result<()> {
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= from + seeds {
                    return Ok(());
                }
                let outcome = run(&Plan::of(seed))?;
                for violation in &outcome.violations {
                    println!("seed {seed}: {violation}");
                }
                ended.lock().unwrap_or_else(PoisonError::into_inner).push((seed, outcome));
            }
        };
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        workers.into_iter().find_map(|worker| worker.join().ok()?.err())
    });
    if let Some(error) = failed {
        return Err(error);
    }
    let ended = ended.into_inner().unwrap_or_else(PoisonError::into_inner);
    let sum = |what: fn(&Outcome) -> u64| ended.iter().map(|(_, outcome)| what(outcome)).sum::<u64>();
    println!(
        "{} worlds, {} power cuts, {} places where the power could be cut, {} events, {:.1} s",
        ended.len(),
        sum(|outcome| outcome.cuts),
        sum(|outcome| outcome.points),
        sum(|outcome| outcome.events),
        begin.elapsed().as_secs_f64(),
    );
    let wrong = ended.iter().filter(|(_, outcome)| !outcome.violations.is_empty()).count();
    anyhow::ensure!(wrong == 0, "{wrong} worlds were wrong; `farol-sim replay SEED` runs one again");
    Ok(())
}
