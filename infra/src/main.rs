//! The `farol` program: reads the command line, wires ports to adapters, runs one command.
//!
//! Exit codes: 0 done, 1 it could not be done (one plain sentence says why), 2 the command line makes no sense.

#[macro_use]
mod out;

mod clock;
mod commands;
mod config;
mod datadir;
mod desk;
mod engine;
mod glpi;
mod server;
mod signing;
mod simulated;
mod telemetry;
mod threads;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::Command;

/// Gives memory back to the system by threads of its own, a second after it was let go of: see `.cargo/config.toml`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Numbers about a GLPI service desk that explain themselves.
#[derive(Debug, Parser)]
#[command(name = "farol", version, about, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    // reqwest and the servers share one TLS provider; an error only says that one is installed already.
    rustls::crypto::ring::default_provider().install_default().ok();
    let runtime = match threads::runtime() {
        Ok(runtime) => runtime,
        Err(error) => return refuse(&error),
    };
    match runtime.block_on(cli.command.run()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &anyhow::Error) -> ExitCode {
    eprintln!("farol: {error:#}");
    ExitCode::FAILURE
}
