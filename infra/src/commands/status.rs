//! `farol status`: how far ingestion has come, from log, store and board; also beside a running `farol up`.

use std::{collections::BTreeMap, path::Path};

use analytics::{
    stores::{self, Store as _, embedded::EmbeddedStore},
    tables,
};
use anyhow::Context as _;
use arrow::array::AsArray as _;
use clap::Args;
use control::Control;
use pipeline::buses::embedded::EmbeddedBus;
use schemas::{ingestion::IngestionStatus, tables::Table};
use serde_json::{Value, json};

use crate::{clock, config::Settings, datadir, engine};

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
        let lag = engine::lag_s(&status, clock::now());
        if self.json {
            let mut document = document(&status, &tickets, lag);
            document["running"] = is_running.into();
            println!("{document}");
        } else {
            println!("{:<12}{}", "process", if is_running { "running" } else { "not running" });
            print!("{}", sentences(&status, &tickets, lag));
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
        "tickets": tickets,
        "rows": status.rows,
        "events": status.events,
        "lag_seconds": lag,
        "cursor": status.cursor,
        "offsets": {"end": status.end_offset, "stored": status.stored_offset},
        "breaker": status.breaker,
        "last_error": status.last_error,
        "store_error": status.store_error,
        "updated_at": status.updated_at.to_string(),
    })
}

fn sentences(status: &IngestionStatus, tickets: &BTreeMap<&str, u64>, lag: Option<f64>) -> String {
    let IngestionStatus { rows, events, .. } = status;
    let place = match status.phase.as_str() {
        _ if status.caught_up => "caught up".to_owned(),
        "" => "not begun".to_owned(),
        phase => format!("not caught up: {phase}"),
    };
    let of_rows = format!(
        "{} fetched = {} repeated + {} converted + {} filtered + {} dead",
        rows.fetched, rows.repeated, rows.converted, rows.filtered, rows.dead,
    );
    let of_events = format!(
        "{} appended = {} stored + {} repeated + {} filtered + {} dead + {} to come",
        events.appended,
        events.stored,
        events.repeated,
        events.filtered,
        events.dead,
        events.pending(),
    );
    let of_tickets = format!(
        "{} live, {} in the trash, {} purged, {} out of sight",
        tickets["live"], tickets["trashed"], tickets["purged"], tickets["hidden"],
    );
    let lines = [
        ("ingestion", Some(place)),
        ("lag", Some(lag.map_or("not known yet".to_owned(), |lag| format!("{lag:.0} s")))),
        ("tickets", Some(of_tickets)),
        ("rows", Some(of_rows)),
        ("events", Some(of_events)),
        ("offsets", Some(format!("stored {} of {}", status.stored_offset, status.end_offset))),
        ("breaker", json!(status.breaker).as_str().map(str::to_owned)),
        ("cursor", status.cursor.clone()),
        ("last error", status.last_error.clone()),
        ("store error", status.store_error.clone()),
    ];
    let said = lines.into_iter().filter_map(|(name, text)| Some(format!("{name:<12}{}\n", text?)));
    said.collect::<Vec<_>>().concat()
}
