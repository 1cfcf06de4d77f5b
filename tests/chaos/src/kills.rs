//! Kills at random moments, while people work on the desk.

use std::{thread::sleep, time::Duration};

use anyhow::Context as _;
use rand::Rng as _;
use tempfile::TempDir;

use crate::{
    Run,
    farol::Farol,
    report::Report,
    verdict::{Acknowledged, judge},
    world::World,
};

/// Kills on one data directory.
const KILLS_EACH: u64 = 20;
/// Tickets of a desk at least and at most.
const TICKETS: std::ops::Range<usize> = 50..600;
/// How long a process lives at most, in milliseconds.
const LIFE_MS_MAX: u64 = 1_600;
/// One kill in so many meets a rebuild.
const REBUILD_ONE_IN: u32 = 8;

pub(crate) fn run(run: &Run, report: &mut Report) -> anyhow::Result<()> {
    let binary = run.binary()?;
    for case in 0..run.times.div_ceil(KILLS_EACH) {
        let kills = KILLS_EACH.min(run.times - case * KILLS_EACH);
        let mut chances = run.chances(case);
        let folder = TempDir::new()?;
        let tickets = chances.random_range(TICKETS);
        let mut world = World::new(tickets, chances.random())?;
        let farol = Farol::new(&binary, folder.path().join("data"), &world);
        world.move_on(900.0);
        let (mut acknowledged, mut rebuilds) = (Acknowledged::default(), 0);
        for kill in 0..kills {
            let is_rebuild = kill > 2 && chances.random_ratio(1, REBUILD_ONE_IN);
            rebuilds += u64::from(is_rebuild);
            let up = if is_rebuild { crate::up::Up::start(farol.command(&[], &["rebuild"]))? } else { farol.up(&[])? };
            let life = if is_rebuild { LIFE_MS_MAX / 4 } else { LIFE_MS_MAX };
            sleep(Duration::from_millis(chances.random_range(5..life)));
            // Looked at now and then only: a look takes time from the moments that a kill may meet.
            if chances.random_ratio(1, 4)
                && let Ok(status) = farol.status()
            {
                acknowledged = Acknowledged::of(&status);
            }
            up.kill().context("farol cannot be killed")?;
            report.kills += 1;
            report.did(if is_rebuild { "rebuild killed" } else { "killed" });
        }
        world.settle();
        let violations = judge(&farol, &world, acknowledged)?;
        report.case(&format!("{kills} kills, {rebuilds} of them of rebuilds, {tickets} tickets"), &violations);
    }
    Ok(())
}
