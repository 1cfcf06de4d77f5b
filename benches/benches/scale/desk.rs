//! The desk in a process of its own, so that its memory and its work are not counted as Farol's.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use anyhow::{Context as _, bail};
use benches::{now, served};
use glpi_sim::{rows::naive::Zone, traffic::Mover};
use rand::{SeedableRng as _, rngs::SmallRng};

use crate::machine;

/// Chances that a person has to find something to do.
const TRIES_MAX: u32 = 100;

/// A desk served by another process; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Served {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    pub(crate) url: String,
    pub(crate) made_in_s: f64,
}

/// Serves a desk until nobody listens any more; makes one change for each line that comes in.
pub(crate) fn serve(tickets: usize, seed: u64) -> anyhow::Result<()> {
    let desk = served(tickets, seed)?;
    println!("{} {}", desk.sim.url(), desk.made_in_s);
    let shared = desk.sim.desk();
    let mut rng = SmallRng::seed_from_u64(seed);
    let mut mover = None;
    for line in std::io::stdin().lines() {
        line?;
        let mut desk = shared.write();
        let mover = mover.get_or_insert_with(|| Mover::of(&desk, Zone::UTC));
        let found = (0..TRIES_MAX).find_map(|_| {
            let action = mover.step(&mut desk, now().seconds(), &mut rng)?;
            (action.ticket > 0 && action.name != "purge").then_some(action.ticket)
        });
        drop(desk);
        println!("{}", found.context("nobody found anything to do")?);
    }
    Ok(())
}

impl Served {
    /// Starts this program again, as a desk.
    pub(crate) fn start(tickets: usize, seed: u64) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["--serve", "--tickets", &tickets.to_string(), "--seed", &seed.to_string()]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take().context("the desk has no input")?;
        let mut stdout = BufReader::new(child.stdout.take().context("the desk has no output")?);
        let line = line(&mut stdout)?;
        let (url, seconds) = line.split_once(' ').context("the desk said something else")?;
        let (url, made_in_s) = (url.to_owned(), seconds.parse()?);
        Ok(Self { child, stdin, stdout, url, made_in_s })
    }

    /// Has somebody work on a ticket, and tells which.
    pub(crate) fn change(&mut self) -> anyhow::Result<i64> {
        writeln!(self.stdin)?;
        Ok(line(&mut self.stdout)?.parse()?)
    }

    /// Seconds of work of its processors so far.
    pub(crate) fn cpu_s(&self) -> anyhow::Result<f64> {
        machine::cpu_s(&self.child.id().to_string())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn line(stdout: &mut BufReader<ChildStdout>) -> anyhow::Result<String> {
    let mut line = String::new();
    if stdout.read_line(&mut line)? == 0 {
        bail!("the desk ended");
    }
    Ok(line.trim().to_owned())
}
