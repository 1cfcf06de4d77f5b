//! Chosen system calls: a kill at the Kth of them, or a while in which they fail or take long.

mod kill;
mod stretch;

pub(crate) use stretch::{GOES_ON, goes_on};

use std::path::Path;

use rand::seq::IndexedRandom as _;
use tempfile::TempDir;

use crate::{
    Run,
    farol::Farol,
    report::Report,
    tool,
    verdict::{Acknowledged, judge},
    world::World,
};

/// Tickets of the desk: each case reads them once or twice.
const TICKETS: usize = 25;
/// One case in so many is a while of failures; the others are kills.
const STRETCH_EACH: u64 = 5;

pub(crate) fn run(run: &Run, report: &mut Report) -> anyhow::Result<()> {
    tool::run("strace", &["--version"])?;
    let binary = run.binary()?;
    let folder = TempDir::new()?;
    let mut world = World::new(TICKETS, run.seed)?;
    let filled = Farol::new(&binary, folder.path().join("filled"), &world);
    anyhow::ensure!(filled.output(&["up", "--once"])?.status.success(), "the desk cannot be read without faults");
    // What the second reading finds new.
    world.move_on(3_000.0);
    std::thread::sleep(std::time::Duration::from_secs(1));
    world.settle();

    let counted = kill::Counted::all(&binary, folder.path(), &filled, &world)?;
    for case in 0..run.times {
        let mut chances = run.chances(case);
        let farol = Farol::new(&binary, folder.path().join(format!("case-{case}")), &world);
        if case % STRETCH_EACH == STRETCH_EACH - 1 {
            copy(filled.dir(), farol.dir())?;
            stretch::run(run.seed + case / STRETCH_EACH, &farol, &mut world, &mut chances, report)?;
        } else {
            let Some(counted) = counted.choose(&mut chances) else { continue };
            let when = counted.choose(&mut chances);
            if counted.begins_filled() {
                copy(filled.dir(), farol.dir())?;
            }
            let is_killed = when.run(&farol, folder.path())?;
            report.kills += u64::from(is_killed);
            if is_killed {
                report.did(&format!("killed at {}", when.call()));
            }
            let violations = judge(&farol, &world, Acknowledged::default())?;
            report.case(&format!("{when}{}", if is_killed { "" } else { ", which did not come" }), &violations);
        }
        std::fs::remove_dir_all(farol.dir())?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    tool::run("cp", &["-a", &from.display().to_string(), &to.display().to_string()]).map(drop)
}
