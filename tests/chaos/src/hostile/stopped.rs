//! A process that is stopped for a while and comes back, and another that wants its place meanwhile.

use std::{thread::sleep, time::Duration};

use rand::Rng as _;

use crate::{farol::said, tool};

use super::Case;

/// How long it is stopped at least, in seconds.
const STOPPED_S_MIN: u64 = 5;

pub(super) fn bear(case: &mut Case<'_>) -> anyhow::Result<String> {
    let up = case.begin(&[])?;
    sleep(Duration::from_millis(case.chances.random_range(100..2_500)));
    case.look();
    tool::signal(up.id(), "STOP")?;
    // Most pauses are short; the machine that sleeps for long is rare.
    let range = STOPPED_S_MIN..=case.stopped_s_max;
    let seconds = case.chances.random_range(range.clone()).min(case.chances.random_range(range));
    let second = case.farol.output(&["up", "--once"])?;
    let said = said(&second);
    if second.status.success() || !said.contains("is in use by process") || said.lines().count() != 1 {
        case.wrong(format!("a second writer was not refused in one sentence: {} {said}", second.status));
    }
    sleep(Duration::from_secs(seconds));
    tool::signal(up.id(), "CONT")?;
    Ok(format!("stopped for {seconds} s, a second writer refused, {}", case.goes_on(up)?))
}
