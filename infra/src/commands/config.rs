//! `farol config`: what is in effect, and what there is to set.

use clap::Subcommand;

use crate::config::{Settings, reference};

#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Prints the effective configuration as farol.toml, with where each value comes from, secrets masked
    Print(Box<Settings>),
    /// Prints every setting with its meaning and what it may be
    Reference,
}

impl Config {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Print(settings) => crate::out::print(format_args!("{}", settings.effective()?.print()?)),
            Self::Reference => crate::out::print(format_args!("{}", reference()?)),
        }
        Ok(())
    }
}
