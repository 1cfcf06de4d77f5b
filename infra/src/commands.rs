//! The commands, one file each.

mod config;
mod dead_letters;
mod demo;
mod doctor;
mod parity;
mod rebuild;
mod replay;
mod rows;
mod sim;
mod snapshot;
mod status;
mod token;
mod up;
mod verify;
mod what_if;

use clap::Subcommand;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Settings;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Reads a GLPI, follows its changes and answers questions about it
    Up(up::Up),
    /// Does the same with a simulated GLPI that moves
    Demo(demo::Demo),
    /// Serves a simulated GLPI by itself
    Sim(sim::SimArgs),
    /// Says in plain sentences what is wrong
    Doctor(Box<Settings>),
    /// Says how far ingestion has come
    Status(status::Status),
    /// Lists, shows and drives again what could not be read
    #[command(subcommand)]
    DeadLetters(dead_letters::DeadLetters),
    /// Makes the rows again of tickets whose events were appended in a window
    Replay(replay::Replay),
    /// Makes every row again from the log, then puts the new store in place
    Rebuild(Box<Settings>),
    /// Reads everything in the data directory and says what is whole, what is damaged and what heals it
    Verify(verify::Verify),
    /// Holds the figures that GLPI stores against those that follow from its tickets' history
    Parity(parity::Parity),
    /// Says how promises would have been kept by other calendars, targets, pauses or priorities
    WhatIf(what_if::WhatIfArgs),
    /// Prints the rows of a table
    Rows(rows::Rows),
    /// Publishes the tables as plain Parquet files
    Snapshot(snapshot::Snapshot),
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
            Self::Up(command) => command.run().await,
            Self::Demo(command) => command.run().await,
            Self::Sim(command) => sim::run(command).await,
            Self::Doctor(settings) => doctor::run(*settings).await,
            Self::Status(command) => command.run().await,
            Self::DeadLetters(command) => command.run().await,
            Self::Replay(command) => command.run().await,
            Self::Rebuild(settings) => rebuild::run(*settings).await,
            Self::Verify(command) => command.run().await,
            Self::Parity(command) => command.run().await,
            Self::WhatIf(command) => command.run().await,
            Self::Rows(command) => command.run().await,
            Self::Snapshot(command) => command.run().await,
            Self::Token(command) => command.run(),
            Self::Config(command) => command.run(),
        }
    }
}

/// Waits for Ctrl-C or SIGTERM.
pub(crate) async fn stop_signal() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}
