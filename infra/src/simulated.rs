//! A simulated GLPI as the commands `sim` and `demo` start it.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use chrono_tz::Tz;
use clap::Args;
use glpi_sim::{
    Clock, Desk, Options, Sim, SimHandle,
    generate::{Spec, generate},
    traffic::{Traffic, TrafficHandle},
};

use crate::clock;

/// Tickets that a generated desk may have: more do not fit a machine's memory.
const TICKETS_MAX: usize = 2_000_000;

/// Which desk, and how lively.
#[derive(Args, Clone, Debug)]
pub(crate) struct Desks {
    /// A recorded desk (.json or .json.gz); default is the one that comes with Farol
    #[arg(long, value_name = "FILE", conflicts_with = "tickets")]
    data: Option<PathBuf>,
    /// Generate a desk of ten years with this many tickets instead
    #[arg(long, value_name = "N")]
    tickets: Option<usize>,
    /// Decides every chance in a generated desk and in its traffic
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Things people do on the desk each minute; 0 leaves it still
    #[arg(long, value_name = "N", default_value_t = 30.0)]
    actions_per_minute: f64,
}

/// A running simulated GLPI; it ends when dropped.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) sim: SimHandle,
    _traffic: Option<TrafficHandle>,
}

impl Desks {
    /// Starts the desk on `listen`, which must be on this machine.
    pub(crate) fn start(&self, listen: SocketAddr, tokens: &Tokens) -> anyhow::Result<Running> {
        if listen.ip() != std::net::Ipv4Addr::LOCALHOST {
            bail!("the simulated GLPI serves this machine only: use 127.0.0.1:{}", listen.port());
        }
        let options = Options {
            port: listen.port(),
            app_token: tokens.app.clone(),
            user_token: tokens.user.clone(),
            zone: tokens.zone,
            clock: Clock::real(),
            ..Options::default()
        };
        let sim = Sim::start(self.desk()?, options)
            .with_context(|| format!("the simulated GLPI cannot listen on {listen}"))?;
        let lively = self.actions_per_minute > 0.0;
        let traffic = Traffic { seed: self.seed, actions_per_minute: self.actions_per_minute, ..Traffic::default() };
        let traffic = lively.then(|| traffic.start(sim.desk(), sim.clock()));
        Ok(Running { sim, _traffic: traffic })
    }

    fn desk(&self) -> anyhow::Result<Desk> {
        match (&self.data, self.tickets) {
            (Some(path), _) => load(path),
            (None, Some(0)) => {
                bail!("a generated desk has at least one ticket; without --tickets it is the recorded one")
            }
            (None, Some(tickets)) if tickets > TICKETS_MAX => bail!("at most {TICKETS_MAX} tickets can be generated"),
            (None, Some(tickets)) => Ok(generate(&Spec::new(tickets, self.seed, clock::now().seconds()))),
            (None, None) => Desk::recorded().context("the recorded desk cannot be read"),
        }
    }
}

fn load(path: &Path) -> anyhow::Result<Desk> {
    Desk::load(path).with_context(|| format!("{} is no recorded desk", path.display()))
}

/// What a client of the simulated GLPI has to know.
#[derive(Args, Clone, Debug)]
pub(crate) struct Tokens {
    /// App-Token that every call must carry
    #[arg(id = "sim_app_token", long = "app-token", value_name = "TOKEN")]
    pub(crate) app: Option<String>,
    /// API token of the account
    #[arg(id = "sim_user_token", long = "user-token", value_name = "TOKEN", default_value = "USER_TOKEN")]
    pub(crate) user: String,
    /// Time zone of the account
    #[arg(id = "sim_timezone", long = "timezone", value_name = "ZONE", default_value = "UTC")]
    pub(crate) zone: Tz,
}
