//! A kill as a thread enters its Kth call of a kind on a file of a kind.

use std::{collections::BTreeMap, fmt, fs, os::unix::process::ExitStatusExt as _, path::Path};

use rand::{Rng as _, rngs::StdRng, seq::IteratorRandom as _};

use crate::{farol::Farol, tool, up::Up, world::World};

/// Calls that change what is on disk, and the opening of files.
const CALLS: &str = "fsync,fdatasync,pwrite64,write,ftruncate,rename,unlink,link,mkdir,openat";
/// SIGKILL.
const KILLED: i32 = 9;

/// A command, and how often each thread of it makes each call: the most that one thread does.
#[derive(Debug)]
pub(super) struct Counted {
    command: &'static [&'static str],
    begins_filled: bool,
    calls: BTreeMap<String, u64>,
}

/// One kill to be made.
#[derive(Debug)]
pub(super) struct When {
    command: &'static [&'static str],
    begins_filled: bool,
    call: String,
    nth: u64,
}

impl Counted {
    /// Counts the first reading, a later one, and a rebuild.
    pub(super) fn all(binary: &Path, folder: &Path, filled: &Farol, world: &World) -> anyhow::Result<Vec<Self>> {
        let commands: [(&'static [&'static str], bool); 3] =
            [(&["up", "--once"], false), (&["up", "--once"], true), (&["rebuild"], true)];
        let count = |(at, (command, begins_filled)): (usize, (&'static [&'static str], bool))| {
            let farol = Farol::new(binary, folder.join(format!("counted-{at}")), world);
            if begins_filled {
                super::copy(filled.dir(), farol.dir())?;
            }
            let calls = count(&farol, folder, command)?;
            Ok(Self { command, begins_filled, calls })
        };
        commands.into_iter().enumerate().map(count).collect()
    }

    pub(super) const fn begins_filled(&self) -> bool {
        self.begins_filled
    }

    /// A call, each kind as likely as the others, and which one of them.
    pub(super) fn choose(&self, chances: &mut StdRng) -> When {
        let chosen = self.calls.iter().choose(chances);
        let (call, most) = chosen.map_or_else(|| ("openat".to_owned(), 1), |(call, most)| (call.clone(), *most));
        let nth = chances.random_range(1..=most);
        When { command: self.command, begins_filled: self.begins_filled, call, nth }
    }
}

impl When {
    /// The call.
    pub(super) fn call(&self) -> &str {
        &self.call
    }

    /// Runs the command with the kill; whether it came.
    pub(super) fn run(&self, farol: &Farol, folder: &Path) -> anyhow::Result<bool> {
        let inject = format!("inject={}:signal=SIGKILL:when={}", self.call, self.nth);
        let mut up = Up::start(farol.command(&strace(folder, &self.call, Some(&inject)), self.command))?;
        let status = up.wait(std::time::Duration::from_mins(3))?;
        let status = status.ok_or_else(|| anyhow::anyhow!("{self} did not end within three minutes: {}", up.said()))?;
        Ok(status.signal() == Some(KILLED))
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = if self.begins_filled { " on stored data" } else { "" };
        write!(f, "{}{on} killed at {} number {}", self.command.join(" "), self.call, self.nth)
    }
}

/// The wrapper: the traced process stays the child of whoever runs it, so its end is seen as it is.
fn strace(folder: &Path, calls: &str, inject: Option<&str>) -> Vec<String> {
    let out = folder.join("strace.out").display().to_string();
    let trace = format!("trace={calls}");
    let mut wrapper: Vec<String> = ["strace", "-D", "-f", "-o", &out, "-e", &trace].map(str::to_owned).to_vec();
    wrapper.extend(inject.into_iter().flat_map(|inject| ["-e".to_owned(), inject.to_owned()]));
    wrapper
}

fn count(farol: &Farol, folder: &Path, command: &[&str]) -> anyhow::Result<BTreeMap<String, u64>> {
    let output = farol.command(&strace(folder, CALLS, None), command).output()?;
    anyhow::ensure!(output.status.success(), "farol {command:?} fails under strace: {}", crate::farol::said(&output));
    // The tracer ends a little after the process.
    tool::run("sleep", &["0.3"])?;
    let mut of_threads: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let text = fs::read_to_string(folder.join("strace.out"))?;
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(' ') else { continue };
        let Some((call, _)) = rest.trim_start().split_once('(') else { continue };
        if CALLS.split(',').any(|known| known == call) {
            *of_threads.entry((call, thread)).or_default() += 1;
        }
    }
    let mut calls = BTreeMap::new();
    for ((call, _), count) in of_threads {
        let most = calls.entry(call.to_owned()).or_default();
        *most = count.max(*most);
    }
    Ok(calls)
}
