//! Hardships of a machine: each is borne, or ended by with a sentence; then Farol goes on, and nothing is lost.

mod clock;
mod files;
mod group;
mod memory;
mod space;
mod stopped;
mod threads;

use std::{path::Path, time::Duration};

use anyhow::ensure;
use rand::{Rng as _, rngs::StdRng};
use tempfile::TempDir;

use crate::{
    Run,
    farol::Farol,
    report::Report,
    up::Up,
    verdict::{Acknowledged, Violation, judge},
    world::World,
};

/// How long a start may take.
const START: Duration = Duration::from_secs(30);

/// Lets a case bear something, and says what came of it.
type Hardship = fn(&mut Case<'_>) -> anyhow::Result<String>;

/// A case under way.
pub(crate) struct Case<'a> {
    farol: Farol,
    world: World,
    chances: StdRng,
    folder: &'a Path,
    stopped_s_max: u64,
    acknowledged: Acknowledged,
    violations: Vec<Violation>,
    report: &'a mut Report,
}

pub(crate) fn run(run: &Run, stopped_s_max: u64, report: &mut Report) -> anyhow::Result<()> {
    let binary = run.binary()?;
    let hardships: [(&str, Hardship); 8] = [
        ("stopped, and a second writer", stopped::bear),
        ("clock jumps", clock::bear),
        ("disk full", space::bear),
        ("memory limit", memory::bear),
        ("no file handles", files::bear),
        ("address limit", memory::bear_few_addresses),
        ("no inodes", space::bear_no_inodes),
        ("no threads", threads::bear),
    ];
    for (at, (name, hardship)) in (0..run.times).zip(hardships.iter().cycle()) {
        let folder = TempDir::new()?;
        let mut chances = run.chances(at);
        let world = World::new(chances.random_range(50..300), chances.random())?;
        let farol = Farol::new(&binary, folder.path().join("data"), &world);
        let (acknowledged, violations) = (Acknowledged::default(), Vec::new());
        let mut case =
            Case { farol, world, chances, folder: folder.path(), stopped_s_max, acknowledged, violations, report };
        let what = hardship(&mut case)?;
        case.report.faults += 1;
        case.report.did(name);
        case.world.settle();
        let judged = judge(&case.farol, &case.world, case.acknowledged)?;
        case.violations.extend(judged);
        let violations = std::mem::take(&mut case.violations);
        case.report.case(&what, &violations);
        // What is mounted for a case goes before the folder does.
        space::unmount(folder.path())?;
    }
    Ok(())
}

impl Case<'_> {
    /// `WRAPPER farol up`, listening, while people work.
    fn begin(&mut self, wrapper: &[String]) -> anyhow::Result<Up> {
        self.world.move_on(900.0);
        let mut up = self.farol.up(wrapper)?;
        ensure!(up.listens(START)?, "farol up does not begin: {}", up.said());
        Ok(up)
    }

    /// What is acknowledged now; whether a fault is told of.
    fn look(&mut self) -> bool {
        let Ok(status) = self.farol.status() else { return false };
        self.acknowledged = Acknowledged::of(&status);
        !status["last_error"].is_null() || !status["store_error"].is_null()
    }

    fn wrong(&mut self, text: impl Into<String>) {
        self.violations.push(Violation::Wrong(text.into()));
    }

    /// Waits until it goes on; says how it did.
    fn goes_on(&mut self, up: Up) -> anyhow::Result<String> {
        // Without handles or time GLPI seems away, too, and is then asked twice a minute.
        self.goes_on_within(up, Duration::from_mins(1))
    }

    fn goes_on_within(&mut self, mut up: Up, patience: Duration) -> anyhow::Result<String> {
        match crate::syscalls::goes_on(&mut up, &self.farol, &mut self.world, patience)? {
            Ok(said) => Ok(said),
            Err(wrong) => {
                self.wrong(wrong.clone());
                Ok(wrong)
            }
        }
    }
}
