//! A clock that jumps: hours ahead, hours back, and home again.

use std::{path::Path, thread::sleep, time::Duration};

use anyhow::Context as _;
use rand::{Rng as _, seq::IndexedRandom as _};

use crate::tool;

use super::Case;

/// Where the clock jumps to, from the true time.
const JUMPS: [&str; 8] = ["+1h", "-1h", "+5m", "-5m", "+25h", "-25h", "+2", "-2"];

pub(super) fn bear(case: &mut Case<'_>) -> anyhow::Result<String> {
    let library = tool::library("libfaketimeMT.so.1", "libfaketime")?;
    let file = case.folder.join("clock");
    set(&file, "+0")?;
    let mut wrapper = vec!["env".to_owned(), format!("LD_PRELOAD={library}")];
    wrapper.push(format!("FAKETIME_TIMESTAMP_FILE={}", file.display()));
    // Only what people call the time jumps; the kernel's count of seconds never does.
    wrapper.extend(["FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1"].map(str::to_owned));
    let up = case.begin(&wrapper)?;
    let mut jumps: Vec<&str> = Vec::new();
    for _ in 0..case.chances.random_range(1..4) {
        sleep(Duration::from_millis(case.chances.random_range(300..2_500)));
        let jump = *JUMPS.choose(&mut case.chances).context("no jumps")?;
        jumps.push(jump);
        set(&file, jump)?;
    }
    sleep(Duration::from_secs(2));
    case.look();
    set(&file, "+0")?;
    Ok(format!("the clock jumped {}, {}", jumps.join(", "), case.goes_on(up)?))
}

/// Sets the clock at once: a file that is half written is not read.
fn set(file: &Path, to: &str) -> anyhow::Result<()> {
    let fresh = file.with_extension("new");
    std::fs::write(&fresh, to)?;
    Ok(std::fs::rename(&fresh, file)?)
}
