//! `farol up`: the main job.

use clap::Args;
use control::Control;
use tokio::sync::watch;

use crate::{
    config::{Config, Settings},
    datadir::DataDir,
    engine::{self, Engine, Until, raised},
    glpi,
    server::Server,
    telemetry,
};

use super::stop_signal;

#[derive(Args, Debug)]
pub(crate) struct Up {
    #[command(flatten)]
    settings: Settings,
    /// Read and store everything there is, then end
    #[arg(long)]
    once: bool,
}

impl Up {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let config = self.settings.resolve()?;
        telemetry::start(if self.once { "error" } else { &config.log })?;
        if self.once { once(&config).await } else { serve(&config, |_| {}).await }
    }
}

async fn once(config: &Config) -> anyhow::Result<()> {
    glpi::source(config)?;
    let dir = DataDir::take(&config.data_dir)?;
    let engine = Engine::open(dir.path(), Control::open(dir.path()).await?, config).await?;
    let ingest = engine.ingest(config)?;
    let (stop, stopped) = watch::channel(false);
    tokio::spawn(stop_on_signal(stop));
    tokio::select! {
        worked = engine.run(ingest, Until::CaughtUp, stopped) => worked?,
        lost = dir.lost() => return Err(lost),
    }
    engine.close().await;
    let status = engine.board.status();
    if !status.caught_up {
        anyhow::bail!("stopped before everything was read; start again to go on");
    }
    say!("{} events stored, {} dead letters", status.events.stored, status.rows.dead + status.events.dead);
    Ok(())
}

/// Ingests and answers until told to stop; `ready` is told the engine and the server once both are open.
pub(crate) async fn serve(config: &Config, ready: impl FnOnce(Opened<'_>)) -> anyhow::Result<()> {
    // Before a folder is made for a configuration that cannot work.
    glpi::source(config)?;
    let dir = DataDir::take(&config.data_dir)?;
    let control = Control::open(dir.path()).await?;
    let engine = Engine::open(dir.path(), control.clone(), config).await?;
    let ingest = engine.ingest(config)?;
    let server = Server::bind(config.listen, dir.path(), &control, engine::zone(config)).await?;
    say!("listening on http://{}", server.address);
    let (stop, stopped) = watch::channel(false);
    ready(Opened { engine: &engine, server: &server, dir: &dir });

    tokio::spawn(stop_on_signal(stop.clone()));
    let mut serving_until = stopped.clone();
    let serving = tokio::spawn(server.serve(async move { raised(&mut serving_until).await }));
    let worked = tokio::select! {
        worked = engine.run(ingest, Until::Stopped, stopped) => worked,
        // Nothing is put away first: what was begun counts as cut off, as by a kill.
        lost = dir.lost() => return Err(lost),
    };
    stop.send_replace(true);
    let answered = serving.await?;
    engine.close().await;
    worked.and(answered)
}

/// What is open before the work begins.
pub(crate) struct Opened<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) server: &'a Server,
    pub(crate) dir: &'a DataDir,
}

async fn stop_on_signal(stop: watch::Sender<bool>) {
    match stop_signal().await {
        Ok(()) => tracing::info!("stopping"),
        Err(error) => tracing::error!(%error, "signals cannot be heard; stopping"),
    }
    stop.send_replace(true);
}
