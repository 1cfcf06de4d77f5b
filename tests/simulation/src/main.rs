//! `farol-sim`: runs simulated worlds, and any one of them again.

mod cli;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use simulation::{Plan, record::Record, report, run};

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
        /// Ends once the power was cut at so many points
        #[arg(long, value_name = "N")]
        crash_points: Option<u64>,
        #[command(flatten)]
        how: How,
    },
    /// Cuts the power of small worlds at each point around a write
    Exhaustive {
        /// Worlds
        #[arg(long, default_value_t = 6)]
        worlds: u64,
        /// Points after each point of one of them at which it is cut again
        #[arg(long, default_value_t = 12)]
        again: u64,
        #[command(flatten)]
        how: How,
    },
    /// Makes mistakes on purpose, one at a time, and says how soon each is found
    Bugs {
        /// Worlds to look for a mistake in
        #[arg(long, default_value_t = 200)]
        worlds: u64,
        #[command(flatten)]
        how: How,
    },
    /// Runs one world again and tells everything that happens
    Replay {
        /// Its seed
        seed: u64,
        /// Without the clock process, as worlds were before commit 76a28b4
        #[arg(long)]
        without_clocks: bool,
    },
    /// Writes the report of long runs from the figures they left
    Report {
        /// Where the figures are
        #[arg(long, default_value = "docs/reliability", value_name = "DIR")]
        runs: PathBuf,
        /// Where the report goes
        #[arg(long, default_value = "docs/reliability.md", value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Args)]
struct How {
    /// Worlds at a time
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Where the figures go, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Run { from, seeds, crash_points, how } => {
            cli::many::many((from, seeds), crash_points, how.threads, &Record::new("worlds", how.json))
        }
        Command::Exhaustive { worlds, again, how } => {
            cli::exhaustive::exhaustive(worlds, again, how.threads, &Record::new("exhaustive", how.json))
        }
        Command::Bugs { worlds, how } => cli::bugs::bugs(worlds, how.threads, &Record::new("bugs", how.json)),
        Command::Replay { seed, without_clocks } => replay(seed, without_clocks),
        Command::Report { runs, out } => report::write(&runs, &out),
    }
}

fn replay(seed: u64, without_clocks: bool) -> anyhow::Result<()> {
    let plan = Plan::of(seed);
    let tells_of_clocks = plan.tells_of_clocks && !without_clocks;
    let outcome = run(&Plan { is_told: true, tells_of_clocks, ..plan })?;
    for line in &outcome.lines {
        println!("{line}");
    }
    println!("trace {:016x}, {} power cuts, {} events", outcome.hash, outcome.cuts, outcome.events);
    anyhow::ensure!(outcome.violations.is_empty(), "{}", outcome.violations.join("\n"));
    Ok(())
}
