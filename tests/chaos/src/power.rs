//! Power cuts: Farol on a real ext4 whose disk forgets what was not flushed.

mod disk;

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use rand::Rng as _;
use tempfile::TempDir;

use crate::{
    Run,
    farol::{Farol, said},
    report::Report,
    tool,
    verdict::{Acknowledged, Violation, judge, sentence},
    world::World,
};

use disk::Disk;

/// Cuts of one disk.
const CUTS_EACH: u64 = 10;
/// How long it runs before the cut, in milliseconds.
const LIFE_MS: std::ops::Range<u64> = 100..4_000;

/// Cuts the power; where `is_planted`, under a Farol whose fsync does nothing, whose loss must be noticed.
pub(crate) fn run(run: &Run, is_planted: bool, report: &mut Report) -> anyhow::Result<()> {
    tool::needs_root("cutting the power")?;
    let binary = run.binary()?;
    let preload = if is_planted { preload()? } else { Vec::new() };
    for round in 0..run.times.div_ceil(CUTS_EACH) {
        let folder = TempDir::new()?;
        let mut disk = Disk::make(folder.path())?;
        let mut first = run.chances(round * CUTS_EACH);
        let mut world = World::new(first.random_range(50..400), first.random())?;
        let farol = Farol::new(&binary, disk.mounted_at().join("data"), &world);
        for cut in round * CUTS_EACH..run.times.min((round + 1) * CUTS_EACH) {
            let mut chances = run.chances(cut);
            world.move_on(900.0);
            let up = farol.up(&preload)?;
            let acknowledged =
                look_until(&farol, Instant::now() + Duration::from_millis(chances.random_range(LIFE_MS)));
            disk.cut()?;
            up.kill()?;
            report.cuts += 1;
            disk.repair_and_mount()?;
            // Before anything is read again: what was acknowledged is there.
            let (is, status) = left(&farol)?;
            let lost = acknowledged.missing(is);
            let refused = status.as_ref().err().cloned();
            world.settle();
            let mut violations = judge(&farol, &world, if is_planted { is } else { acknowledged })?;
            let what = format!("power cut after {acknowledged:?}");
            if is_planted {
                let noticed = lost.is_some() || !violations.is_empty();
                report.planted_noticed += u64::from(noticed);
                let farol_said = match violations.first() {
                    Some(violation) => format!("Farol refuses: {violation}"),
                    None if lost.is_some() => "Farol cannot tell, and reads GLPI again: truth holds".to_owned(),
                    None => "nothing acknowledged was lost".to_owned(),
                };
                report.case(&format!("{what}; {}; {farol_said}", lost.unwrap_or_default()), &[]);
                if !violations.is_empty() {
                    break;
                }
            } else {
                violations.extend(lost.map(Violation::Lost));
                violations.extend(refused.map(sentence));
                report.case(&what, &violations);
            }
        }
        disk.remove()?;
    }
    if is_planted && report.planted_noticed == 0 {
        report.case("a disk that never flushes", &[Violation::Wrong("nobody noticed".to_owned())]);
    }
    Ok(())
}

/// The wrapper that makes fsync do nothing.
fn preload() -> anyhow::Result<Vec<String>> {
    let library = tool::library("libeatmydata.so", "libeatmydata1")?;
    Ok(vec!["env".to_owned(), format!("LD_PRELOAD={library}")])
}

/// Looks at what is acknowledged, again and again until the moment comes.
fn look_until(farol: &Farol, moment: Instant) -> Acknowledged {
    let mut acknowledged = Acknowledged::default();
    while Instant::now() < moment {
        match farol.status() {
            Ok(status) => acknowledged = Acknowledged::of(&status),
            // It has hardly begun.
            Err(_) => sleep(Duration::from_millis(50)),
        }
    }
    acknowledged
}

/// What a directory says after a cut, and what is wrong with it. One that was cut off before its first commit says nothing yet.
fn left(farol: &Farol) -> anyhow::Result<(Acknowledged, Result<(), String>)> {
    let output = farol.output(&["status", "--json"])?;
    if output.status.success() {
        return Ok((Acknowledged::of(&serde_json::from_slice(&output.stdout)?), Ok(())));
    }
    let said = said(&output);
    let has_begun = farol.dir().join("log.sqlite").exists() && farol.dir().join("store/CURRENT").exists();
    let outcome = if has_begun { Err(format!("`farol status` after the cut: {said}")) } else { Ok(()) };
    Ok((Acknowledged::default(), outcome))
}
