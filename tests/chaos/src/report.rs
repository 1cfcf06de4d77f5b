//! What a run did and found: a line for each case, and the sums.

use std::{collections::BTreeMap, path::PathBuf, time::Instant};

use serde::Serialize;
use simulation::record::Record;

use crate::{Run, tool, verdict::Violation};

/// Violations of a case that are printed; the sums hold all.
const SHOWN_MAX: usize = 5;

/// The sums of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    run: &'static str,
    seed: u64,
    cases: u64,
    /// Times the process was killed.
    pub(crate) kills: u64,
    /// Times the power was cut.
    pub(crate) cuts: u64,
    /// Faults of another kind: calls that failed or took long, hardships.
    pub(crate) faults: u64,
    /// Losses of acknowledged data that a mistake made on purpose brought about, and that were noticed.
    pub(crate) planted_noticed: u64,
    lost: u64,
    doubled: u64,
    damaged: u64,
    /// Other violations: counts that do not balance, a fault that nobody told of, a process that did not go on.
    wrong: u64,
    /// What is wrong, word by word, for the first few.
    violations: Vec<String>,
    /// How often what was done: hardships, calls that failed.
    kinds: BTreeMap<String, u64>,
    /// What the binary says of itself.
    farol: String,
    #[serde(skip)]
    begin: Instant,
    #[serde(skip)]
    record: Record,
}

impl Report {
    pub(crate) fn new(run: &'static str, told: &Run) -> anyhow::Result<Self> {
        let json: Option<PathBuf> = told.json.clone();
        Ok(Self {
            run,
            seed: told.seed,
            cases: 0,
            kills: 0,
            cuts: 0,
            faults: 0,
            planted_noticed: 0,
            lost: 0,
            doubled: 0,
            damaged: 0,
            wrong: 0,
            violations: Vec::new(),
            kinds: BTreeMap::new(),
            farol: tool::run(&told.binary()?.display().to_string(), &["--version"])?,
            begin: Instant::now(),
            record: Record::new(run, json),
        })
    }

    /// Something of a kind was done.
    pub(crate) fn did(&mut self, kind: &str) {
        *self.kinds.entry(kind.to_owned()).or_default() += 1;
    }

    /// A case is over.
    pub(crate) fn case(&mut self, what: &str, violations: &[Violation]) {
        let begin = self.begin.elapsed().as_secs_f64();
        self.cases += 1;
        let verdict = if violations.is_empty() { "right" } else { "WRONG" };
        println!("{begin:7.1} s  {verdict}  {} {}: {what}", self.run, self.cases);
        for violation in violations.iter().take(SHOWN_MAX) {
            println!("           {violation}");
            let text = format!("case {} ({what}): {violation}", self.cases);
            self.violations.push(text.replace(&std::env::temp_dir().display().to_string(), "DIR"));
        }
        for violation in violations {
            match violation {
                Violation::Lost(_) => self.lost += 1,
                Violation::Doubled(_) => self.doubled += 1,
                Violation::Damaged(_) => self.damaged += 1,
                Violation::Wrong(_) => self.wrong += 1,
            }
        }
        // A run that is cut short counts as far as it came.
        if let Err(error) = self.keep(false) {
            eprintln!("the figures cannot be kept: {error:#}");
        }
    }

    /// Says the sums.
    pub(crate) fn end(&self, is_complete: bool) -> anyhow::Result<()> {
        let duration_s = self.begin.elapsed().as_secs_f64();
        let Self { cases, kills, cuts, faults, planted_noticed, lost, doubled, damaged, wrong, .. } = self;
        println!(
            "{cases} cases, {kills} kills, {cuts} power cuts, {faults} other faults; {lost} lost, {doubled} doubled, \
             {damaged} damaged, {wrong} otherwise wrong; {planted_noticed} planted losses noticed; {duration_s:.1} s"
        );
        self.keep(is_complete)
    }

    fn keep(&self, is_complete: bool) -> anyhow::Result<()> {
        self.record.keep(is_complete, &serde_json::to_value(self)?)
    }

    pub(crate) const fn is_right(&self) -> bool {
        self.lost + self.doubled + self.damaged + self.wrong == 0
    }
}
