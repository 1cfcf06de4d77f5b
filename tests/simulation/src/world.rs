//! World: a desk, the people who work on it, a log, a store, and the process between them.

mod life;
mod telling;
mod verdict;

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use anyhow::Context as _;
use connectors::{
    client::{self, GlpiClient, Secret},
    source,
};
use glpi_sim::{
    Clock, Desk, Glpi, Options,
    generate::{Spec, generate},
    rows::Ticket,
};
use pipeline::{
    announce::Announcer,
    buses::{Bus, TICKETS, memory::MemoryBus},
    ingest::{self, Ingest},
    process::{self, News, Processor},
    sinks::{Sink, memory::MemorySink},
    sources::Source,
};
use schemas::{Codec, Instance, Instant, Offset};
use transforms::{Chain, Policy};

use crate::{
    bugs::{BuggyBus, BuggySink, BuggySource},
    chance::Chance,
    clock,
    coverage::UNREADABLE,
    faults::{Faults, Faulty},
    power::Power,
    run::{Outcome, Plan},
    trace::Trace,
    wire::{DeskWire, People},
};

/// The present of every simulated world: 2026-03-02, a Monday, 08:00 UTC.
const PRESENT_S: i64 = 1_772_438_400;
/// Priority of a ticket that no GLPI has: its row cannot be read.
const NO_PRIORITY: i32 = 42;
const TOKEN: &str = "simulated";

/// What outlives a power cut.
struct Memory {
    bus: Arc<dyn Bus>,
    sink: Arc<MemorySink>,
}

/// What does not.
struct Process {
    ingest: Ingest,
    processor: Processor,
    announcer: Announcer,
    /// A watermark, and the end of the log by which it is stored.
    promised: Option<(Offset, Instant)>,
    /// The watermark of what is stored.
    watermark: Option<Instant>,
}

/// One simulated world.
pub(crate) struct World {
    plan: Plan,
    chance: Chance,
    trace: Trace,
    power: Arc<Power>,
    faults: Arc<Faults>,
    glpi: Glpi,
    people: Arc<People>,
    memory: Memory,
    spoilt: Option<Arc<BuggyBus>>,
    bus: Arc<dyn Bus>,
    sink: Arc<dyn Sink>,
    codec: Arc<Codec>,
    unreadable: BTreeSet<i64>,
    /// The ends of log and store as the last process knew them.
    acknowledged: Cell<(Offset, Offset)>,
    /// Events of clocks that the announcers know to be in the log.
    announced: Cell<u64>,
    /// Since when no fault happens any more, in true seconds.
    quiet_since: Cell<Option<i64>>,
}

impl World {
    /// The world of `plan` at its beginning.
    pub(crate) fn new(plan: &Plan) -> anyhow::Result<Self> {
        clock::begin(PRESENT_S);
        let chance = Chance::new(plan.seed ^ 0x5eed);
        let trace = if plan.is_told { Trace::told() } else { Trace::default() };
        let power = Arc::new(Power::default());
        let faults = Faults::new(chance.fork(), trace.clone(), Arc::clone(&power), plan.rates, plan.cuts_at.clone());
        let faults = Arc::new(faults);

        let mut desk = generate(&Spec { years: 1, ..Spec::new(plan.tickets, plan.seed, PRESENT_S) });
        let unreadable = spoil(&mut desk, &chance);
        trace.happened_often(UNREADABLE, unreadable.len() as u64);
        let options = Options { user_token: TOKEN.to_owned(), clock: Clock::still(PRESENT_S), ..Options::default() };
        let glpi = Glpi::new(desk, options);
        trace.note(|| format!("{:?}", plan.misbehaviour));
        glpi.misbehave(plan.misbehaviour.as_ref());
        let people = Arc::new(People::of(&glpi, chance.fork(), trace.clone()));
        if plan.work_one_in == 0 {
            people.leave();
        }

        let memory = Memory { bus: Arc::new(MemoryBus::default()), sink: Arc::new(MemorySink::new()) };
        let (mut bus, mut sink): (Arc<dyn Bus>, Arc<dyn Sink>) =
            (Arc::clone(&memory.bus), Arc::clone(&memory.sink) as _);
        let mut spoilt = None;
        if let Some(bug) = plan.bug {
            let buggy = Arc::new(BuggyBus::new(bus, bug, Arc::clone(&faults)));
            spoilt = Some(Arc::clone(&buggy));
            bus = buggy;
            sink = Arc::new(BuggySink::new(sink, bug, Arc::clone(&faults)));
        }
        Ok(Self {
            plan: plan.clone(),
            chance,
            trace,
            power,
            bus: Arc::new(Faulty::new(bus, Arc::clone(&faults))),
            sink: Arc::new(Faulty::new(sink, Arc::clone(&faults))),
            faults,
            glpi,
            people,
            memory,
            spoilt,
            codec: Arc::new(Codec::new()?),
            unreadable,
            acknowledged: Cell::default(),
            announced: Cell::default(),
            quiet_since: Cell::default(),
        })
    }

    /// Lives to the end, and says how it was.
    pub(crate) async fn end(mut self) -> anyhow::Result<Outcome> {
        let violations = match self.live().await {
            Ok(()) => self.wrong().await?,
            Err(violation) => vec![violation],
        };
        self.trace.note(|| format!("{violations:?}"));
        if self.plan.is_told {
            self.tell_of(&violations)?;
        }
        Ok(Outcome {
            violations,
            cuts: self.faults.cuts(),
            points: self.faults.points(),
            events: self.memory.bus.end(TICKETS).await?.0,
            simulated_s: clock::true_s().abs_diff(PRESENT_S),
            happened: self.happened(),
            hash: self.trace.hash(),
            lines: self.trace.lines(),
        })
    }

    /// What happened how often.
    fn happened(&self) -> BTreeMap<&'static str, u64> {
        let mut happened = self.trace.happenings();
        happened.extend(self.glpi.misdeeds().into_iter().map(|(misdeed, times)| (misdeed.name(), times)));
        happened
    }

    /// The process as it starts: nothing but what is durable.
    fn start(&self) -> anyhow::Result<Process> {
        self.faults.started();
        let clock: client::Clock = Arc::new(clock::date);
        let wire = DeskWire {
            glpi: self.glpi.clone(),
            people: Arc::clone(&self.people),
            faults: Arc::clone(&self.faults),
            work_one_in: self.plan.work_one_in,
            bug: self.plan.bug,
            trace: self.trace.clone(),
        };
        let mut server = client::Config::new("http://glpi.simulated", Secret::new(TOKEN));
        server.jitter_seed = self.chance.below(u64::MAX);
        // Short pages share half of their rows, long ones next to nothing.
        server.limits.page_rows_max = if self.plan.seed.is_multiple_of(2) { client::PAGE_ROWS_MIN } else { 100 };
        let client = GlpiClient::over(Arc::new(wire), server, Arc::clone(&clock))?;
        let rhythm = source::Config {
            poll_interval_ms: 5_000,
            dimension_interval_ms: 40_000,
            survey_interval_ms: 40_000,
            sweep_interval_ms: 40_000,
            small_sweep_interval_ms: 20_000,
            walk_rows_max: client::PAGE_ROWS_MIN,
            ..source::Config::default()
        };
        let source = source::read_with(client, instance()?, rhythm, clock)?;
        let source: Box<dyn Source> = match self.plan.bug {
            Some(bug) => Box::new(BuggySource::new(source, bug)),
            None => Box::new(source),
        };
        let chain = Chain::new(Policy::default())?;
        let ingest = Ingest::new(source, Arc::clone(&self.bus), chain, Arc::clone(&self.codec), Arc::new(clock::now));
        let ingest = ingest.with(ingest::Config { fuse: self.plan.fuse });
        let news = Arc::new(News::default());
        let processor = self.processor(&self.bus, Arc::clone(&self.sink)).telling(Arc::clone(&news));
        let announcer = self.announcer(&self.bus, news)?;
        Ok(Process { ingest, processor, announcer, promised: None, watermark: None })
    }

    fn processor(&self, bus: &Arc<dyn Bus>, sink: Arc<dyn Sink>) -> Processor {
        Processor::new(Arc::clone(bus), sink, Arc::clone(&self.codec), process::Config::default(), clock::now)
    }
}

/// The desk of every world.
fn instance() -> anyhow::Result<Instance> {
    Instance::new("simulated").context("no name")
}

/// Makes a ticket unreadable in every third world.
fn spoil(desk: &mut Desk, chance: &Chance) -> BTreeSet<i64> {
    let ids: Vec<i64> = desk.truths().iter().map(|truth| truth.row.id).collect();
    if ids.is_empty() || !chance.hits(1, 3) {
        return BTreeSet::new();
    }
    let id = ids[chance.below(ids.len() as u64) as usize];
    let spoilt = desk.update::<Ticket, _>(id, |ticket| ticket.priority = NO_PRIORITY);
    spoilt.into_iter().map(|()| id).collect()
}
