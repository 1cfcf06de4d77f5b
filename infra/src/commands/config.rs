//! `farol config`: what is in effect.

use clap::Subcommand;

use crate::config::Settings;

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Prints the effective configuration as farol.toml, secrets masked
    Print(Box<Settings>),
}

impl Config {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let Self::Print(settings) = self;
        print!("{}", settings.resolve()?.masked()?);
        Ok(())
    }
}
