//! `farol token`: local tokens.

use anyhow::bail;
use clap::{Args, Subcommand};

use crate::{clock, config::Settings, datadir, signing};

/// The longest life of a local token: one year.
const TTL_S_MAX: i64 = 366 * 86_400;

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Prints a token for the API of this data directory
    Issue(Issue),
}

#[derive(Args, Debug)]
pub(crate) struct Issue {
    /// dash.read, dash.observability or dash.admin; may be given several times
    #[arg(long, required = true, value_name = "SCOPE")]
    scope: Vec<String>,
    /// How long it is good for: a number with s, m, h or d
    #[arg(long, default_value = "8h", value_parser = seconds)]
    ttl: i64,
    /// Who it is for, for the logs
    #[arg(long, default_value = "local", value_name = "NAME")]
    subject: String,
    #[command(flatten)]
    settings: Settings,
}

impl Token {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let Self::Issue(issue) = self;
        let config = issue.settings.resolve()?;
        let key = signing::key(datadir::existing(&config.data_dir)?)?;
        say!("{}", signing::issue(&key, &issue.subject, &issue.scope, clock::now(), issue.ttl)?);
        Ok(())
    }
}

fn seconds(text: &str) -> anyhow::Result<i64> {
    let (number, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let scale = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => bail!("say how long with a unit: 90s, 30m, 8h or 7d"),
    };
    let seconds = number.parse::<i64>().ok().and_then(|number| number.checked_mul(scale));
    match seconds {
        Some(seconds) if (1..=TTL_S_MAX).contains(&seconds) => Ok(seconds),
        _ => bail!("a token is good for 1s to 366d"),
    }
}
