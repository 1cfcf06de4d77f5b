//! `farol status`: how far ingestion has come, from log, store and board; also beside a running `farol up`.

mod sentences;

use std::{collections::BTreeMap, path::Path};

use analytics::{
    stores::{self, Store as _, embedded::EmbeddedStore},
    tables,
};
use anyhow::Context as _;
use arrow::array::AsArray as _;
use clap::Args;
use control::Control;
use pipeline::buses::{Bus as _, embedded::EmbeddedBus};
use schemas::{Instant, ingestion::IngestionStatus, tables::Table};
use serde_json::{Value, json};

use crate::{clock, config::Settings, datadir, engine};

use sentences::Report;

/// Letters fetched at once.
const LETTERS_PAGE: u32 = 500;

#[derive(Args, Debug)]
pub(crate) struct Status {
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Status {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let config = self.settings.resolve()?;
        let dir = datadir::existing(&config.data_dir)?;
        let is_running = datadir::is_held(dir)?;
        let status = read(dir).await?;
        let tickets = tickets(dir).await?;
        let now = clock::now();
        if self.json {
            let mut document = document(&status, &tickets, engine::lag_s(&status, now));
            document["running"] = is_running.into();
            say!("{document}");
        } else {
            let waiting = waiting_letters(dir).await?;
            let report = Report { status: &status, tickets: &tickets, waiting, is_running, now };
            crate::out::print(format_args!("{report}"));
        }
        Ok(())
    }
}

/// The board, corrected by what log and store say themselves.
async fn read(dir: &Path) -> anyhow::Result<IngestionStatus> {
    let mut status = Control::open(dir).await?.read_status().await?.unwrap_or_default();
    let bus = EmbeddedBus::open_read_only(dir).await?;
    engine::Facts::read(&bus, dir).await?.write(&mut status);
    status.caught_up &= status.stored_offset >= status.end_offset;
    Ok(status)
}

/// Dead letters that were not read meanwhile.
async fn waiting_letters(dir: &Path) -> anyhow::Result<usize> {
    let bus = EmbeddedBus::open_read_only(dir).await?;
    let (mut waiting, mut after) = (0, None);
    loop {
        let page = bus.dead_letters().list(after.as_deref(), LETTERS_PAGE).await?;
        let Some(last) = page.last() else { return Ok(waiting) };
        after = Some(last.id.clone());
        waiting += page.iter().filter(|letter| letter.redriven_at.is_none()).count();
    }
}

/// Tickets by presence.
async fn tickets(dir: &Path) -> anyhow::Result<BTreeMap<&'static str, u64>> {
    let mut tickets = BTreeMap::from([("live", 0), ("trashed", 0), ("purged", 0), ("hidden", 0)]);
    let snapshot = match EmbeddedStore::open(dir).snapshot().await {
        Ok(snapshot) => snapshot,
        Err(stores::Error::Empty) => return Ok(tickets),
        Err(error) => return Err(error.into()),
    };
    let mut rows = tables::read(&*snapshot, Table::Tickets, &["presence"]).await?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let presences = batch.column(0).as_string_opt::<i32>().context("presence is no text")?;
        for presence in presences.iter().flatten() {
            if let Some((_, count)) = tickets.iter_mut().find(|(name, _)| **name == presence) {
                *count += 1;
            }
        }
    }
    Ok(tickets)
}

fn document(status: &IngestionStatus, tickets: &BTreeMap<&str, u64>, lag: Option<f64>) -> Value {
    json!({
        "caught_up": status.caught_up,
        "phase": status.phase,
        "phase_since": time(status.phase_since),
        "progress": status.progress.map(|(done, total)| json!({"done": done, "total": total})),
        "tickets": tickets,
        "rows": status.rows,
        "events": status.events,
        "retries": status.retries,
        "lag_seconds": lag,
        "cursor": status.cursor,
        "clocks": {
            "running": status.clocks.running,
            "next_at": time(status.clocks.next_at),
            "told": status.clocks.told,
            "error": status.clocks.error,
        },
        "offsets": {"end": status.end_offset, "stored": status.stored_offset},
        "breaker": status.breaker,
        "brake": status.brake,
        "last_error": status.last_error,
        "error_since": time(status.error_since),
        "store_error": status.store_error,
        "store_error_since": time(status.store_error_since),
        "watermark": time(status.stored_watermark),
        "updated_at": status.updated_at.to_string(),
    })
}

fn time(at: Option<Instant>) -> Option<String> {
    at.map(|at| at.to_string())
}
