//! A while in which system calls on Farol's files fail or take long: it must say so, acknowledge nothing that is not so, and go
//! on by itself afterwards, or end with a sentence and be startable.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use chrono::{DateTime, Utc};
use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::Value;

use crate::{
    farol::Farol,
    report::Report,
    tool,
    up::Up,
    verdict::{Acknowledged, Violation, judge},
    world::World,
};

/// What happens to which calls. Slow ones need not be told.
const FAULTS: [(&str, &str, bool); 6] = [
    ("pwrite64,write,ftruncate", "error=ENOSPC", true),
    ("pwrite64,write", "error=EIO", true),
    ("fsync,fdatasync", "error=EIO", true),
    ("pread64", "error=EIO", true),
    ("fsync,fdatasync", "delay_enter=300000", false),
    // Once in each thread: SQLite gives the transaction up, and the next try succeeds before anybody looks.
    ("fsync,fdatasync", "error=EIO:when=1", false),
];
/// The files that are hit, below the data directory.
const FILES: [&str; 2] = ["log.sqlite", "store/generation-1/manifest.sqlite"];
/// What SQLite keeps beside a file.
const BESIDE: [&str; 2] = ["", "-wal"];
/// How soon it must go on once its disk is well again.
pub(crate) const GOES_ON: Duration = Duration::from_secs(30);
/// How long people are home and everything is read, on a busy machine.
const READING: Duration = Duration::from_secs(8);

/// The `nth` of them: each fault in turn, on a file by chance.
pub(super) fn run(
    nth: u64,
    farol: &Farol,
    world: &mut World,
    chances: &mut StdRng,
    report: &mut Report,
) -> anyhow::Result<()> {
    let (calls, fault, is_told) = FAULTS[nth as usize % FAULTS.len()];
    let file = *FILES.choose(chances).context("no files")?;
    let lasting = Duration::from_millis(chances.random_range(2_500..6_000));
    let mut up = farol.up(&[])?;
    ensure!(up.listens(Duration::from_secs(30))?, "farol up does not begin: {}", up.said());
    world.move_on(900.0);
    sleep(Duration::from_millis(chances.random_range(500..2_000)));

    let mut violations = Vec::new();
    let tracer = Tracer::attach(&up, farol, (calls, fault, file))?;
    let (mut is_said, mut acknowledged) = (false, Acknowledged::default());
    let end = Instant::now() + lasting;
    while Instant::now() < end {
        if let Ok(status) = farol.status() {
            acknowledged = Acknowledged::of(&status);
            is_said |= !status["last_error"].is_null() || !status["store_error"].is_null();
        }
        sleep(Duration::from_millis(100));
    }
    tracer.detach()?;
    report.faults += 1;
    report.did(&format!("{calls} {fault}"));
    let is_said = is_said || up.said().contains(" error=");
    if is_told && !is_said {
        violations.push(Violation::Wrong("nothing tells of the fault".to_owned()));
    }
    let after = goes_on(&mut up, farol, world, GOES_ON)?;
    let what = format!("{calls} {fault} on {file} for {:.1} s", lasting.as_secs_f64());
    let what = format!("{what}, {}", after.as_ref().unwrap_or_else(|wrong| wrong));
    violations.extend(after.err().map(Violation::Wrong));
    violations.extend(judge(farol, world, acknowledged)?);
    report.case(&what, &violations);
    Ok(())
}

/// Waits until it has read and stored everything and tells of no fault any more, and ends it; what it did.
pub(crate) fn goes_on(
    up: &mut Up,
    farol: &Farol,
    world: &mut World,
    patience: Duration,
) -> anyhow::Result<Result<String, String>> {
    let begin = Instant::now();
    world.settle();
    let still = Utc::now();
    let mut last = Value::Null;
    let outcome = loop {
        if let Some(status) = up.ended()? {
            let said = up.said();
            let last = said.lines().last().unwrap_or_default();
            let is_sentence = last.starts_with("farol: ") && status.code() == Some(1) && !said.contains("panicked");
            break if is_sentence {
                Ok(format!("ended with {last:?}"))
            } else {
                Err(format!("ended with {status}: {said}"))
            };
        }
        if let Ok(status) = farol.status() {
            if has_all_before(&status, still) {
                break Ok(format!("went on after {:.1} s", begin.elapsed().as_secs_f64()));
            }
            last = status;
        }
        // Everything that happened meanwhile has to be read first.
        if begin.elapsed() > patience + READING {
            break Err(format!("did not go on within {} s: {last}", begin.elapsed().as_secs()));
        }
        sleep(Duration::from_millis(200));
    };
    let panicked = up.said().lines().find(|line| line.contains("panicked")).map(str::to_owned);
    if up.ended()?.is_none() {
        tool::signal(up.id(), "TERM")?;
        if up.wait(GOES_ON)?.is_none() {
            return Ok(Err("did not end on SIGTERM".to_owned()));
        }
    }
    Ok(panicked.map_or(outcome, Err))
}

/// Whether every change before `moment` is stored, and nothing is wrong.
fn has_all_before(status: &Value, moment: DateTime<Utc>) -> bool {
    let watermark = status["watermark"].as_str().and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    let is_well = status["last_error"].is_null() && status["store_error"].is_null();
    is_well && watermark.is_some_and(|at| at >= moment) && status["offsets"]["end"] == status["offsets"]["stored"]
}

/// The tracer that lets calls fail for as long as it is attached.
#[derive(Debug)]
struct Tracer {
    child: Child,
    out: PathBuf,
}

impl Tracer {
    fn attach(up: &Up, farol: &Farol, (calls, fault, file): (&str, &str, &str)) -> anyhow::Result<Self> {
        let out = farol.dir().with_extension("strace");
        let mut command = Command::new("strace");
        command.args(["-f", "-p", &up.id().to_string(), "-e", &format!("trace={calls}")]).arg("-o").arg(&out);
        for beside in BESIDE {
            command.arg("-P").arg(farol.dir().join(format!("{file}{beside}")));
        }
        command.args(["-e", &format!("inject={calls}:{fault}")]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        sleep(Duration::from_millis(300));
        Ok(Self { child, out })
    }

    fn detach(mut self) -> anyhow::Result<()> {
        tool::signal(self.child.id(), "TERM").context("strace ended by itself")?;
        self.child.wait()?;
        std::fs::remove_file(&self.out).ok();
        Ok(())
    }
}
