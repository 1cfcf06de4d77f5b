//! `farol sim`: the simulated GLPI by itself.

use std::net::SocketAddr;

use clap::Args;
use glpi_sim::http::Misbehaviour;

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
    /// Misbehave, as this seed decides: refuse and cut connections, answer late or never, throttle, fail, answer in HTML, cut
    /// or swell answers, lose sessions and rights, be wrong about the time, add and drop columns
    #[arg(long, value_name = "SEED")]
    misbehave: Option<u64>,
    /// Calls of a thousand to which something is done
    #[arg(long, value_name = "N", default_value_t = 20, requires = "misbehave",
          value_parser = clap::value_parser!(u32).range(1..=1_000))]
    misbehave_per_thousand: u32,
}

pub(crate) async fn run(args: SimArgs) -> anyhow::Result<()> {
    let running = tokio::task::spawn_blocking(move || args.desks.start(args.listen, &args.tokens)).await??;
    let counts = running.sim.desk().read().counts();
    say!("GLPI simulator at {}", running.sim.url());
    if let Some(seed) = args.misbehave {
        running.sim.misbehave(Some(&Misbehaviour::all(seed, args.misbehave_per_thousand)));
        say!("it misbehaves in {} of 1000 calls, seed {seed}", args.misbehave_per_thousand);
    }
    say!("{} live tickets, {} in the trash", counts.live, counts.trashed);
    stop_signal().await?;
    Ok(())
}
