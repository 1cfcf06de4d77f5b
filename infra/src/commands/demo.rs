//! `farol demo`: the main job on a simulated GLPI, with three questions asked.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use tokio::sync::watch;

use crate::{
    clock,
    config::Config,
    engine::Board,
    signing,
    simulated::{Desks, Tokens},
    telemetry,
};

use super::up::{Opened, serve};

/// How long the printed token is good for.
const TOKEN_TTL_S: i64 = 30 * 86_400;
/// How often it is looked whether answers are there.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// The simulated desk is close: it is asked for changes this often.
const POLL_INTERVAL_S: u64 = 2;

#[derive(Args, Debug)]
pub(crate) struct Demo {
    #[command(flatten)]
    desks: Desks,
    /// Where everything is kept (default: a folder that goes with the demo)
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Address the API listens on
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Log level
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    log: String,
}

/// A folder of this process that ends with it.
struct Folder(Option<PathBuf>);

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(path) = &self.0 {
            // What cannot be removed lies in the folder for temporary files: the machine sees to it.
            std::fs::remove_dir_all(path).ok();
        }
    }
}

impl Demo {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let begin = Instant::now();
        telemetry::start(&self.log)?;
        let own = std::env::temp_dir().join(format!("farol-demo-{}", std::process::id()));
        let folder = Folder(self.data_dir.is_none().then(|| own.clone()));
        let data_dir = self.data_dir.clone().unwrap_or(own);
        if data_dir.join("desk.json").exists() {
            bail!("{} holds a desk already; the demo begins afresh, so give it an empty folder", data_dir.display());
        }

        let tokens = Tokens { app: Some("demo".to_owned()), user: "demo".to_owned(), zone: chrono_tz::UTC };
        let desks = self.desks.clone();
        let desk_tokens = tokens.clone();
        let port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let running = tokio::task::spawn_blocking(move || desks.start(port, &desk_tokens)).await??;
        let counts = running.sim.desk().read().counts();
        say!("simulated GLPI at {} with {} tickets", running.sim.url(), counts.live + counts.trashed);

        let config = Config {
            data_dir,
            listen: self.listen,
            instance: "demo".to_owned(),
            glpi_url: Some(running.sim.url()),
            glpi_app_token: tokens.app,
            glpi_user_token: Some(tokens.user),
            glpi_poll_interval_s: POLL_INTERVAL_S,
            glpi_sweep_interval_s: 30,
            ..Config::default()
        };
        let outcome = serve(&config, |opened| guide(&opened, begin)).await;
        drop(folder);
        outcome
    }
}

/// Shows the way in: progress, then a token, the page and three answers.
fn guide(opened: &Opened<'_>, begin: Instant) {
    let board = std::sync::Arc::clone(&opened.engine.board);
    let url = format!("http://{}", opened.server.address);
    let key = signing::key(opened.dir.path());
    tokio::spawn(async move {
        follow(&board, board.progress()).await;
        let scopes = signing::SCOPES.map(str::to_owned);
        let shown = match key.and_then(|key| signing::issue(&key, "demo", &scopes, clock::now(), TOKEN_TTL_S)) {
            Ok(token) => answers(&url, &token, begin).await,
            Err(error) => Err(error),
        };
        if let Err(error) = shown {
            eprintln!("the example questions were not answered: {error:#}");
        }
    });
}

/// A bar until everything the desk held at the start is stored.
async fn follow(board: &Board, progress: watch::Receiver<Option<(u64, u64)>>) {
    let bar = ProgressBar::new(1);
    if let Ok(style) = ProgressStyle::with_template("[{bar:40}] {pos}/{len} rows  {msg}") {
        bar.set_style(style);
    }
    loop {
        let status = board.status();
        if let Some((done, all)) = *progress.borrow() {
            bar.set_length(all);
            bar.set_position(done);
            bar.set_message(status.phase);
        }
        if status.caught_up {
            break;
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
    bar.finish_and_clear();
}

async fn answers(url: &str, token: &str, begin: Instant) -> anyhow::Result<()> {
    let overview = ask(url, token, "/v1/tickets/overview?timeWindow=30d&limit=1").await?;
    let first = begin.elapsed();
    let breaches = ask(url, token, "/v1/sla/breaches?timeWindow=30d&clock=ttr&limit=1").await?;
    let ranking = ask(url, token, "/v1/technicians/ranking?timeWindow=90d&metric=handled&limit=3").await?;
    say!("first answer after {:.1} s\n", first.as_secs_f64());
    say!("token (30 days, every scope):\n{token}\n");
    say!("questions and answers: {url}/docs    document: {url}/openapi.json\n");
    let data = &overview["data"];
    say!("How does the desk stand?                 GET /v1/tickets/overview?timeWindow=30d");
    say!(
        "  {} open, {} of them late, {} pending; in 30 days {} created and {} solved",
        data["open"],
        data["overdue"],
        data["pending"],
        data["created"],
        data["solved"],
    );
    say!("What took longer than its SLA allows?    GET /v1/sla/breaches?timeWindow=30d&clock=ttr");
    let data = &breaches["data"];
    say!("  {} breaches on {} tickets, {} still running", data["total"], data["tickets"], data["running"]);
    say!("Who solved most?                         GET /v1/technicians/ranking?timeWindow=90d&metric=handled");
    for entry in ranking["data"]["entries"].as_array().into_iter().flatten() {
        let card = &entry["scorecard"];
        say!("  {}. {} with {}", entry["rank"], card["subject"]["name"].as_str().unwrap_or("?"), card["handled"]);
    }
    say!("\nTry: curl -H \"Authorization: Bearer $TOKEN\" '{url}/v1/tickets/backlog?by=priority'");
    say!("People go on working on the simulated desk, so numbers move. Ctrl-C ends it.");
    Ok(())
}

async fn ask(url: &str, token: &str, path: &str) -> anyhow::Result<Value> {
    let response = reqwest::Client::new().get(format!("{url}{path}")).bearer_auth(token).send().await?;
    let response = response.error_for_status().with_context(|| format!("GET {path}"))?;
    Ok(response.json().await?)
}
