//! The simulated GLPI that a case reads, and its people.

use std::{thread::sleep, time::Duration};

use glpi_sim::{
    Desk, Options, Sim, SimHandle,
    generate::{Spec, generate},
    http::Misbehaviour,
    traffic::{Traffic, TrafficHandle},
};

/// The user's token of every simulated desk here.
pub(crate) const USER_TOKEN: &str = "user-token-of-chaos";
/// The application's token of every simulated desk here.
pub(crate) const APP_TOKEN: &str = "app-token-of-chaos";
/// A desk's dates are seconds: after so long nothing more can carry the second of the last change.
const SETTLED: Duration = Duration::from_secs(3);

/// A desk that is served, and moves or stands still.
#[derive(Debug)]
pub(crate) struct World {
    glpi: SimHandle,
    traffic: Option<TrafficHandle>,
    seed: u64,
}

impl World {
    /// A desk of `tickets` that stands still.
    pub(crate) fn new(tickets: usize, seed: u64) -> anyhow::Result<Self> {
        Self::of(&Spec { years: 1, ..Spec::new(tickets, seed, chrono::Utc::now().timestamp()) })
    }

    /// A desk of `tickets` in ten years that stands still.
    pub(crate) fn old(tickets: usize, seed: u64) -> anyhow::Result<Self> {
        Self::of(&Spec::new(tickets, seed, chrono::Utc::now().timestamp()))
    }

    fn of(spec: &Spec) -> anyhow::Result<Self> {
        let desk = generate(spec);
        let options =
            Options { app_token: Some(APP_TOKEN.to_owned()), user_token: USER_TOKEN.to_owned(), ..Options::default() };
        Ok(Self { glpi: Sim::start(desk, options)?, traffic: None, seed: spec.seed })
    }

    /// Lets people work, so many things a minute.
    pub(crate) fn move_on(&mut self, actions_per_minute: f64) {
        self.seed += 1;
        let traffic = Traffic { actions_per_minute, seed: self.seed, ..Traffic::default() };
        self.traffic = Some(self.glpi.start_traffic(traffic));
    }

    /// Sends people home, and waits until the last of their seconds is over.
    pub(crate) fn settle(&mut self) {
        if self.traffic.take().is_some() {
            sleep(SETTLED);
        }
    }

    /// Lets GLPI misbehave, or makes it stop.
    pub(crate) fn misbehave(&self, misbehaviour: Option<&Misbehaviour>) {
        self.glpi.misbehave(misbehaviour);
    }

    /// Where it is served.
    pub(crate) fn url(&self) -> String {
        self.glpi.url()
    }

    /// Looks at the desk.
    pub(crate) fn look<T>(&self, at: impl FnOnce(&Desk) -> T) -> T {
        at(&self.glpi.desk().read())
    }
}
