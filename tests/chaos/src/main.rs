//! `farol-chaos`: the real binary where the machine misbehaves, and what it stored compared with what the simulated GLPI holds.
//!
//! Every chance comes from the seed; the moments at which things happen are the machine's. It needs `strace`, and for power cuts,
//! full disks and limits on memory also root.

mod farol;
mod hostile;
mod kills;
mod power;
mod report;
mod scale;
mod syscalls;
mod tool;
mod up;
mod verdict;
mod world;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use rand::{SeedableRng as _, rngs::StdRng};

use report::Report;

#[derive(Parser)]
#[command(about = "Runs the real Farol on a machine that misbehaves")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Faults(Faults),
    /// Reads a large desk while GLPI misbehaves and questions are asked, measures that, and compares every row
    Scale(scale::Scale),
}

#[derive(Subcommand)]
enum Faults {
    /// Kills Farol at random moments while the desk moves
    Kills(Run),
    /// Kills it at chosen system calls, and lets system calls fail or take long for a while
    Syscalls(Run),
    /// Cuts the power under its disk
    Power {
        #[command(flatten)]
        run: Run,
        /// Makes fsync do nothing: the loss must be noticed
        #[arg(long)]
        planted: bool,
    },
    /// Stops it, starves it of memory, disk and file handles, starts it twice, sets its clock
    Hostile {
        #[command(flatten)]
        run: Run,
        /// Seconds for which it is stopped at most
        #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(5..))]
        stopped_s_max: u64,
    },
}

/// What every run is told.
#[derive(Args, Clone, Debug)]
pub(crate) struct Run {
    /// Decides every chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Kills, system calls, power cuts or hardships
    #[arg(long, default_value_t = 20)]
    times: u64,
    /// The binary under test; default is the one beside this program
    #[arg(long, value_name = "PATH")]
    farol: Option<PathBuf>,
    /// Where the figures go, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Run {
    /// The chances of one case.
    fn chances(&self, case: u64) -> StdRng {
        StdRng::seed_from_u64(self.seed.wrapping_mul(1_000_003).wrapping_add(case))
    }

    fn binary(&self) -> anyhow::Result<PathBuf> {
        binary(self.farol.as_ref())
    }
}

/// The binary under test: the one named, or the one beside this program.
fn binary(named: Option<&PathBuf>) -> anyhow::Result<PathBuf> {
    let path = match named {
        Some(path) => path.clone(),
        None => std::env::current_exe()?.with_file_name("farol"),
    };
    path.canonicalize().with_context(|| format!("{} is missing; build it, or name it with --farol", path.display()))
}

fn main() -> ExitCode {
    let ended = match Cli::parse().command {
        Command::Faults(faults) => faulty(&faults),
        Command::Scale(told) => scale::run(&told),
    };
    match ended {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("farol-chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs it; whether nothing was wrong. The sums are said however it ends.
fn faulty(faults: &Faults) -> anyhow::Result<bool> {
    let (name, run) = match faults {
        Faults::Kills(run) => ("kills", run),
        Faults::Syscalls(run) => ("syscalls", run),
        Faults::Power { run, planted: false } => ("power", run),
        Faults::Power { run, planted: true } => ("power-planted", run),
        Faults::Hostile { run, .. } => ("hostile", run),
    };
    let mut report = Report::new(name, run)?;
    let ended = match faults {
        Faults::Kills(run) => kills::run(run, &mut report),
        Faults::Syscalls(run) => syscalls::run(run, &mut report),
        Faults::Power { run, planted } => power::run(run, *planted, &mut report),
        Faults::Hostile { run, stopped_s_max } => hostile::run(run, *stopped_s_max, &mut report),
    };
    report.end(ended.is_ok())?;
    ended.map(|()| report.is_right())
}
