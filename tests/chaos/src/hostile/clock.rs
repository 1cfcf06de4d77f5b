//! A clock that jumps: hours ahead, hours back, and home again.

use std::{path::Path, thread::sleep, time::Duration};

use anyhow::Context as _;
use rand::{Rng as _, seq::IndexedRandom as _};

use crate::tool;

use super::Case;

/// What is loaded before Farol. libfaketime allocates before an allocator that asks for the time is ready, and both then wait for ever.
const LIBRARY: &str = include_str!("clock.c");
/// Where the clock jumps to, in seconds ahead of the true time.
const JUMPS_S: [i64; 8] = [3_600, -3_600, 300, -300, 90_000, -90_000, 2, -2];

pub(super) fn bear(case: &mut Case<'_>) -> anyhow::Result<String> {
    let [file, source, library] = ["clock", "clock.c", "clock.so"].map(|name| case.folder.join(name));
    std::fs::write(&source, LIBRARY)?;
    let paths = [&source, &library].map(|path| path.display().to_string());
    tool::run("cc", &["-O1", "-shared", "-fPIC", &paths[0], "-o", &paths[1]])?;
    set(&file, 0)?;
    let variables = [format!("LD_PRELOAD={}", paths[1]), format!("CLOCK_AHEAD_FILE={}", file.display())];
    let wrapper = [vec!["env".to_owned()], variables.to_vec()].concat();
    let up = case.begin(&wrapper)?;
    let mut jumps = Vec::new();
    for _ in 0..case.chances.random_range(1..4) {
        sleep(Duration::from_millis(case.chances.random_range(300..2_500)));
        let jump = *JUMPS_S.choose(&mut case.chances).context("no jumps")?;
        jumps.push(format!("{jump} s"));
        set(&file, jump)?;
    }
    sleep(Duration::from_secs(2));
    case.look();
    set(&file, 0)?;
    Ok(format!("the clock jumped {}, {}", jumps.join(", "), case.goes_on(up)?))
}

/// Sets the clock at once: a file that is half written is not read.
fn set(file: &Path, ahead_s: i64) -> anyhow::Result<()> {
    let fresh = file.with_extension("new");
    std::fs::write(&fresh, ahead_s.to_string())?;
    Ok(std::fs::rename(&fresh, file)?)
}
