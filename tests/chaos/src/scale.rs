//! A large desk, read while GLPI misbehaves and while questions are asked: what it takes, and whether it is right in the end.
//!
//! The desk is made and served by this program; Farol is a process of its own, watched from outside. Everything is compared
//! row by row in the end, so that a desk of any size can be.

mod ask;
mod machine;
mod verdict;

use std::{
    path::PathBuf,
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use clap::Args;
use glpi_sim::http::Misbehaviour;
use serde::Serialize;
use serde_json::Value;
use simulation::record::Record;

use crate::{farol::Farol, up::Up, world::World};
use ask::{Answers, Door};
use machine::Watch;

/// How often the process is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// Looks between two rounds of questions. Each round asks `farol status` once: on a large desk that is work, too.
const LOOKS_A_ROUND: u64 = 15;
/// How long GLPI refuses before somebody mends it: a right that is lost comes back only when it is given back.
const REFUSAL_MAX: Duration = Duration::from_secs(45);
/// How long it may take until the door is open.
const DOOR_MAX: Duration = Duration::from_mins(2);

#[derive(Args, Clone, Debug)]
pub(crate) struct Scale {
    /// Tickets of the desk
    #[arg(long, default_value_t = 20_000, value_name = "N")]
    tickets: usize,
    /// Decides every chance
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Calls of a thousand in which GLPI misbehaves
    #[arg(long, default_value_t = 0, value_name = "N")]
    misbehave_per_thousand: u32,
    /// Times that Farol is killed on the way
    #[arg(long, default_value_t = 0, value_name = "N")]
    kills: u32,
    /// Hours after which the run is given up
    #[arg(long, default_value_t = 3, value_name = "N")]
    hours_max: u64,
    /// Where the data directory is made and removed again
    #[arg(long, value_name = "DIR")]
    folder: Option<PathBuf>,
    /// The binary under test; default is the one beside this program
    #[arg(long, value_name = "PATH")]
    farol: Option<PathBuf>,
    /// Where the figures go, as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What a run took and found.
#[derive(Debug, Default, Serialize)]
struct Figures {
    tickets: usize,
    seed: u64,
    misbehave_per_thousand: u32,
    kills: u32,
    generated_s: f64,
    /// From the first start until everything there was is stored.
    caught_up_s: f64,
    /// Of that, until the last row of the first reading was appended.
    read_s: f64,
    farol_cpu_s: f64,
    rows: Value,
    events: Value,
    retries: u64,
    peak_mib: u64,
    files_max: u64,
    log_mib: f64,
    store_mib: f64,
    /// Questions asked while it ran, how many were refused, and milliseconds.
    answers: Answers,
    /// A start on the full directory: until it listens, until the first answer, and the memory it then holds.
    listens_ms: f64,
    first_answer_ms: f64,
    resident_mib: u64,
    redriven: u64,
    /// Times that somebody had to mend GLPI, such as a right that it had lost.
    mended: u64,
    verdict: verdict::Sums,
    duration_s: f64,
}

/// Runs it; whether nothing was wrong.
pub(crate) fn run(told: &Scale) -> anyhow::Result<bool> {
    let (begin, record) = (Instant::now(), Record::new("scale", told.json.clone()));
    let mut world = World::old(told.tickets, told.seed)?;
    let mut figures = Figures {
        tickets: told.tickets,
        seed: told.seed,
        misbehave_per_thousand: told.misbehave_per_thousand,
        generated_s: begin.elapsed().as_secs_f64(),
        ..Figures::default()
    };
    eprintln!("{:8.1} s  a desk of {} tickets is there", figures.generated_s, told.tickets);
    let folder = match &told.folder {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            tempfile::tempdir_in(folder)?
        }
        None => tempfile::tempdir()?,
    };
    let farol = Farol::new(&crate::binary(told.farol.as_ref())?, folder.path().join("data"), &world).patient();

    if told.misbehave_per_thousand > 0 {
        world.misbehave(Some(&Misbehaviour::all(told.seed, told.misbehave_per_thousand)));
    }
    follow(told, &farol, &world, &mut figures)?;
    world.misbehave(None);
    finish(&farol, &mut figures)?;
    restart(&farol, &mut figures)?;
    figures.verdict = verdict::of(&farol, &mut world)?;
    figures.duration_s = begin.elapsed().as_secs_f64();

    match &told.json {
        Some(_) => record.keep(true, &serde_json::to_value(&figures)?)?,
        None => println!("{}", serde_json::to_string_pretty(&figures)?),
    }
    Ok(figures.verdict.is_right())
}

/// Reads the desk to the end, asks meanwhile, kills at times spread over the way.
fn follow(told: &Scale, farol: &Farol, world: &World, figures: &mut Figures) -> anyhow::Result<()> {
    let begin = Instant::now();
    let mut running = Running::start(farol)?;
    let mut watch = Watch::default();
    let mut looks = 0;
    let mut stuck: Option<(Instant, Value)> = None;
    // A process counts its own.
    let mut retries = 0;
    loop {
        sleep(LOOK);
        looks += 1;
        if begin.elapsed() > Duration::from_secs(told.hours_max * 3_600) {
            bail!("not caught up after {} hours: {}", told.hours_max, running.up.said());
        }
        if let Some(status) = running.up.ended()? {
            bail!("farol ended by itself with {status}: {}", running.up.said());
        }
        watch.look(running.up.id(), farol.dir())?;
        if looks % LOOKS_A_ROUND != 0 {
            continue;
        }
        figures.answers.ask(&running.door);
        let status = farol.status()?;
        tell(begin, &status, &watch);
        retries = status["retries"].as_u64().unwrap_or(retries);
        let next_kill = f64::from(figures.kills + 1) / f64::from(told.kills + 1);
        if figures.kills < told.kills && share_read(&status) > next_kill {
            figures.kills += 1;
            figures.farol_cpu_s += machine::cpu_s(running.up.id())?;
            figures.retries += retries;
            running.up.kill()?;
            eprintln!("{:8.1} s  killed", begin.elapsed().as_secs_f64());
            running = Running::start(farol)?;
            continue;
        }
        if figures.read_s == 0.0 && share_read(&status) >= 1.0 {
            figures.read_s = begin.elapsed().as_secs_f64();
        }
        if status["caught_up"] == true && figures.kills == told.kills {
            break;
        }
        stuck = match stuck {
            _ if status["last_error"].is_null() => None,
            Some((since, fetched)) if fetched == status["rows"]["fetched"] => Some((since, fetched)),
            _ => Some((Instant::now(), status["rows"]["fetched"].clone())),
        };
        if stuck.as_ref().is_some_and(|(since, _)| since.elapsed() > REFUSAL_MAX) {
            (stuck, figures.mended) = (None, figures.mended + 1);
            let seed = told.seed + figures.mended;
            world.misbehave(None);
            world.misbehave(Some(&Misbehaviour::all(seed, told.misbehave_per_thousand)));
            eprintln!("{:8.1} s  somebody mended GLPI", begin.elapsed().as_secs_f64());
        }
    }
    figures.caught_up_s = begin.elapsed().as_secs_f64();
    figures.farol_cpu_s += machine::cpu_s(running.up.id())?;
    figures.retries += retries;
    (figures.peak_mib, figures.files_max) = (watch.peak_mib, watch.files_max);
    running.up.stop()
}

/// How much of the first reading is done. Nothing is told of it before the first step of a process and after it is over.
fn share_read(status: &Value) -> f64 {
    let progress = &status["progress"];
    match (progress["done"].as_f64(), progress["total"].as_f64()) {
        (Some(done), Some(total)) => done / total.max(1.0),
        _ if status["phase"].as_str().is_some_and(|phase| phase.starts_with("following")) => 1.0,
        _ => 0.0,
    }
}

/// Drives letters again that misbehaviour left behind, reads once more, and notes the sums.
fn finish(farol: &Farol, figures: &mut Figures) -> anyhow::Result<()> {
    let dead = |status: &Value| status["rows"]["dead"].as_u64().unwrap_or(0);
    farol.succeed(&["up", "--once"])?;
    let letters = farol.open_letters()?;
    if letters > 0 {
        farol.succeed(&["dead-letters", "redrive", "--all"])?;
        farol.succeed(&["up", "--once"])?;
        figures.redriven = letters - farol.open_letters()?;
    }
    let status = farol.status()?;
    eprintln!("{} dead letters were made, {letters} were open, {} driven again", dead(&status), figures.redriven);
    figures.rows = status["rows"].clone();
    figures.events = status["events"].clone();
    figures.store_mib = machine::size_mib(&farol.dir().join("store"));
    figures.log_mib = machine::size_mib(farol.dir()) - figures.store_mib;
    Ok(())
}

/// Starts it on the full directory.
fn restart(farol: &Farol, figures: &mut Figures) -> anyhow::Result<()> {
    let token = farol.token()?;
    let begin = Instant::now();
    let mut running = Running::listening(farol)?;
    running.door.token = token;
    figures.listens_ms = begin.elapsed().as_secs_f64() * 1e3;
    ask::first(&running.door)?;
    figures.first_answer_ms = begin.elapsed().as_secs_f64() * 1e3;
    sleep(LOOK * 5);
    figures.resident_mib = machine::resident_mib(running.up.id())?;
    running.up.stop()
}

/// A process whose door is open.
struct Running {
    up: Up,
    door: Door,
}

impl Running {
    fn start(farol: &Farol) -> anyhow::Result<Self> {
        let mut running = Self::listening(farol)?;
        running.door.token = farol.token()?;
        Ok(running)
    }

    fn listening(farol: &Farol) -> anyhow::Result<Self> {
        let mut up = farol.up(&[])?;
        anyhow::ensure!(up.listens(DOOR_MAX)?, "farol does not listen: {}", up.said());
        let said = up.said();
        let (_, address) = said.split_once("listening on http://").context("no address was said")?;
        let end = address.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | ':'));
        let address = address[..end.unwrap_or(address.len())].to_owned();
        Ok(Self { up, door: Door { address, token: String::new() } })
    }
}

fn tell(begin: Instant, status: &Value, watch: &Watch) {
    eprintln!(
        "{:8.1} s  {} | events {} stored {} | {} MiB, peak {} MiB, {} files | {}",
        begin.elapsed().as_secs_f64(),
        status["phase"].as_str().unwrap_or("?"),
        status["events"]["appended"],
        status["events"]["stored"],
        watch.resident_mib,
        watch.peak_mib,
        watch.files,
        status["last_error"].as_str().unwrap_or("no error"),
    );
}
