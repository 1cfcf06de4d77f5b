//! Questions over HTTP, while the desk is read.

use std::{
    collections::BTreeMap,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use serde::Serialize;

/// What is asked in each round: every question there is.
const QUESTIONS: [&str; 12] = [
    "/v1/tickets/overview?timeWindow=30d",
    "/v1/tickets/overview?timeWindow=12m",
    "/v1/tickets/backlog",
    "/v1/technicians/ranking?timeWindow=90d",
    "/v1/sla/breaches?timeWindow=90d",
    "/v1/technicians/productivity?timeWindow=90d",
    "/v1/sla/trends?timeWindow=12m&grain=month",
    "/v1/metrics/resolution_time_business?timeWindow=90d&by=priority",
    "/v1/tickets/1000/timeline",
    "/v1/tickets/1000/sla",
    "/v1/system/health",
    WHAT_IF,
];
/// The one that is posted: all targets halved.
const WHAT_IF: &str = "/v1/sla/what-if";
const SCENARIO: &str = r#"{"targets": [{"factor": 0.5}]}"#;
/// An answer that takes longer counts as none.
const PATIENCE: Duration = Duration::from_mins(1);

/// Where Farol answers, and what lets one in.
#[derive(Clone, Debug)]
pub(super) struct Door {
    pub(super) address: String,
    pub(super) token: String,
}

/// How the questions went.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Answers {
    asked: u64,
    /// Answers that were no 200; that of a ticket not read yet is a 404 and right.
    refused: u64,
    median_ms: f64,
    slowest_ms: f64,
    /// How long each question took.
    by_question: BTreeMap<&'static str, Took>,
}

/// How long one question took.
#[derive(Clone, Debug, Default, Serialize)]
struct Took {
    median_ms: f64,
    slowest_ms: f64,
    #[serde(skip)]
    all: Vec<f64>,
}

impl Answers {
    /// Asks every question once.
    pub(super) fn ask(&mut self, door: &Door) {
        for path in QUESTIONS {
            let begin = Instant::now();
            let status = get(door, path);
            self.asked += 1;
            match status {
                Ok(200) => {}
                Ok(404) if path.contains("/tickets/1000/") => {}
                other => {
                    self.refused += 1;
                    eprintln!("           {path}: {other:?}");
                }
            }
            self.by_question.entry(path).or_default().add([begin.elapsed().as_secs_f64() * 1e3]);
        }
        let mut all = Took::default();
        all.add(self.by_question.values().flat_map(|took| took.all.iter().copied()));
        (self.median_ms, self.slowest_ms) = (all.median_ms, all.slowest_ms);
    }
}

impl Took {
    fn add(&mut self, ms: impl IntoIterator<Item = f64>) {
        self.all.extend(ms);
        self.all.sort_by(f64::total_cmp);
        self.median_ms = self.all.get(self.all.len() / 2).copied().unwrap_or(0.0);
        self.slowest_ms = self.all.last().copied().unwrap_or(0.0);
    }
}

/// The first question of a fresh process.
pub(super) fn first(door: &Door) -> anyhow::Result<()> {
    match get(door, QUESTIONS[0])? {
        200 => Ok(()),
        other => bail!("the first question was answered with {other}"),
    }
}

/// The status of the answer, read to its end.
fn get(door: &Door, path: &str) -> anyhow::Result<u16> {
    let mut stream = TcpStream::connect(&door.address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let Door { address, token } = door;
    let (method, body) = if path == WHAT_IF { ("POST", SCENARIO) } else { ("GET", "") };
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let line = answer.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    line.split_whitespace().nth(1).and_then(|code| code.parse().ok()).context("the answer has no status")
}
