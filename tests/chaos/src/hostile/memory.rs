//! Too little memory: a limit of a control group, and one of the address space.

use std::{os::unix::process::ExitStatusExt as _, process::ExitStatus, time::Duration};

use anyhow::Context as _;
use rand::Rng as _;

use crate::tool;

use super::{Case, group::Group};

/// Memory that a process may have, in MiB; it needs some dozens.
const MEMORY_MIB: std::ops::Range<u64> = 8..120;
/// Addresses that it may have, in MiB; threads and mapped files take many more than memory. Where the program itself does not
/// fit, which a debug build with its 160 MiB is the first to, the kernel does not even start it.
const ADDRESSES_MIB: std::ops::Range<u64> = 200..1_200;
/// How long it has to come to its limit.
const LIFE: Duration = Duration::from_secs(4);
/// SIGKILL, as the kernel sends it, and SIGABRT, as Rust ends where an allocation fails.
const NO_MEMORY: [i32; 2] = [9, 6];

pub(super) fn bear(case: &mut Case<'_>) -> anyhow::Result<String> {
    tool::needs_root("a limit on memory")?;
    let mib = case.chances.random_range(MEMORY_MIB);
    let group = Group::of_memory(mib << 20).context("this machine has no control groups for memory")?;
    let how = lives_or_ends(case, &group.wrapper())?;
    Ok(format!("{mib} MiB of memory: {how}"))
}

pub(super) fn bear_few_addresses(case: &mut Case<'_>) -> anyhow::Result<String> {
    let mib = case.chances.random_range(ADDRESSES_MIB);
    let wrapper = ["prlimit".to_owned(), format!("--as={}", mib << 20)];
    let how = lives_or_ends(case, &wrapper)?;
    Ok(format!("{mib} MiB of addresses: {how}"))
}

pub(super) fn lives_or_ends(case: &mut Case<'_>, wrapper: &[String]) -> anyhow::Result<String> {
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
    if !is_fair(status, last) {
        case.wrong(format!("ended with {status}: {said}"));
    }
    Ok(format!("ended with {status}: {last:?}"))
}

/// Whether a process that did not go on ended as one does that is refused memory.
fn is_out_of_memory(how: &str) -> bool {
    NO_MEMORY.iter().any(|signal| how.starts_with(&format!("ended with signal: {signal}")))
}

/// Whether a process without memory may end like this: by the kernel, or with a sentence.
fn is_fair(status: ExitStatus, last: &str) -> bool {
    match status.signal() {
        Some(signal) => NO_MEMORY.contains(&signal),
        None => status.code() == Some(1) && last.starts_with("farol: "),
    }
}
