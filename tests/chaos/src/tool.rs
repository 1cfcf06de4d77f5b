//! Tools of the machine: what they are needed for, and how they are run.

use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

/// Runs a tool, which must succeed; what it printed.
pub(crate) fn run(program: &str, args: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{program} cannot be run; `bash tests/run.sh` installs what is needed"))?;
    if !output.status.success() {
        bail!("{program} {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Refuses to go on without root.
pub(crate) fn needs_root(what: &str) -> anyhow::Result<()> {
    if run("id", &["-u"])? != "0" {
        bail!("{what} needs root: run `sudo farol-chaos ...`");
    }
    Ok(())
}

/// The library to be loaded before a program, wherever this machine keeps it.
pub(crate) fn library(name: &str, package: &str) -> anyhow::Result<String> {
    let folders = std::fs::read_dir("/usr/lib")?.filter_map(|folder| Some(folder.ok()?.path()));
    let found = folders.map(|folder| folder.join(name)).find(|path| path.exists());
    let path = found.with_context(|| format!("{name} is missing; `apt-get install {package}` brings it"))?;
    Ok(path.display().to_string())
}

/// Sends a signal to a process that this program started.
pub(crate) fn signal(pid: u32, name: &str) -> anyhow::Result<()> {
    run("kill", &[&format!("-{name}"), &pid.to_string()]).map(drop)
}
