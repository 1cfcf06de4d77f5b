//! The commands, one file each.

mod config;
mod token;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes tokens for the API
    #[command(subcommand)]
    Token(token::Token),
    /// Shows the configuration
    #[command(subcommand)]
    Config(config::Config),
}

impl Command {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Token(command) => command.run(),
            Self::Config(command) => command.run(),
        }
    }
}
