//! `farol replay`: rows again from old events.

use anyhow::{Context as _, bail};
use chrono::DateTime;
use clap::Args;
use schemas::Instant;

use crate::{
    config::Settings,
    datadir,
    engine::{Task, ask},
};

#[derive(Args, Debug)]
pub(crate) struct Replay {
    /// First instant at which the events were appended, such as 2026-03-01T00:00:00Z
    #[arg(long, value_name = "TIME", value_parser = instant)]
    from: Instant,
    /// First instant after it
    #[arg(long, value_name = "TIME", value_parser = instant)]
    to: Instant,
    #[command(flatten)]
    settings: Settings,
}

impl Replay {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        if self.from >= self.to {
            bail!("--from {} is not before --to {}", self.from, self.to);
        }
        let config = self.settings.resolve()?;
        let task = Task::Replay { from: self.from, to: self.to };
        say!("{}", ask(datadir::existing(&config.data_dir)?, &config, &task).await?);
        Ok(())
    }
}

fn instant(text: &str) -> anyhow::Result<Instant> {
    let at =
        DateTime::parse_from_rfc3339(text).context("write a time with its offset, such as 2026-03-01T00:00:00Z")?;
    Ok(Instant::from(at.to_utc()))
}
