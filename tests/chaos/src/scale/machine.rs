//! What Linux says about a process and a folder.

use std::path::Path;

use anyhow::Context as _;

/// Ticks of Linux's processor clock in a second, as every process sees them.
const TICKS_PER_S: f64 = 100.0;

/// A process watched from outside.
#[derive(Clone, Debug, Default)]
pub(super) struct Watch {
    pub(super) resident_mib: u64,
    pub(super) peak_mib: u64,
    /// Parquet files of the store in use.
    pub(super) files: u64,
    pub(super) files_max: u64,
}

impl Watch {
    pub(super) fn look(&mut self, process: u32, dir: &Path) -> anyhow::Result<()> {
        self.resident_mib = resident_mib(process)?;
        self.peak_mib = self.peak_mib.max(kib(process, "VmHWM:")? / 1_024);
        self.files = files(&dir.join("store"));
        self.files_max = self.files_max.max(self.files);
        Ok(())
    }
}

/// Memory that a process holds now.
pub(super) fn resident_mib(process: u32) -> anyhow::Result<u64> {
    Ok(kib(process, "VmRSS:")? / 1_024)
}

/// Seconds of work of all processors for a process so far.
pub(super) fn cpu_s(process: u32) -> anyhow::Result<f64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name of the program, in brackets, may hold blanks.
    let (_, fields) = text.rsplit_once(')').context("stat has no name")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS_PER_S)
}

/// Bytes of everything in a folder, in MiB.
pub(super) fn size_mib(path: &Path) -> f64 {
    bytes(path) as f64 / f64::from(1 << 20)
}

fn bytes(path: &Path) -> u64 {
    match std::fs::read_dir(path) {
        Ok(entries) => entries.flatten().map(|entry| bytes(&entry.path())).sum(),
        Err(_) => std::fs::metadata(path).map_or(0, |about| about.len()),
    }
}

fn files(path: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(path) else { return 0 };
    let of = |path: &Path| {
        if path.is_dir() { files(path) } else { u64::from(path.extension().is_some_and(|kind| kind == "parquet")) }
    };
    entries.flatten().map(|entry| of(&entry.path())).sum()
}

fn kib(process: u32, what: &str) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line =
        status.lines().find_map(|line| line.strip_prefix(what)).with_context(|| format!("no {what} is known"))?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
