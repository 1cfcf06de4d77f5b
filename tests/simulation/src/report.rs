//! The report: `docs/reliability.md`, from the figures that long runs left and from nothing else.

mod large;
pub mod matrix;
mod words;

use std::{fmt::Write as _, fs, path::Path};

use anyhow::Context as _;
use serde_json::Value;

use words::{ALONE, HEAD, NOT_COVERED};

/// What runs left: documents as [`Record`](crate::record::Record) writes them.
#[derive(Debug)]
pub struct Runs(Vec<Value>);

/// Writes the report of the figures in `runs` to `out`. What fuzzing and a large desk showed lies beside that folder.
pub fn write(runs: &Path, out: &Path) -> anyhow::Result<()> {
    let beside = runs.parent().unwrap_or(runs);
    let text = Runs::read(runs)?
        .report(read(&beside.join("fuzzing.json"))?.as_ref(), read(&beside.join("scale.json"))?.as_ref())?;
    crate::record::write(out, &text)
}

/// A document, if it is there.
fn read(path: &Path) -> anyhow::Result<Option<Value>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    serde_json::from_str(&text).map(Some).with_context(|| format!("{} is no JSON", path.display()))
}

impl Runs {
    fn read(folder: &Path) -> anyhow::Result<Self> {
        let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
        let mut paths: Vec<_> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
        paths.sort();
        let documents = paths.iter().map(|path| Ok(read(path)?.unwrap_or(Value::Null)));
        Ok(Self(
            documents.collect::<anyhow::Result<Vec<_>>>()?.into_iter().filter(|it| it["run"].is_string()).collect(),
        ))
    }

    /// The documents of the run called `name`.
    fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Value> {
        self.0.iter().filter(move |document| document["run"] == name)
    }

    /// The sum of a figure over runs of one name.
    fn sum(&self, run: &str, figure: &str) -> u64 {
        self.of(run).filter_map(|document| document["figures"][figure].as_u64()).sum()
    }

    /// The sum of a figure over all runs.
    fn all(&self, figure: &str) -> u64 {
        self.0.iter().filter_map(|document| document["figures"][figure].as_u64()).sum()
    }

    /// How often something of a kind happened in the runs of a name.
    pub fn times(&self, run: &str, kind: &str) -> u64 {
        let of = |document: &Value| {
            let figures = &document["figures"];
            figures["happened"][kind].as_u64().or_else(|| figures["kinds"][kind].as_u64())
        };
        self.of(run).filter_map(of).sum()
    }

    fn report(&self, fuzzing: Option<&Value>, scale: Option<&Value>) -> anyhow::Result<String> {
        let mut text = HEAD.to_owned();
        self.sums(&mut text)?;
        self.each_run(&mut text)?;
        self.faults(&mut text)?;
        self.happenings(&mut text)?;
        self.exhaustive(&mut text)?;
        self.bugs(&mut text)?;
        beside(&mut text, fuzzing, scale)?;
        text.push_str(NOT_COVERED);
        Ok(text)
    }

    fn sums(&self, text: &mut String) -> anyhow::Result<()> {
        let crash_points = self.sum("worlds", "crash_points") + self.sum("exhaustive", "crash_points");
        let simulated_h = (self.sum("worlds", "simulated_s") + self.sum("exhaustive", "simulated_s")) / 3_600;
        let kills = self.all("kills");
        let rows = [
            ("Simulated crash points", crash_points.to_string()),
            ("Simulated worlds", (self.sum("worlds", "worlds") + self.sum("exhaustive", "worlds")).to_string()),
            ("Simulated hours", simulated_h.to_string()),
            ("Kills of the real process", kills.to_string()),
            ("of these at chosen system calls", self.sum("syscalls", "kills").to_string()),
            ("Power cuts under a real ext4", self.sum("power", "cuts").to_string()),
            ("Hardships and stretches of failing calls", self.all("faults").to_string()),
            ("Damages done to files", self.sum("damage", "damages").to_string()),
            ("Planted mistakes caught", format!("{} of {}", self.sum("bugs", "caught"), self.sum("bugs", "planted"))),
            ("Power cuts noticed where fsync did nothing", self.sum("power-planted", "planted_noticed").to_string()),
            ("**Lost**", format!("**{}**", self.all("lost"))),
            ("**Doubled**", format!("**{}**", self.all("doubled"))),
            ("Damaged by what was survived", self.all("damaged").to_string()),
            ("Otherwise wrong", self.all("wrong").to_string()),
        ];
        writeln!(text, "\n| What | How much |\n|---|---:|")?;
        for (what, figure) in rows {
            writeln!(text, "| {what} | {figure} |")?;
        }
        for violation in self.0.iter().filter_map(|it| it["figures"]["violations"].as_array()).flatten() {
            writeln!(text, "\nWrong: `{:.300}`", violation.as_str().unwrap_or_default().replace('`', "'"))?;
        }
        Ok(())
    }

    fn each_run(&self, text: &mut String) -> anyhow::Result<()> {
        writeln!(
            text,
            "\n## Runs\n\n| Run | Commit | Build | Machine | Seeds | Seconds | Ended |\n|---|---|---|---|---|---:|---|"
        )?;
        for document in &self.0 {
            let (figures, machine) = (&document["figures"], &document["machine"]);
            let seeds = match (figures["first_seed"].as_u64(), figures["seed"].as_u64()) {
                (Some(first), _) => format!("{first} to {}", figures["last_seed"]),
                (None, Some(seed)) => seed.to_string(),
                (None, None) => "each world's own".to_owned(),
            };
            writeln!(
                text,
                "| {} | {} | {} | {} cores, {} MiB, Linux {} | {seeds} | {} | {} |",
                word(&document["run"]),
                word(&document["commit"]),
                word(&document["build"]),
                machine["cores"],
                machine["memory_mib"],
                word(&machine["kernel"]),
                document["duration_s"],
                if document["is_complete"] == true { "by itself" } else { "cut short" },
            )?;
        }
        writeln!(text, "\n{ALONE}")?;
        Ok(())
    }

    fn faults(&self, text: &mut String) -> anyhow::Result<()> {
        writeln!(text, "\n## Fault kinds and components\n")?;
        writeln!(
            text,
            "A number is how often a long run did it; a name is a test of every change; a dash says why there is neither.\n"
        )?;
        writeln!(text, "| Kind | {} |", matrix::COMPONENTS.join(" | "))?;
        writeln!(text, "|---|{}", "---|".repeat(matrix::COMPONENTS.len()))?;
        for (kind, cells) in &matrix::MATRIX {
            let cells: Vec<String> = cells.iter().map(|cell| cell.show(self)).collect();
            writeln!(text, "| {kind} | {} |", cells.join(" | "))?;
        }
        Ok(())
    }

    fn happenings(&self, text: &mut String) -> anyhow::Result<()> {
        writeln!(text, "\n## What happened in simulated worlds\n\n| What | Times |\n|---|---:|")?;
        for kind in crate::coverage::all() {
            writeln!(text, "| {kind} | {} |", self.times("worlds", kind) + self.times("exhaustive", kind))?;
        }
        writeln!(text, "\n## What was done to the real process\n\n| Run | What | Times |\n|---|---|---:|")?;
        for run in ["kills", "syscalls", "power", "hostile"] {
            let kinds: std::collections::BTreeSet<&String> = self
                .of(run)
                .filter_map(|it| it["figures"]["kinds"].as_object())
                .flat_map(|kinds| kinds.keys())
                .collect();
            for kind in kinds {
                writeln!(text, "| {run} | {kind} | {} |", self.times(run, kind))?;
            }
        }
        Ok(())
    }

    fn exhaustive(&self, text: &mut String) -> anyhow::Result<()> {
        for document in self.of("exhaustive") {
            let figures = &document["figures"];
            writeln!(text, "\n## Each point of small worlds\n\n| World | Points, each cut once |\n|---|---:|")?;
            for world in figures["cut_at_each_point"].as_array().into_iter().flatten() {
                writeln!(text, "| {} | {} |", world["seed"], world["points"])?;
            }
            let twice = &figures["cut_twice"];
            writeln!(
                text,
                "\nWorld {} was cut twice, at each point and again at each of the {} next ones: {} pairs.",
                twice["seed"], twice["again_within"], twice["pairs"]
            )?;
        }
        Ok(())
    }

    fn bugs(&self, text: &mut String) -> anyhow::Result<()> {
        writeln!(text, "\n## Mistakes made on purpose\n\n| Mistake | Caught in world | By |\n|---|---:|---|")?;
        for bug in self.of("bugs").filter_map(|it| it["figures"]["bugs"].as_array()).flatten() {
            let seed = bug["seed"].as_u64().map_or("**never**".to_owned(), |seed| seed.to_string());
            let said: String = word(&bug["said"]).chars().take(90).collect();
            writeln!(text, "| {} | {seed} | {} |", word(&bug["bug"]), said.replace('|', "/"))?;
        }
        Ok(())
    }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or("unknown")
}

/// What other programs measured.
fn beside(text: &mut String, fuzzing: Option<&Value>, scale: Option<&Value>) -> anyhow::Result<()> {
    writeln!(text, "\n## Fuzzing\n")?;
    match fuzzing.and_then(|it| it["targets"].as_object()) {
        None => writeln!(text, "No figures were left in `docs/fuzzing.json`.")?,
        Some(targets) => {
            writeln!(
                text,
                "| Target | Executions | Seconds | Crashes found and mended | Kept inputs |\n|---|---:|---:|---:|---:|"
            )?;
            for (name, of) in targets {
                let [executions, seconds, crashes, files] =
                    ["executions", "seconds", "crashes_found", "corpus_files"].map(|figure| &of[figure]);
                writeln!(text, "| {name} | {executions} | {seconds} | {crashes} | {files} |")?;
            }
        }
    }
    writeln!(text, "\n## A large desk\n")?;
    match scale {
        None => writeln!(text, "No figures were left in `docs/scale.json`.")?,
        Some(scale) => large::large(text, scale)?,
    }
    Ok(())
}
