//! Too little memory: a limit of a control group, and one of the address space.

use std::{
    fs,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::ExitStatus,
    time::Duration,
};

use anyhow::Context as _;
use rand::Rng as _;

use crate::tool;

use super::Case;

/// Memory that a process may have, in MiB; it needs some dozens.
const MEMORY_MIB: std::ops::Range<u64> = 8..120;
/// Addresses that it may have, in MiB; threads and mapped files take many more than memory. Where the program itself does not
/// fit, which a debug build with its 160 MiB is the first to, the kernel does not even start it.
const ADDRESSES_MIB: std::ops::Range<u64> = 200..1_200;
/// How long it has to come to its limit.
const LIFE: Duration = Duration::from_secs(4);
/// How a process ends whose runtime is refused a thread: nobody can do anything then, as without memory.
const PANICKED: i32 = 101;
/// SIGKILL, as the kernel sends it, and SIGABRT, as Rust ends where an allocation fails.
const NO_MEMORY: [i32; 2] = [9, 6];

pub(super) fn bear(case: &mut Case<'_>) -> anyhow::Result<String> {
    tool::needs_root("a limit on memory")?;
    let mib = case.chances.random_range(MEMORY_MIB);
    let group = Group::make(mib).context("this machine has no control groups for memory")?;
    let join = "echo $$ > \"$0/cgroup.procs\"; exec \"$@\"".to_owned();
    let wrapper = ["sh".to_owned(), "-c".to_owned(), join, group.0.display().to_string()];
    let how = lives_or_ends(case, &wrapper)?;
    Ok(format!("{mib} MiB of memory: {how}"))
}

pub(super) fn bear_few_addresses(case: &mut Case<'_>) -> anyhow::Result<String> {
    let mib = case.chances.random_range(ADDRESSES_MIB);
    let wrapper = ["prlimit".to_owned(), format!("--as={}", mib << 20)];
    let how = lives_or_ends(case, &wrapper)?;
    Ok(format!("{mib} MiB of addresses: {how}"))
}

fn lives_or_ends(case: &mut Case<'_>, wrapper: &[String]) -> anyhow::Result<String> {
    case.world.move_on(900.0);
    let mut up = case.farol.up(wrapper)?;
    let ended = up.wait(LIFE)?;
    case.look();
    let Some(status) = ended else {
        let known = case.violations.len();
        let how = case.goes_on(up)?;
        if is_out_of_memory(&how) {
            // It came to its limit later.
            case.violations.truncate(known);
            case.report.kills += 1;
        }
        return Ok(how.lines().next().unwrap_or_default().to_owned());
    };
    let said = up.said();
    let last = said.lines().last().unwrap_or_default();
    case.report.kills += 1;
    let has_no_threads = status.code() == Some(PANICKED) && said.contains("OS can't spawn worker thread");
    if !is_fair(status, last) && !has_no_threads {
        case.wrong(format!("ended with {status}: {said}"));
    }
    Ok(format!("ended with {status}: {last:?}"))
}

/// Whether a process that did not go on ended as one does that is refused memory or a thread.
fn is_out_of_memory(how: &str) -> bool {
    NO_MEMORY.iter().any(|signal| how.starts_with(&format!("ended with signal: {signal}")))
        || (how.starts_with("ended with") && how.contains("OS can't spawn worker thread"))
}

/// Whether a process without memory may end like this: by the kernel, or with a sentence.
fn is_fair(status: ExitStatus, last: &str) -> bool {
    match status.signal() {
        Some(signal) => NO_MEMORY.contains(&signal),
        None => status.code() == Some(1) && last.starts_with("farol: "),
    }
}

/// A control group with a limit; it ends when dropped.
#[derive(Debug)]
struct Group(PathBuf);

impl Group {
    fn make(mib: u64) -> anyhow::Result<Self> {
        let root = Path::new("/sys/fs/cgroup");
        let name = format!("farol-chaos-{}", std::process::id());
        let is_first = root.join("memory").is_dir();
        let path = if is_first { root.join("memory").join(name) } else { root.join(name) };
        if !is_first {
            fs::write(root.join("cgroup.subtree_control"), "+memory")?;
        }
        fs::create_dir_all(&path)?;
        let file = if is_first { "memory.limit_in_bytes" } else { "memory.max" };
        fs::write(path.join(file), (mib << 20).to_string())?;
        Ok(Self(path))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // One that still has a process stays until the machine ends; it holds nothing.
        fs::remove_dir(&self.0).ok();
    }
}
