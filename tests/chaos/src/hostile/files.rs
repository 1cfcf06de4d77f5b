//! No more file handles: at the start, and while running.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use rand::Rng as _;

use crate::{tool, up::Up};

use super::{Case, START};

/// Handles that a start may have.
const FEW: std::ops::Range<u32> = 8..72;
/// Handles that a process usually may have.
const MANY: u32 = 1_024;

pub(super) fn bear(case: &mut Case<'_>) -> anyhow::Result<String> {
    let few = case.chances.random_range(FEW);
    let start = started_with(case, few)?;

    let mut up = case.begin(&[])?;
    let open = std::fs::read_dir(format!("/proc/{}/fd", up.id()))?.count();
    // None is left, whatever it lets go of is its own again.
    limit(&up, open as u32)?;
    let lasting = Duration::from_millis(case.chances.random_range(2_000..6_000));
    let end = Instant::now() + lasting;
    let mut waiting = Vec::new();
    while Instant::now() < end {
        // Knocking at the door takes a handle each time.
        waiting.extend(knock(&up).ok());
        case.look();
        sleep(Duration::from_millis(100));
    }
    drop(waiting);
    limit(&up, MANY)?;
    let begin = Instant::now();
    while up.ended()?.is_none() && !answers(&up) && begin.elapsed() < START {
        sleep(Duration::from_millis(100));
    }
    // One that ended is judged by its last sentence.
    if up.ended()?.is_none() && !answers(&up) {
        case.wrong("the door does not answer any more");
    }
    let said = case.goes_on(up)?;
    Ok(format!(
        "{few} file handles at the start: {start}; {open} for {:.1} s while running, {said}",
        lasting.as_secs_f64()
    ))
}

/// Starts with few handles: it begins, or says in a sentence why it does not.
fn started_with(case: &mut Case<'_>, few: u32) -> anyhow::Result<String> {
    let mut up = case.farol.up(&["prlimit".to_owned(), format!("--nofile={few}")])?;
    let listens = up.listens(START)?;
    if listens {
        sleep(Duration::from_secs(1));
        up.kill()?;
        return Ok("it began".to_owned());
    }
    let status = up.wait(START)?;
    let said = up.said();
    let last = said.lines().last().unwrap_or_default().to_owned();
    if said.contains("panicked") || !last.starts_with("farol: ") || status.is_none_or(|status| status.code() != Some(1))
    {
        case.wrong(format!("with {few} file handles it ended with {status:?}: {said}"));
    }
    Ok(format!("{last:?}"))
}

fn limit(up: &Up, handles: u32) -> anyhow::Result<()> {
    tool::run("prlimit", &["--pid", &up.id().to_string(), &format!("--nofile={handles}:")]).map(drop)
}

fn knock(up: &Up) -> anyhow::Result<TcpStream> {
    let said = up.said();
    let address =
        said.split("http://").nth(1).context("no address")?.split_whitespace().next().context("no address")?;
    let stream = TcpStream::connect(address.trim_end_matches('/'))?;
    stream.set_read_timeout(Some(Duration::from_secs(2)))?;
    Ok(stream)
}

/// Whether somebody who asks whether it is well gets an answer.
pub(super) fn answers(up: &Up) -> bool {
    let asked = || -> anyhow::Result<String> {
        let mut stream = knock(up)?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    asked().is_ok_and(|answer| answer.starts_with("HTTP/1.1"))
}
