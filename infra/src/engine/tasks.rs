//! Maintenance: what commands ask of the process that holds the data directory, or do themselves when nobody does.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use control::{Control, MaintenanceState};
use pipeline::{
    buses::Bus,
    ingest::Ingest,
    replay::{rebuild, replay},
    sinks::embedded::{self, EmbeddedSink},
};
use schemas::Instant;
use serde::{Deserialize, Serialize};

use crate::{clock, config::Config, datadir::DataDir, desk};

use super::{Engine, ingestion::redrive};

/// How often a command looks whether its task is done.
const LOOK_INTERVAL: Duration = Duration::from_millis(100);
/// A task that waited longer has lost its asker.
const WAIT_S_MAX: i64 = 3_600;
/// How many letters a list asks for at once.
const LETTERS_PAGE: u32 = 500;

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
    let control = Control::open(data_dir).await?;
    if let Some(taken) = DataDir::try_take(data_dir)? {
        return alone(&taken, control, config, task).await;
    }
    let id = control.queue_maintenance(&serde_json::to_string(task)?, clock::now()).await?;
    loop {
        tokio::time::sleep(LOOK_INTERVAL).await;
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
    let engine = match task {
        Task::Rebuild => Engine::open_any(taken.path(), control, config).await?,
        _ => Engine::open(taken.path(), control, config).await?,
    };
    let outcome = match task {
        Task::Redrive(ids) => {
            let mut ingest = engine.ingest(config)?;
            let outcome = engine.redrive(&mut ingest, ids).await;
            ingest.close().await;
            let mut processor = engine.processor(engine.store());
            rebuild(&mut processor, |_| {}).await?;
            outcome
        }
        _ => engine.store_task(task).await,
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
                let replayed = replay(&*self.bus, &*sink, &self.codec, *from..*to, self.process.trash).await?;
                Ok(format!("{} events read, rows of {} tickets made again", replayed.records, replayed.tickets))
            }
            Task::Rebuild => self.rebuild().await,
        }
    }

    /// Fills a new generation from the whole log, then puts it in place of the old one.
    async fn rebuild(&self) -> anyhow::Result<String> {
        let fresh = EmbeddedSink::create_generation(&self.data_dir, embedded::Config::default(), clock::now).await?;
        let fresh = Arc::new(fresh);
        let mut processor = self.processor(Arc::clone(&fresh) as _);
        let offset =
            rebuild(&mut processor, |processed| tracing::info!(offset = processed.position.0, "rebuilding")).await?;
        drop(processor);
        let fresh = Arc::try_unwrap(fresh).ok().context("the new store is still in use")?;
        let active = Arc::new(fresh.activate().await?);
        self.sink.send_replace(active);
        desk::remember_trash(&self.data_dir, self.process.trash)?;
        self.survey().await?;
        Ok(format!("{} events folded again; the new store is in place", offset.0))
    }

    async fn redrive(&self, ingest: &mut Ingest, ids: &[String]) -> anyhow::Result<String> {
        let ids = if ids.is_empty() { self.letters_waiting().await? } else { ids.to_vec() };
        let mut sentences = Vec::new();
        for id in &ids {
            sentences.push(redrive(ingest, id).await.unwrap_or_else(|error| format!("{id}: {error}")));
        }
        self.survey().await?;
        sentences.push(format!("{} dead letters driven again", ids.len()));
        Ok(sentences.join("\n"))
    }

    async fn letters_waiting(&self) -> anyhow::Result<Vec<String>> {
        let mut ids = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.bus.dead_letters().list(after.as_deref(), LETTERS_PAGE).await?;
            let Some(last) = page.last() else { return Ok(ids) };
            after = Some(last.id.clone());
            ids.extend(page.into_iter().filter(|letter| letter.redriven_at.is_none()).map(|letter| letter.id));
        }
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
