//! `farol parity`: the figures that GLPI stores beside those that mode `glpi` computes from the events.
//!
//! It writes nothing, and works beside a running `farol up`. Exit code 1 where a figure differs without a named reason.

use anyhow::{Context as _, bail};
use clap::Args;
use pipeline::{
    parity::{self, Report},
    sinks::embedded::EmbeddedSink,
};
use schemas::Instance;

use crate::{clock, config::Settings, datadir, desk};

/// Unexplained figures that are printed; JSON has more.
const SHOWN_MAX: usize = 20;

#[derive(Args, Debug)]
pub(crate) struct Parity {
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Parity {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let config = self.settings.resolve()?;
        let dir = datadir::existing(&config.data_dir)?;
        let (instance, process) = desk::rules(dir, &config)?;
        let sink = EmbeddedSink::open_read_only(dir, clock::now).await?.context("nothing is stored yet")?;
        let instance = Instance::new(&instance).context("the desk has no usable name")?;
        let report = parity::report(&sink, &instance, &process).await;
        sink.close().await;
        let report = report?;
        if self.json {
            say!("{}", serde_json::to_string_pretty(&report)?);
        } else {
            show(&report);
        }
        if report.is_explained() { Ok(()) } else { bail!("some figures differ without a known reason") }
    }
}

fn show(report: &Report) {
    say!("{} tickets", report.tickets);
    say!("{:<28}{:>10}{:>10}{:>10}{:>13}", "figure", "compared", "equal", "explained", "unexplained");
    for (name, field) in &report.fields {
        say!("{name:<28}{:>10}{:>10}{:>10}{:>13}", field.compared, field.equal, field.explained, field.unexplained);
    }
    for (reason, count) in &report.reasons {
        let words = serde_json::to_string(reason).unwrap_or_default().replace('_', " ");
        say!("{count} differ, explained by: {}", words.trim_matches('"'));
    }
    for one in report.unexplained.iter().take(SHOWN_MAX) {
        let figure = one.figure;
        say!(
            "ticket {} {}: GLPI has {}, computed {}",
            one.ticket_id,
            figure.field,
            said(figure.stored),
            said(figure.computed)
        );
    }
    if report.unexplained.len() > SHOWN_MAX {
        say!("... and more; --json lists them");
    }
}

fn said(value: Option<i64>) -> String {
    value.map_or_else(|| "nothing".to_owned(), |value| value.to_string())
}
