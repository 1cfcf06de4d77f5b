//! `farol dead-letters`: what could not be read, and another chance for it.

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use pipeline::buses::{Bus as _, DeadLetter, embedded::EmbeddedBus};
use serde_json::{Value, json};

use crate::{
    config::Settings,
    datadir,
    engine::{Task, ask},
};

/// Letters fetched at once.
const PAGE: u32 = 500;

#[derive(Debug, Subcommand)]
pub(crate) enum DeadLetters {
    /// Lists those that wait
    List(List),
    /// Shows one with its row
    Show(Show),
    /// Tries them again with the present code and policy, and says how many were read
    Redrive(Redrive),
}

#[derive(Args, Debug)]
pub(crate) struct List {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Those that were read meanwhile, too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Args, Debug)]
pub(crate) struct Show {
    /// Its id, as `farol dead-letters list` shows it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    settings: Settings,
}

#[derive(Args, Debug)]
#[command(override_usage = "farol dead-letters redrive <ID>...\n       farol dead-letters redrive --all")]
pub(crate) struct Redrive {
    /// Ids, as `farol dead-letters list` shows them first in each line
    #[arg(value_name = "ID", required_unless_present = "all", conflicts_with = "all")]
    ids: Vec<String>,
    /// Every one that waits
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    settings: Settings,
}

impl DeadLetters {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::List(command) => list(&command).await,
            Self::Show(command) => show(&command).await,
            Self::Redrive(command) => redrive(command).await,
        }
    }
}

async fn list(command: &List) -> anyhow::Result<()> {
    let bus = open(&command.settings).await?;
    let mut after: Option<String> = None;
    loop {
        let page = bus.dead_letters().list(after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id.clone());
        for letter in page.iter().filter(|letter| command.all || letter.redriven_at.is_none()) {
            if command.json {
                say!("{}", document(letter));
            } else {
                say!("{}  {}  {}  {}", letter.id, letter.at, letter.origin, letter.reason);
            }
        }
    }
}

async fn show(command: &Show) -> anyhow::Result<()> {
    let bus = open(&command.settings).await?;
    match bus.dead_letters().get(&command.id).await? {
        Some(letter) => say!("{:#}", document(&letter)),
        None => bail!("there is no dead letter {}", command.id),
    }
    Ok(())
}

async fn redrive(command: Redrive) -> anyhow::Result<()> {
    let config = command.settings.resolve()?;
    let dir = datadir::existing(&config.data_dir)?;
    say!("{}", ask(dir, &config, &Task::Redrive(command.ids)).await?);
    Ok(())
}

async fn open(settings: &Settings) -> anyhow::Result<EmbeddedBus> {
    let config = settings.resolve()?;
    let dir = datadir::existing(&config.data_dir)?;
    EmbeddedBus::open_read_only(dir).await.context("the log cannot be opened")
}

fn document(letter: &DeadLetter) -> Value {
    json!({
        "id": letter.id,
        "at": letter.at.to_string(),
        "stage": letter.stage,
        "origin": letter.origin,
        "ticket_id": letter.ticket_id,
        "reason": letter.reason,
        "redriven_at": letter.redriven_at.map(|at| at.to_string()),
        "raw": serde_json::from_str::<Value>(&letter.raw).unwrap_or_else(|_| Value::from(letter.raw.as_str())),
    })
}
