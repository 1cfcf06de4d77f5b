//! Traffic: people go on working on a desk while it is served.
//!
//! `Mover::step` decides and makes one action and is a function of the desk, the time and the chances; `Traffic::start`
//! repeats it on a thread of its own, so an outage of the server does not stop the people behind it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use crate::clock::Clock;
use crate::desk::{Desk, SharedDesk};
use crate::generate::{House, Scene, Step, usual_step};
use crate::http::SimHandle;
use crate::moves::{CLOSED, Rules, SOLVED, is_done};
use crate::rows::naive::Zone;
use crate::rows::{Id, Seconds, Ticket};

/// Closed tickets that may still see something happen, the newest ones.
const REMEMBERED_MAX: usize = 2_000;
/// How often another action is drawn when one did not fit.
const DRAWS_MAX: u32 = 12;
/// How long the driver sleeps at most between two looks at the time.
const NAP: Duration = Duration::from_millis(20);
/// Fewest open tickets the people keep in work.
const OPEN_MIN: usize = 20;

/// How lively a desk is.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    /// Decides every chance.
    pub seed: u64,
    /// Actions per minute of the desk.
    pub actions_per_minute: f64,
    /// Minutes of the desk per minute of the machine; 1 is real time.
    pub speed: f64,
    /// The zone of the server, whose working time counts.
    pub zone: Zone,
}

impl Default for Traffic {
    fn default() -> Self {
        Self { seed: 1, actions_per_minute: 30.0, speed: 1.0, zone: Zone::UTC }
    }
}

/// Running traffic; dropping it stops it.
#[derive(Debug)]
pub struct TrafficHandle {
    stop: Arc<AtomicBool>,
    actions: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

/// What was done to a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// The ticket it was done to, 0 when to none.
    pub ticket: Id,
    /// What it was, in one word.
    pub name: &'static str,
}

/// Who moves a desk: its people and places, and which tickets are in their hands.
#[derive(Debug)]
pub struct Mover {
    rules: Rules,
    house: House,
    open: Pile,
    solved: Pile,
    closed: Pile,
    trashed: Pile,
    open_wanted: usize,
}

impl Traffic {
    /// Starts to move a desk until the handle is dropped. Time is the clock's.
    pub fn start(self, desk: SharedDesk, clock: Clock) -> TrafficHandle {
        let (stop, actions) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let (stopping, counted) = (Arc::clone(&stop), Arc::clone(&actions));
        let thread = std::thread::spawn(move || self.drive(&desk, &clock, &stopping, &counted));
        TrafficHandle { stop, actions, thread: Some(thread) }
    }

    fn drive(&self, desk: &SharedDesk, clock: &Clock, stop: &AtomicBool, actions: &AtomicU64) {
        let mut rng = SmallRng::seed_from_u64(self.seed);
        let mut mover = Mover::of(&desk.read(), self.zone);
        let per_second = (self.actions_per_minute * self.speed / 60.0).max(0.0);
        let (begin, mut taken) = (Instant::now(), 0_u64);
        while !stop.load(Ordering::Relaxed) {
            let due = (begin.elapsed().as_secs_f64() * per_second) as u64;
            if taken >= due {
                std::thread::sleep(NAP);
                continue;
            }
            taken += 1;
            // One action per lock: readers see it whole and come in between.
            if mover.step(&mut desk.write(), clock.now(), &mut rng).is_some() {
                actions.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

impl TrafficHandle {
    /// Actions made so far.
    pub fn actions(&self) -> u64 {
        self.actions.load(Ordering::Relaxed)
    }

    /// Stops and waits until the last action is done; answers how many there were.
    pub fn stop(mut self) -> u64 {
        self.end();
        self.actions()
    }

    fn end(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("simulated traffic ended early");
        }
    }
}

impl Drop for TrafficHandle {
    fn drop(&mut self) {
        self.end();
    }
}

impl SimHandle {
    /// Keeps the served desk moving by its own clock, outages or not, until the answer is dropped.
    pub fn start_traffic(&self, traffic: Traffic) -> TrafficHandle {
        traffic.start(self.desk(), self.clock())
    }
}

impl Mover {
    /// Gets to know `desk`, whose server lives in `zone`.
    pub fn of(desk: &Desk, zone: Zone) -> Self {
        let rules = Rules::of(desk, zone);
        let house = House::of(desk, &rules);
        let (open, solved, closed, trashed) = Default::default();
        let mut mover = Self { rules, house, open, solved, closed, trashed, open_wanted: OPEN_MIN };
        for ticket in desk.table::<Ticket>().iter() {
            mover.file(ticket);
        }
        mover.closed.keep_newest(REMEMBERED_MAX);
        mover.open_wanted = mover.open.ids.len().max(OPEN_MIN);
        mover
    }

    /// Makes one plausible action at `now`; `None` when nothing fitted. A ticket that was changed after `now` is left
    /// alone, so `date_mod` never goes back.
    pub fn step(&mut self, desk: &mut Desk, now: Seconds, rng: &mut SmallRng) -> Option<Action> {
        for _ in 0..DRAWS_MAX {
            let Some((ticket, step)) = self.draw(desk, now, rng) else { continue };
            let mut scene = Scene { desk, rules: &mut self.rules, house: &self.house, rng };
            let Ok(nexts) = scene.attempt(now, ticket, step) else { continue };
            // A new ticket is known by what follows it.
            let ticket = if step == Step::Open { nexts.first().map_or(0, |next| next.ticket) } else { ticket };
            if let Some(row) = desk.get::<Ticket>(ticket) {
                self.file(row);
            }
            return Some(Action { ticket, name: name(step) });
        }
        None
    }

    fn draw(&mut self, desk: &Desk, now: Seconds, rng: &mut SmallRng) -> Option<(Id, Step)> {
        let arrivals = if self.open.ids.len() < self.open_wanted { 190 } else { 95 };
        let is_open = |row: &Ticket| row.is_deleted == 0 && !is_done(row.status);
        let is_solved = |row: &Ticket| row.is_deleted == 0 && row.status == SOLVED;
        let is_closed = |row: &Ticket| row.is_deleted == 0 && row.status == CLOSED;
        let is_trashed = |row: &Ticket| row.is_deleted == 1;
        let drawn = rng.random_range(0..1_000);
        let (pile, fits, step): (_, &dyn Fn(&Ticket) -> bool, _) = match drawn {
            0..3 => return Some((0, Step::Rename)),
            3..8 => (&mut self.open, &is_open, Step::Trash),
            8..10 => (&mut self.closed, &is_closed, Step::Trash),
            10..13 => (&mut self.trashed, &is_trashed, Step::Restore),
            13..16 => (&mut self.trashed, &is_trashed, Step::Purge),
            16..17 => (&mut self.closed, &is_closed, Step::Purge),
            17..40 => (&mut self.closed, &is_closed, Step::Survey),
            40..52 => (&mut self.solved, &is_solved, Step::Reopen),
            52..55 => (&mut self.closed, &is_closed, Step::Reopen),
            55..150 => (&mut self.solved, &is_solved, Step::Close),
            150.. if drawn < 150 + arrivals => return Some((0, Step::Open)),
            _ => (&mut self.open, &is_open, Step::Work),
        };
        let ticket = pile.pick(|id| desk.get::<Ticket>(id).is_some_and(fits), rng)?;
        let row = desk.get::<Ticket>(ticket)?;
        if row.date_mod > now {
            return None;
        }
        // "Work" on an open ticket is whatever its status calls for.
        Some((ticket, if step == Step::Work { usual_step(row.status) } else { step }))
    }

    /// Puts a ticket on the list it belongs to; lists it left forget it when they next meet it.
    fn file(&mut self, row: &Ticket) {
        let pile = match row.status {
            _ if row.is_deleted == 1 => &mut self.trashed,
            SOLVED => &mut self.solved,
            CLOSED => &mut self.closed,
            _ => &mut self.open,
        };
        pile.insert(row.id);
    }
}

/// Tickets to choose from, each once.
#[derive(Debug, Default)]
struct Pile {
    ids: Vec<Id>,
    known: HashSet<Id>,
}

impl Pile {
    fn insert(&mut self, id: Id) {
        if self.known.insert(id) {
            self.ids.push(id);
        }
    }

    /// Any ticket that fits; the others met on the way leave the pile.
    fn pick(&mut self, fits: impl Fn(Id) -> bool, rng: &mut SmallRng) -> Option<Id> {
        while !self.ids.is_empty() {
            let index = rng.random_range(0..self.ids.len());
            let id = self.ids[index];
            if fits(id) {
                return Some(id);
            }
            self.ids.swap_remove(index);
            self.known.remove(&id);
        }
        None
    }

    fn keep_newest(&mut self, count: usize) {
        let forgotten = self.ids.len().saturating_sub(count);
        for id in self.ids.drain(..forgotten) {
            self.known.remove(&id);
        }
    }
}

fn name(step: Step) -> &'static str {
    match step {
        Step::Open => "open",
        Step::Sort => "sort",
        Step::Triage => "triage",
        Step::Work => "work",
        Step::Reply => "reply",
        Step::Close => "close",
        Step::Reopen => "reopen",
        Step::Survey => "survey",
        Step::Trash => "trash",
        Step::Restore => "restore",
        Step::Purge => "purge",
        Step::Rename => "rename",
    }
}

#[cfg(test)]
mod tests;
