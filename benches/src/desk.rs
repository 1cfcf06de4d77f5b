//! A generated GLPI desk, served on this machine.

use std::time::Instant;

use anyhow::Context as _;
use connectors::client::{self, Secret};
use glpi_sim::{
    Desk, Options, Sim, SimHandle,
    generate::{Spec, generate},
};

use crate::now;

/// The desk's name in everything that is stored.
pub const INSTANCE: &str = "bench";

const APP_TOKEN: &str = "app-token-of-the-benches";
const USER_TOKEN: &str = "user-token-of-the-benches";

/// A desk that is being served, and what it took to make it.
#[derive(Debug)]
pub struct Served {
    /// It ends when dropped.
    pub sim: SimHandle,
    /// Seconds that making it took.
    pub made_in_s: f64,
}

/// A desk of ten years with `tickets` tickets.
pub fn generated(tickets: usize, seed: u64) -> Desk {
    generate(&Spec::new(tickets, seed, now().seconds()))
}

/// Serves such a desk on a free port of this machine.
pub fn served(tickets: usize, seed: u64) -> anyhow::Result<Served> {
    let begin = Instant::now();
    let desk = generated(tickets, seed);
    let made_in_s = begin.elapsed().as_secs_f64();
    let tokens =
        Options { app_token: Some(APP_TOKEN.to_owned()), user_token: USER_TOKEN.to_owned(), ..Options::default() };
    let sim = Sim::start(desk, tokens).context("the simulated GLPI cannot be served")?;
    Ok(Served { sim, made_in_s })
}

/// How a client reaches the desk at `url`, within the client's usual limits.
pub fn server(url: &str) -> client::Config {
    let mut server = client::Config::new(url, Secret::new(USER_TOKEN));
    server.app_token = Some(Secret::new(APP_TOKEN));
    server
}
