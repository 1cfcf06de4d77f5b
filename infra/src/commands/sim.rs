//! `farol sim`: the simulated GLPI by itself.

use std::net::SocketAddr;

use clap::Args;

use crate::{
    commands::stop_signal,
    simulated::{Desks, Tokens},
};

#[derive(Args, Debug)]
pub(crate) struct SimArgs {
    #[command(flatten)]
    desks: Desks,
    #[command(flatten)]
    tokens: Tokens,
    /// Address to listen on, on this machine
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    listen: SocketAddr,
}

pub(crate) async fn run(args: SimArgs) -> anyhow::Result<()> {
    let running = tokio::task::spawn_blocking(move || args.desks.start(args.listen, &args.tokens)).await??;
    let counts = running.sim.desk().read().counts();
    println!("GLPI simulator at {}", running.sim.url());
    println!("{} live tickets, {} in the trash", counts.live, counts.trashed);
    stop_signal().await?;
    Ok(())
}
