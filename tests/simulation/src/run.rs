//! Run: one world from its seed, until it is quiet again, and what was wrong then.

use glpi_sim::http::{Misbehaviour, Misdeed};

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
    /// The write around which the power is cut, once.
    pub cut_at: Option<u64>,
    /// How GLPI misbehaves while faults happen.
    pub misbehaviour: Option<Misbehaviour>,
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
    /// Times the power was cut.
    pub cuts: u64,
    /// Places around writes at which it could be cut.
    pub points: u64,
    /// Events in the log.
    pub events: u64,
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
        let rates =
            Rates { cut: 300 + often(2_000), busy: often(600), lost: often(600), full: often(200), slow: often(1_000) };
        let (tickets, rounds) = (4 + chance.below(16) as usize, 80 + chance.below(200) as u32);
        Self {
            seed,
            tickets,
            rounds,
            rates,
            misbehaviour: misbehaviour(&chance),
            cut_at: None,
            bug: None,
            is_told: false,
        }
    }

    /// The same world in which nothing fails by itself.
    #[must_use]
    pub fn calm(self) -> Self {
        Self { rates: Rates::default(), misbehaviour: None, ..self }
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
    Some(Misbehaviour { seed: chance.below(u64::MAX), per_thousand: 5 + chance.below(60) as u32, kinds })
}
