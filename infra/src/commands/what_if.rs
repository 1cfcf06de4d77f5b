//! `farol what-if`: promises as they would have been kept by other calendars, targets, pauses or priorities.
//!
//! It writes nothing, and works beside a running `farol up`. The scenario is the body of `POST /v1/sla/what-if`.

use std::{path::PathBuf, sync::Arc};

use analytics::{
    Analytics, Viewer,
    stores::embedded::EmbeddedStore,
    usecases::simulate_sla::{self, Input, WhatIf, WhatIfFigures, WhatIfRank},
};
use anyhow::Context as _;
use clap::Args;
use control::Control;

use crate::{clock, config::Settings, datadir, desk};

/// Lines of each list that are printed; JSON has more.
const SHOWN_MAX: usize = 10;

#[derive(Args, Debug)]
pub(crate) struct WhatIfArgs {
    /// The scenario: JSON, or TOML where its name ends in .toml
    #[arg(long, value_name = "FILE")]
    scenario: PathBuf,
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: Settings,
}

impl WhatIfArgs {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let input = self.read()?;
        let config = self.settings.resolve()?;
        let dir = datadir::existing(&config.data_dir)?;
        let (_, process) = desk::rules(dir, &config)?;
        let control = Arc::new(Control::open(dir).await?);
        let store = Arc::new(EmbeddedStore::open(dir));
        let analytics = Analytics::new(store, Arc::clone(&control) as _, control)?;
        let analytics = analytics.with_calendars_in(process.calendar_zone);
        let answer = simulate_sla::execute(&analytics, &Viewer::of_everything(), &input, clock::now()).await?;
        if self.json {
            say!("{}", serde_json::to_string_pretty(&answer)?);
        } else {
            show(&answer.data);
        }
        Ok(())
    }

    fn read(&self) -> anyhow::Result<Input> {
        let file = self.scenario.display();
        let text = std::fs::read_to_string(&self.scenario).with_context(|| format!("{file} cannot be read"))?;
        if self.scenario.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("toml")) {
            return toml::from_str(&text).with_context(|| format!("{file} is no scenario"));
        }
        serde_json::from_str(&text).with_context(|| format!("{file} is no scenario"))
    }
}

fn show(told: &WhatIf) {
    say!("{} promises, {} counted anew", told.promises_read, told.promises_recounted);
    say!("{:<24}{:>22}{:>22}{:>14}{:>12}", "", "kept before", "kept after", "breaches", "attainment");
    line("all", &told.whole);
    for series in told.by_clock.iter().chain(told.series.iter().take(SHOWN_MAX)) {
        line(series.key.name.as_deref().unwrap_or("none"), &series.figures);
    }
    for way in told.sides.iter().filter(|way| way.before != way.after) {
        say!("{} promises: {} before, {} after", way.promises, way.before, way.after);
    }
    for person in told.ranking.iter().filter(|person| person.rank_before.is_some()).take(SHOWN_MAX) {
        rank(person);
    }
    for promise in told.changed.iter().take(SHOWN_MAX) {
        let (before, after) = (&promise.before, &promise.after);
        say!(
            "ticket {} {}: {} of {} s, {}; then {} of {} s, {}",
            promise.ticket.id,
            promise.clock,
            before.elapsed_s,
            before.target_s,
            before.state,
            after.elapsed_s,
            after.target_s,
            after.state,
        );
    }
    if told.changed_total > SHOWN_MAX as u64 {
        say!("{} promises change sides in all; --json lists more", told.changed_total);
    }
}

fn line(name: &str, figures: &WhatIfFigures) {
    let kept = |ratio: analytics::Ratio| {
        let share = ratio.value.map(|value| format!(" {:.1} %", value * 100.0)).unwrap_or_default();
        format!("{} of {}{share}", ratio.part, ratio.whole)
    };
    let gained = figures.difference.attainment.map(|gained| format!("{:+.1} pp", gained * 100.0)).unwrap_or_default();
    let (before, after) = (kept(figures.before.attainment), kept(figures.after.attainment));
    say!("{name:<24}{before:>22}{after:>22}{:>+14}{gained:>12}", figures.difference.breached);
}

fn rank(person: &WhatIfRank) {
    let place = |rank: Option<u64>| rank.map_or_else(|| "none".to_owned(), |rank| rank.to_string());
    let name = person.technician.name.clone().unwrap_or_else(|| person.technician.id.to_string());
    say!("place {} -> {}: {name}", place(person.rank_before), place(person.rank_after));
}
