//! Records: what a long run writes down, again and again until it ends, so that one cut short counts as far as it came.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::Context as _;
use serde_json::{Value, json};

/// Where a run writes its figures, and since when it runs.
#[derive(Debug)]
pub struct Record {
    path: Option<PathBuf>,
    run: &'static str,
    begin: Instant,
    commit: String,
}

impl Record {
    /// A record of the run called `run`; without a path it is not kept.
    pub fn new(run: &'static str, path: Option<PathBuf>) -> Self {
        let commit = if path.is_some() { commit() } else { String::new() };
        Self { path, run, begin: Instant::now(), commit }
    }

    /// Writes the figures so far; `is_complete` says that nothing more comes.
    pub fn keep(&self, is_complete: bool, figures: &Value) -> anyhow::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let document = json!({
            "run": self.run,
            "commit": self.commit,
            "build": if cfg!(debug_assertions) { "debug" } else { "release" },
            "machine": machine(),
            "is_complete": is_complete,
            "duration_s": (self.begin.elapsed().as_secs_f64() * 10.0).round() / 10.0,
            "figures": figures,
        });
        write(path, &format!("{}\n", serde_json::to_string_pretty(&document)?))
    }
}

/// Writes a file so that whoever reads it reads the old one or the new one.
pub fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let fresh = path.with_extension("part");
    fs::write(&fresh, text).with_context(|| format!("{} cannot be written", fresh.display()))?;
    fs::rename(&fresh, path).with_context(|| format!("{} cannot be written", path.display()))
}

/// The machine, without its name.
pub fn machine() -> Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let memory = read("/proc/meminfo");
    let kib = memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB"));
    let mib = kib.and_then(|kib| kib.trim().parse::<u64>().ok()).map_or(0, |kib| kib / 1_024);
    json!({
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory_mib": mib,
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
    })
}

/// The commit of the working directory, and whether it was changed since.
fn commit() -> String {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).output().ok().filter(|output| output.status.success());
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".to_owned() };
    let is_changed = git(&["status", "--porcelain", "--untracked-files=no"]).is_none_or(|changes| !changes.is_empty());
    if is_changed { format!("{commit} with changes") } else { commit }
}
