//! What Linux says about this machine and this process.

use std::{path::Path, process::Command};

use anyhow::Context as _;

/// Ticks of Linux's processor clock in a second, as every process sees them.
const TICKS_PER_S: f64 = 100.0;

/// Seconds of work of all processors for a process so far.
pub(crate) fn cpu_s(process: &str) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name of the program, in brackets, may hold blanks.
    let (_, fields) = text.rsplit_once(')').context("stat has no name")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS_PER_S)
}

/// Forgets how much memory this process has held at most.
pub(crate) fn forget_peak() {
    // Where the kernel refuses, the peak is the one of the stages before, which is still true.
    std::fs::write("/proc/self/clear_refs", "5").ok();
}

/// The most memory held since, in MiB.
pub(crate) fn peak_mib() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no peak is known")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1_024)
}

/// Cores and make.
pub(crate) fn name() -> String {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let about = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = about.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let model = model.map_or("unknown processor", |(_, model)| model.trim());
    format!("{cores} cores of {model}")
}

/// The commit that was measured.
pub(crate) fn commit() -> String {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let head = git(&["rev-parse", "HEAD"]).unwrap_or_else(|| "unknown".to_owned());
    let code = ["status", "--porcelain", "--", ":/*.rs", ":/*.toml", ":/*.py", ":/Cargo.lock"];
    if git(&code).is_some_and(|changes| !changes.is_empty()) { format!("{head} with changes") } else { head }
}

/// Bytes of a file, or of everything in a folder, in MiB.
pub(crate) fn size_mib(path: &Path) -> f64 {
    size(path) as f64 / f64::from(1 << 20)
}

fn size(path: &Path) -> u64 {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| size(&entry.path())).sum(),
        Err(_) => std::fs::metadata(path).map_or(0, |about| about.len()),
    }
}
