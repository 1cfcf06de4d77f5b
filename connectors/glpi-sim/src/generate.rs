//! Generate: a whole desk with years of history, from a seed.
//!
//! Every ticket lives through the same moves people make on a live desk, all tickets at once in order of time, so
//! history ids grow with time. The same spec gives the same desk.

mod arrivals;
mod draft;
mod founding;
mod house;
mod life;
mod words;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use rand::SeedableRng;
use rand::rngs::SmallRng;

use crate::desk::Desk;
use crate::moves::Rules;
use crate::rows::naive::Zone;
use crate::rows::{Id, Seconds};

pub(crate) use house::House;
pub(crate) use life::{Scene, Step, usual_step};

/// The version a generated desk speaks.
const VERSION: &str = "10.0.19";
/// The zone a generated desk lives in.
const ZONE: Zone = Zone::UTC;

/// What desk to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Tickets ever opened, purged ones included.
    pub tickets: usize,
    /// Decides every chance.
    pub seed: u64,
    /// Years of history.
    pub years: u32,
    /// The desk's present; nothing happens at or after it.
    pub until: Seconds,
}

impl Spec {
    /// Ten years of history up to `until`.
    pub fn new(tickets: usize, seed: u64, until: Seconds) -> Self {
        Self { tickets, seed, years: 10, until }
    }
}

/// Generates the desk of `spec`. Its last weeks leave an open backlog, some of it overdue, some pending.
pub fn generate(spec: &Spec) -> Desk {
    let mut rng = SmallRng::seed_from_u64(spec.seed);
    let begin = spec.until - i64::from(spec.years) * 31_557_600;
    let mut desk = Desk::new(VERSION);
    founding::found(&mut desk, spec.tickets, begin, &mut rng);

    let arrivals = arrivals::draw(spec.tickets, begin, spec.until, &mut rng);
    let mut rules = Rules::of(&desk, ZONE);
    let house = House::of(&desk, &rules);
    let mut agenda = Agenda::default();
    for year in 1..i64::from(spec.years) {
        agenda.note(begin + year * 31_557_600, 0, Step::Rename);
    }
    let mut scene = Scene { desk: &mut desk, rules: &mut rules, house: &house, rng: &mut rng };
    for at in arrivals {
        agenda.play(&mut scene, at);
        agenda.take(scene.act(at, 0, Step::Open));
    }
    agenda.play(&mut scene, spec.until);
    desk
}

/// What is going to happen, soonest first; equal times keep the order they were noted in.
#[derive(Debug, Default)]
struct Agenda {
    entries: BinaryHeap<Reverse<(Seconds, u64, Id, Step)>>,
    noted: u64,
}

impl Agenda {
    fn note(&mut self, at: Seconds, ticket: Id, step: Step) {
        self.noted += 1;
        self.entries.push(Reverse((at, self.noted, ticket, step)));
    }

    fn take(&mut self, nexts: Vec<life::Next>) {
        for next in nexts {
            self.note(next.at, next.ticket, next.step);
        }
    }

    /// Plays everything before `until`.
    fn play(&mut self, scene: &mut Scene<'_>, until: Seconds) {
        while let Some(Reverse((at, ..))) = self.entries.peek()
            && *at < until
        {
            if let Some(Reverse((at, _, ticket, step))) = self.entries.pop() {
                let nexts = scene.act(at, ticket, step);
                self.take(nexts);
            }
        }
    }
}

#[cfg(test)]
mod tests;
