//! What a run did and found: a line for each case, and the sums.

use std::time::Instant;

use serde::Serialize;

use crate::{Run, verdict::Violation};

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
    duration_s: f64,
    #[serde(skip)]
    begin: Instant,
    #[serde(skip)]
    is_json: bool,
}

impl Report {
    pub(crate) fn new(run: &'static str, told: &Run) -> Self {
        Self {
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
            duration_s: 0.0,
            begin: Instant::now(),
            is_json: told.json,
        }
    }

    /// A case is over.
    pub(crate) fn case(&mut self, what: &str, violations: &[Violation]) {
        let begin = self.begin.elapsed().as_secs_f64();
        self.cases += 1;
        let verdict = if violations.is_empty() { "right" } else { "WRONG" };
        self.say(&format!("{begin:7.1} s  {verdict}  {} {}: {what}", self.run, self.cases));
        for violation in violations.iter().take(SHOWN_MAX) {
            self.say(&format!("           {violation}"));
        }
        for violation in violations {
            match violation {
                Violation::Lost(_) => self.lost += 1,
                Violation::Doubled(_) => self.doubled += 1,
                Violation::Damaged(_) => self.damaged += 1,
                Violation::Wrong(_) => self.wrong += 1,
            }
        }
    }

    /// Says the sums.
    pub(crate) fn end(&mut self) {
        self.duration_s = (self.begin.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        if self.is_json {
            match serde_json::to_string(self) {
                Ok(text) => println!("{text}"),
                Err(error) => eprintln!("the summary cannot be written: {error}"),
            }
            return;
        }
        let Self { cases, kills, cuts, faults, planted_noticed, lost, doubled, damaged, wrong, duration_s, .. } = self;
        println!(
            "{cases} cases, {kills} kills, {cuts} power cuts, {faults} other faults; {lost} lost, {doubled} doubled, \
             {damaged} damaged, {wrong} otherwise wrong; {planted_noticed} planted losses noticed; {duration_s} s"
        );
    }

    pub(crate) const fn is_right(&self) -> bool {
        self.lost + self.doubled + self.damaged + self.wrong == 0
    }

    /// Lines go where they do not mix with the JSON.
    fn say(&self, line: &str) {
        if self.is_json { eprintln!("{line}") } else { println!("{line}") }
    }
}
