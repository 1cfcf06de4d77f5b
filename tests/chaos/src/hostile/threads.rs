//! No more threads: at the start, and while running.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rand::Rng as _;

use crate::{tool, up::Up};

use super::{Case, files, group::Group, memory};

/// Threads that a start may have; it needs some dozens.
const FEW: std::ops::Range<u64> = 2..60;
/// Threads that are no limit.
const MANY: u64 = 4_096;

pub(super) fn bear(case: &mut Case<'_>) -> anyhow::Result<String> {
    tool::needs_root("a limit on threads")?;
    let few = case.chances.random_range(FEW);
    let group = Group::of_threads(few).context("this machine has no control groups for threads")?;
    let start = memory::lives_or_ends(case, &group.wrapper())?;

    group.allow(MANY)?;
    let up = case.begin(&group.wrapper())?;
    let running = threads(&up)?;
    // Whatever needs one more waits for those that are there.
    group.allow(running)?;
    let lasting = Duration::from_millis(case.chances.random_range(2_000..6_000));
    let end = Instant::now() + lasting;
    while Instant::now() < end {
        if !files::answers(&up) {
            case.wrong(format!("the door does not answer with {running} threads"));
            break;
        }
        case.look();
        sleep(Duration::from_millis(100));
    }
    group.allow(MANY)?;
    let said = case.goes_on(up)?;
    Ok(format!(
        "{few} threads at the start: {start}; {running} for {:.1} s while running, {said}",
        lasting.as_secs_f64()
    ))
}

fn threads(up: &Up) -> anyhow::Result<u64> {
    Ok(std::fs::read_dir(format!("/proc/{}/task", up.id()))?.count() as u64)
}
