//! `farol verify`: reads everything in the data directory and says what is whole, what is damaged and what heals it.
//!
//! It writes nothing, and works beside a running `farol up`.

mod heal;
mod rows;

use std::{collections::BTreeSet, path::Path};

use anyhow::bail;
use clap::Args;
use control::Control;
use pipeline::{
    Finding, announce,
    buses::{self, Bus as _, SLA, TICKETS, embedded::EmbeddedBus},
    sinks::embedded::{self, Progress, Verified},
};
use schemas::manifest::STORE;
use serde_json::json;

use crate::{config::Settings, datadir, desk, signing};

/// What Farol keeps in a data directory, or people may keep beside it.
const KNOWN: [&str; 7] = ["LOCK", "desk.json", "signing.key", "store", "log.sqlite", "control.sqlite", "farol.toml"];
/// What SQLite keeps beside its files.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Verify {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let config = self.settings.resolve()?;
        let findings = verify(datadir::existing(&config.data_dir)?).await;
        let advice = heal::advice(&findings);
        let damaged = findings.iter().filter(|finding| !finding.is_whole).count();
        if self.json {
            say!("{}", document(&findings, &advice));
        } else {
            for Finding { place, is_whole, sentence } in &findings {
                say!("{} {place}: {sentence}", if *is_whole { "whole  " } else { "DAMAGED" });
            }
            for sentence in advice {
                say!("{sentence}");
            }
        }
        match damaged {
            0 => Ok(()),
            1 => bail!("one thing is damaged"),
            more => bail!("{more} things are damaged"),
        }
    }
}

fn document(findings: &[Finding], advice: &[String]) -> serde_json::Value {
    let finding =
        |finding: &Finding| json!({"place": finding.place, "is_whole": finding.is_whole, "sentence": finding.sentence});
    json!({
        "is_whole": findings.iter().all(|finding| finding.is_whole),
        "findings": findings.iter().map(finding).collect::<Vec<_>>(),
        "advice": advice,
    })
}

async fn verify(dir: &Path) -> Vec<Finding> {
    // The store first: it can then never be beyond the end of the log that is read after it.
    let Verified { findings: mut of_store, progress, rows_of_events, ticket_states } = embedded::verify(dir).await;
    let is_store_whole = of_store.iter().all(|finding| finding.is_whole);
    if is_store_whole && progress.is_some() {
        of_store.extend(rows::verify(dir, ticket_states).await);
    }
    let mut findings = small_files(dir).await;
    if dir.join(EmbeddedBus::FILE).exists() {
        findings.extend(buses::embedded::verify(dir, is_readable).await);
    } else if progress.is_some() {
        findings.push(Finding::damaged(EmbeddedBus::FILE, "is missing"));
    } else {
        findings.push(Finding::whole(EmbeddedBus::FILE, "is not there: nothing was read yet"));
    }
    findings.extend(of_store);
    // What a damaged store says of itself is no witness against the log.
    if is_store_whole && let Some(progress) = progress {
        findings.push(conserved(dir, progress, rows_of_events).await);
        let Progress { position, told, counts } = progress;
        let counted = counts.stored + counts.repeated + counts.filtered + counts.dead;
        if counted != position.0 + told.0 {
            let sentence =
                format!("{counted} events are counted, and the log was read up to {position}, of clocks up to {told}");
            findings.push(Finding::damaged(STORE, sentence));
        }
    }
    findings
}

/// Whether log and store agree on how many events there are.
async fn conserved(dir: &Path, Progress { position, told, counts }: Progress, rows: u64) -> Finding {
    let ends = async {
        let bus = EmbeddedBus::open_read_only(dir).await?;
        Ok::<_, buses::Error>((bus.end(TICKETS).await?, bus.end(SLA).await?))
    };
    let beyond = |seen, end| {
        Finding::damaged(EmbeddedBus::FILE, format!("ends at {end}, and the store has seen it up to {seen}"))
    };
    let stored = counts.stored;
    match ends.await {
        // The log says so itself.
        Err(_) => Finding::whole(STORE, "cannot be compared with a log that cannot be read"),
        Ok((end, _)) if position > end => beyond(position, end),
        Ok((_, end)) if told > end => beyond(told, end),
        Ok(_) if rows != stored => {
            Finding::damaged(STORE, format!("{stored} events were stored, and there are rows of {rows}"))
        }
        Ok((end, of_clocks)) => {
            let (seen, events) = (position.0 + told.0, end.0 + of_clocks.0);
            Finding::whole(STORE, format!("has seen {seen} of {events} events, and holds rows of {stored}"))
        }
    }
}

/// Whether what the ledger holds in `space` can be read.
fn is_readable(space: &str, value: &[u8]) -> bool {
    connectors::source::is_readable(space, value) && announce::is_readable(space, value)
}

async fn small_files(dir: &Path) -> Vec<Finding> {
    let said = |place: &str, outcome: Result<(), String>| match outcome {
        Ok(()) => Finding::whole(place, "is in order"),
        Err(reason) => Finding::damaged(place, reason),
    };
    let mut findings = vec![
        said("desk.json", desk::verify(dir).map_err(|error| format!("{error:#}"))),
        said("signing.key", signing::verify(dir).map_err(|error| format!("{error:#}"))),
        said("control.sqlite", Control::verify(dir).await),
    ];
    let names = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let names: BTreeSet<String> = names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    for name in names {
        let bare = BESIDE.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(&name);
        if !KNOWN.contains(&bare) {
            findings.push(Finding::whole(&name, "is none of Farol's files"));
        }
    }
    findings
}
