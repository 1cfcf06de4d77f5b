//! Run: one world from its seed, until it is quiet again, and what was wrong then.

use std::collections::BTreeMap;

use glpi_sim::http::{Misbehaviour, Misdeed};
use pipeline::ingest::FuseConfig;

use crate::{bugs::Bug, chance::Chance, faults::Rates, world::World};

/// What one world is like.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Decides every chance.
    pub seed: u64,
    /// Tickets at the beginning.
    pub tickets: usize,
    /// Steps while faults happen.
    pub rounds: u32,
    /// How often what fails.
    pub rates: Rates,
    /// Points around writes at which the power is cut, whatever the rates.
    pub cuts_at: Vec<u64>,
    /// People have done something before one call to GLPI in so many; before none where it is 0, and what was missed once, no
    /// change brings back.
    pub work_one_in: u32,
    /// How GLPI misbehaves while faults happen.
    pub misbehaviour: Option<Misbehaviour>,
    /// When too many rows that cannot be read stop ingestion.
    pub fuse: FuseConfig,
    /// Whether the clock process runs.
    pub tells_of_clocks: bool,
    /// A mistake made on purpose.
    pub bug: Option<Bug>,
    /// Whether the trace is kept line by line.
    pub is_told: bool,
}

/// How a world ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What is wrong; nothing in a right one.
    pub violations: Vec<String>,
    /// Points around writes at which the power was cut: each of this world is another one.
    pub cuts: u64,
    /// Points around writes at which it could be cut.
    pub points: u64,
    /// Events in the log.
    pub events: u64,
    /// Simulated seconds.
    pub simulated_s: u64,
    /// What happened how often; see [`coverage`](crate::coverage).
    pub happened: BTreeMap<&'static str, u64>,
    /// Everything that happened, in one number.
    pub hash: u64,
    /// The same line by line, if the plan asks for it.
    pub lines: Vec<String>,
}

impl Plan {
    /// The world of `seed`: each kind of fault is there in half of all worlds.
    pub fn of(seed: u64) -> Self {
        let chance = Chance::new(seed);
        let often = |most: u64| if chance.hits(1, 2) { chance.below(most) as u32 } else { 0 };
        let cut = 300 + often(2_000);
        let (busy, lost, full, slow) = (often(600), often(600), often(200), often(1_000));
        let mut plan = Self {
            seed,
            tickets: 4 + chance.below(16) as usize,
            rounds: 80 + chance.below(200) as u32,
            rates: Rates { cut, cut_elsewhere: cut / 10, busy, lost, full, slow },
            misbehaviour: misbehaviour(&chance),
            cuts_at: Vec::new(),
            work_one_in: if chance.hits(1, 8) { 0 } else { 8 },
            fuse: FuseConfig::default(),
            tells_of_clocks: false,
            bug: None,
            is_told: false,
        };
        match chance.below(8) {
            0 => plan.changes_schema(&chance),
            1..6 => plan.storms(&chance),
            _ => {}
        }
        // Drawn last: without it a world is what it was before there was a clock process.
        plan.tells_of_clocks = chance.hits(3, 4);
        plan
    }

    /// The power is hardly ever there for long, and fails around writes, so that small steps are made between two cuts.
    fn storms(&mut self, chance: &Chance) {
        self.tickets = self.tickets.min(3 + chance.below(6) as usize);
        self.rates.cut = 2_500 + chance.below(4_000) as u32;
        // Rarer than around writes, or nobody would ever come to one.
        self.rates.cut_elsewhere = chance.below(20) as u32;
        self.rounds *= 6;
        if let Some(misbehaviour) = &mut self.misbehaviour {
            // Megabytes take the machine's time, and other worlds have them.
            misbehaviour.kinds.retain(|kind| !matches!(kind, Misdeed::HugeField | Misdeed::Bomb));
        }
        if self.work_one_in > 0 {
            self.work_one_in = 100;
        }
    }

    /// A new GLPI that nobody has tried before: rows lack what they need.
    fn changes_schema(&mut self, chance: &Chance) {
        let kinds = [Misdeed::ColumnMissing, Misdeed::ColumnsAdded, Misdeed::TextColumnMissing];
        let kinds = if chance.hits(1, 2) { [Misdeed::ColumnMissing].into() } else { kinds.into() };
        let per_thousand = 500 + chance.below(500) as u32;
        self.misbehaviour = Some(Misbehaviour { seed: chance.below(u64::MAX), per_thousand, kinds });
        self.tickets += 10;
        self.fuse = FuseConfig { window_rows: 400, rows_min: 40, dead_ratio_max: 0.15 };
        // The fuse forgets with the process.
        self.rates.cut = self.rates.cut.min(100);
        self.rates.cut_elsewhere = 1;
    }

    /// The same world in which nothing fails by itself.
    #[must_use]
    pub fn calm(self) -> Self {
        Self { rates: Rates::default(), misbehaviour: None, ..self }
    }

    /// A small one in which nothing fails by itself, to cut the power at each of its points.
    pub fn small(seed: u64) -> Self {
        let chance = Chance::new(seed);
        Self { tickets: 2 + chance.below(4) as usize, rounds: 60 + chance.below(60) as u32, ..Self::of(seed).calm() }
    }
}

/// Runs the world of `plan` on this thread.
pub fn run(plan: &Plan) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    // Without tokio's budget for a task: when it is used up depends on how fast other threads of the machine are.
    runtime.block_on(tokio::task::unconstrained(async { World::new(plan)?.end().await }))
}

/// In half of all worlds GLPI misbehaves, in some of the ways it knows.
fn misbehaviour(chance: &Chance) -> Option<Misbehaviour> {
    if chance.hits(1, 2) {
        return None;
    }
    let kinds = Misdeed::ALL.into_iter().filter(|_| chance.hits(1, 3)).collect();
    Some(Misbehaviour { seed: chance.below(u64::MAX), per_thousand: 10 + chance.below(120) as u32, kinds })
}
