//! Maintenance: what commands ask of the process that holds the data directory, or do themselves when nobody does.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use control::{Control, MaintenanceState};
use pipeline::{
    buses::{Bus, TICKETS, embedded::EmbeddedBus},
    ingest::Ingest,
    process::{self, Processor},
    replay::{rebuild, replay},
    sinks::embedded::{self, EmbeddedSink},
};
use schemas::{Codec, Instant};
use serde::{Deserialize, Serialize};

use crate::{clock, config::Config, datadir::DataDir, desk};

use super::{Engine, how_to_process};

/// How often a command looks whether its task is done.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// A task that waited longer has lost its asker.
const WAIT_S_MAX: i64 = 3_600;
/// How long an asker is left without a word.
const SILENCE: Duration = Duration::from_secs(2);

/// One task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Task {
    /// Drive these dead letters again; none means every one that was not.
    Redrive(Vec<String>),
    /// Make the rows again of tickets whose events were appended in the window.
    Replay {
        /// First instant.
        from: Instant,
        /// First instant after it.
        to: Instant,
    },
    /// Make every row again from the log.
    Rebuild,
}

/// Does `task` on `data_dir`: here if nobody holds it, else through the process that does. Answers what it said.
pub(crate) async fn ask(data_dir: &Path, config: &Config, task: &Task) -> anyhow::Result<String> {
    let taken = DataDir::try_take(data_dir)?;
    // No number depends on control state, so its damage must not stand in the way of whoever mends the store.
    if taken.is_some()
        && matches!(task, Task::Rebuild)
        && let Some(reason) = Control::put_aside(data_dir).await?
    {
        eprintln!(
            "farol: control.sqlite was damaged ({reason}). It is kept as {}; requests that waited in it are lost, no number is",
            control::ASIDE
        );
    }
    let control = Control::open(data_dir).await?;
    if let Some(taken) = taken {
        return alone(&taken, control, config, task).await;
    }
    let id = control.queue_maintenance(&serde_json::to_string(task)?, clock::now()).await?;
    let begin = tokio::time::Instant::now();
    let mut is_told = false;
    loop {
        tokio::time::sleep(LOOK_INTERVAL).await;
        if !is_told && begin.elapsed() >= SILENCE {
            is_told = true;
            eprintln!("farol: asked the running Farol, which does it beside its work; waiting. {}", task.whereabouts());
        }
        match control.maintenance_state(&id).await? {
            Some(MaintenanceState::Done(answer)) => return Ok(answer),
            Some(MaintenanceState::Failed(reason)) => bail!(reason),
            Some(MaintenanceState::Queued) => {}
            None => bail!("the request was lost"),
        }
        // The holder has gone without doing it: nobody else will.
        if let Some(taken) = DataDir::try_take(data_dir)?
            && control.withdraw_maintenance(&id).await?
        {
            return alone(&taken, control, config, task).await;
        }
    }
}

async fn alone(taken: &DataDir, control: Control, config: &Config, task: &Task) -> anyhow::Result<String> {
    // A rebuild needs no store that can be read: it may be the very thing that makes it so.
    let rebuilt = match task {
        Task::Rebuild => Some(rebuild_alone(taken.path(), config).await?),
        _ => None,
    };
    let engine = Engine::open(taken.path(), control, config).await?;
    let outcome = match task {
        Task::Rebuild => Ok(rebuilt.unwrap_or_default()),
        Task::Redrive(ids) => {
            let mut ingest = engine.ingest(config)?;
            let outcome = engine.redrive(&mut ingest, ids).await;
            ingest.close().await;
            let mut processor = engine.processor(engine.store());
            rebuild(&mut processor, |_| {}).await?;
            outcome
        }
        Task::Replay { .. } => engine.store_task(task).await,
    };
    engine.survey().await?;
    engine.board.publish().await;
    engine.close().await;
    outcome
}

impl Engine {
    /// Does the redrives that commands wait for.
    pub(super) async fn redrive_asked(&self, ingest: &mut Ingest) {
        for (id, task) in self.waiting().await {
            if let Task::Redrive(letters) = &task {
                let outcome = self.redrive(ingest, letters).await;
                self.doorbell.notify_one();
                self.finish(&id, outcome).await;
            }
        }
    }

    /// Does the tasks of the store that commands wait for. Answers whether the store is another one now.
    pub(super) async fn store_tasks(&self) -> bool {
        let mut changed = false;
        for (id, task) in self.waiting().await {
            if !matches!(task, Task::Redrive(_)) {
                let outcome = self.store_task(&task).await;
                changed |= task == Task::Rebuild && outcome.is_ok();
                self.finish(&id, outcome).await;
            }
        }
        changed
    }

    async fn store_task(&self, task: &Task) -> anyhow::Result<String> {
        match task {
            Task::Redrive(_) => bail!("a redrive needs the source"),
            Task::Replay { from, to } => {
                let sink = self.store();
                let replayed = replay(&*self.bus, &*sink, &self.codec, *from..*to, &self.process).await?;
                Ok(format!("{} events read, rows of {} tickets made again", replayed.records, replayed.tickets))
            }
            Task::Rebuild => self.rebuild().await,
        }
    }

    /// Makes the store again and puts it in place of the old one, while others ask.
    /// Makes the store again from the log, and uses the new one from then on.
    pub(super) async fn rebuild(&self) -> anyhow::Result<String> {
        let bus: Arc<dyn Bus> = Arc::clone(&self.bus) as _;
        let (store, said) = fresh_store(&self.data_dir, bus, Arc::clone(&self.codec), &self.process).await?;
        self.sink.send_replace(Arc::new(store));
        self.survey().await?;
        Ok(said)
    }

    async fn waiting(&self) -> Vec<(String, Task)> {
        let queued = match self.control.queued_maintenance().await {
            Ok(queued) => queued,
            Err(error) => {
                tracing::warn!(%error, "maintenance not looked at");
                return Vec::new();
            }
        };
        let mut tasks = Vec::new();
        for one in queued {
            if clock::now() > one.requested_at.plus_seconds(WAIT_S_MAX) {
                self.finish(&one.id, Err(anyhow::anyhow!("nobody waits for it any more"))).await;
                continue;
            }
            match serde_json::from_str(&one.task) {
                Ok(task) => tasks.push((one.id, task)),
                Err(error) => self.finish(&one.id, Err(anyhow::anyhow!("task not understood: {error}"))).await,
            }
        }
        tasks
    }

    async fn finish(&self, id: &str, outcome: anyhow::Result<String>) {
        let outcome = outcome.map_err(|error| format!("{error:#}"));
        if let Err(error) = self.control.finish_maintenance(id, &outcome, clock::now()).await {
            tracing::warn!(%error, "answer of maintenance not written");
        }
    }
}

impl Task {
    /// Where to see what became of it, for whoever does not wait.
    const fn whereabouts(&self) -> &'static str {
        match self {
            Self::Redrive(_) => "Ctrl-C does not take it back; `farol dead-letters list` shows what waits still",
            Self::Replay { .. } | Self::Rebuild => {
                "Ctrl-C does not take it back; the log of the running Farol shows its end"
            }
        }
    }
}

async fn rebuild_alone(data_dir: &Path, config: &Config) -> anyhow::Result<String> {
    let bus = Arc::new(EmbeddedBus::open(data_dir).await?);
    let codec = Arc::new(Codec::new()?);
    let (store, said) = fresh_store(data_dir, Arc::clone(&bus) as _, codec, &how_to_process(config)).await?;
    store.close().await;
    bus.close().await;
    Ok(said)
}

/// Fills a new generation from the whole log and puts it in place of the old one, which need not be readable.
async fn fresh_store(
    data_dir: &Path,
    bus: Arc<dyn Bus>,
    codec: Arc<Codec>,
    process: &process::Config,
) -> anyhow::Result<(EmbeddedSink, String)> {
    refuse_nothing(data_dir, bus.as_ref()).await?;
    let fresh = EmbeddedSink::create_generation(data_dir, embedded::Config::default(), clock::now).await?;
    let fresh = Arc::new(fresh);
    let mut processor = Processor::new(bus, Arc::clone(&fresh) as _, codec, process.clone(), clock::now);
    let offset =
        rebuild(&mut processor, |processed| tracing::info!(offset = processed.position.0, "rebuilding")).await?;
    drop(processor);
    let fresh = Arc::try_unwrap(fresh).ok().context("the new store is still in use")?;
    let active = fresh.activate().await?;
    desk::remember_rules(data_dir, process.trash, process.calendar_zone)?;
    Ok((active, format!("{} events folded again; the new store is in place", offset.0)))
}

/// Refuses to put a store in place that is made from no log at all while the present one holds what only it still knows.
async fn refuse_nothing(data_dir: &Path, bus: &dyn Bus) -> anyhow::Result<()> {
    // A store that cannot be read is no loss.
    let Ok(stored) = embedded::progress(data_dir).await else { return Ok(()) };
    if stored.position.0 > 0 && bus.end(TICKETS).await?.0 == 0 {
        anyhow::bail!(
            "the log is empty or missing, and the store holds what it made of {} events: a rebuild would leave nothing. Put log.sqlite \
             back from a backup, or keep this directory aside and let `farol up` read GLPI into a new one",
            stored.position
        );
    }
    Ok(())
}
