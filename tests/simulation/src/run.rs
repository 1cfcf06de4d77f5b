//! Run: one world from its seed, until it is quiet again, and what was wrong then.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use anyhow::{Context as _, anyhow};
use arrow::array::RecordBatch;
use arrow_json::{WriterBuilder, writer::LineDelimited};
use connectors::{
    client::{self, GlpiClient, Secret},
    source,
};
use glpi_sim::{
    Clock, Desk, Glpi, Options,
    generate::{Spec, generate},
    http::{Misbehaviour, Misdeed, Outage},
    rows::Ticket,
};
use pipeline::{
    Fault,
    buses::{Bus, memory::MemoryBus},
    ingest::{self, Ingest},
    process::{self, Processor},
    sinks::{Sink, memory::MemorySink},
    sources::{self, Source},
};
use schemas::{Codec, Instance, Instant, tables::Table};
use serde_json::Value;
use transforms::{Chain, Policy};

use crate::{
    bugs::{Bug, BuggyBus, BuggySink, BuggySource},
    chance::Chance,
    clock,
    faults::{DISK_FULL, Faults, Faulty, Rates},
    power::Power,
    trace::Trace,
    truth,
    wire::{DeskWire, People},
};

/// The present of every simulated world: 2026-03-02, a Monday, 08:00 UTC.
const PRESENT_S: i64 = 1_772_438_400;
/// Simulated seconds after the last fault within which everything has to be there.
const QUIET_S_MIN: i64 = 200;
/// Steps after which a world that does not come to rest is given up.
const QUIET_STEPS_MAX: u32 = 5_000;
/// Priority of a ticket that no GLPI has: its row cannot be read.
const NO_PRIORITY: i32 = 42;
/// What is waited after a refusal that only a person can mend, as the program does.
const REFUSED_PAUSE_S: u64 = 30;
const TOKEN: &str = "simulated";

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
        let (tickets, rounds) = (8 + chance.below(25) as usize, 60 + chance.below(140) as u32);
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
    runtime.block_on(async {
        clock::begin(PRESENT_S);
        let mut world = World::new(plan)?;
        let lived = world.live().await;
        let violations = match lived {
            Ok(()) => world.wrong().await?,
            Err(violation) => vec![violation],
        };
        world.trace.note(|| format!("{violations:?}"));
        Ok(Outcome {
            violations,
            cuts: world.power.cuts(),
            points: world.faults.points(),
            events: world.memory.bus.end(pipeline::buses::TICKETS).await?.0,
            hash: world.trace.hash(),
            lines: world.trace.lines(),
        })
    })
}

/// What outlives a power cut.
struct Memory {
    bus: Arc<dyn Bus>,
    sink: Arc<MemorySink>,
}

/// What does not.
struct Process {
    ingest: Ingest,
    processor: Processor,
}

struct World {
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
}

impl World {
    fn new(plan: &Plan) -> anyhow::Result<Self> {
        let chance = Chance::new(plan.seed ^ 0x5eed);
        let trace = if plan.is_told { Trace::told() } else { Trace::default() };
        let power = Arc::new(Power::default());
        let faults = Faults::new(chance.fork(), trace.clone(), Arc::clone(&power), plan.rates, plan.cut_at);
        let faults = Arc::new(faults);

        let mut desk = generate(&Spec { years: 1, ..Spec::new(plan.tickets, plan.seed, PRESENT_S) });
        let unreadable = spoil(&mut desk, &chance);
        let options = Options { user_token: TOKEN.to_owned(), clock: Clock::still(PRESENT_S), ..Options::default() };
        let glpi = Glpi::new(desk, options);
        trace.note(|| format!("{:?}", plan.misbehaviour));
        glpi.misbehave(plan.misbehaviour.as_ref());
        let people = Arc::new(People::of(&glpi, chance.fork(), trace.clone()));

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
        })
    }

    /// Lives through the faults and comes to rest. The answer is the first thing that must never happen.
    async fn live(&mut self) -> Result<(), String> {
        let mut process = self.start().map_err(|error| error.to_string())?;
        for _ in 0..self.plan.rounds {
            match self.chance.below(100) {
                0..50 => _ = self.ingest(&mut process).await?,
                50..80 => _ = self.process(&mut process).await?,
                80..93 => self.pass(1 + self.chance.below(30)).await,
                93..96 => process = self.restart(process).await?,
                _ => self.trouble(),
            }
        }
        self.quieten();
        let mut process = self.restart(process).await?;
        self.rest(&mut process).await?;
        if self.plan.misbehaviour.is_some() && self.redrive(&mut process).await? {
            self.rest(&mut process).await?;
        }
        Ok(())
    }

    /// Gives every dead letter another chance, as a person does once the server is well; answers whether there was one.
    async fn redrive(&self, process: &mut Process) -> Result<bool, String> {
        let letters = self.memory.bus.dead_letters().list(None, u32::MAX).await.map_err(|error| error.to_string())?;
        let waiting: Vec<_> = letters.into_iter().filter(|letter| letter.redriven_at.is_none()).collect();
        for letter in &waiting {
            let redriven = process.ingest.redrive(&letter.id).await.map_err(|error| error.to_string())?;
            self.trace.note(|| format!("{} ({}) redriven: {redriven:?}", letter.origin, letter.reason));
        }
        Ok(!waiting.is_empty())
    }

    /// The process as it starts: nothing but what is durable.
    fn start(&self) -> anyhow::Result<Process> {
        let clock: client::Clock = Arc::new(clock::date);
        let wire = DeskWire {
            glpi: self.glpi.clone(),
            people: Arc::clone(&self.people),
            faults: Arc::clone(&self.faults),
            bug: self.plan.bug,
            trace: self.trace.clone(),
        };
        let mut server = client::Config::new("http://glpi.simulated", Secret::new(TOKEN));
        server.jitter_seed = self.chance.below(u64::MAX);
        server.limits.page_rows_max = client::PAGE_ROWS_MIN;
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
        let instance = Instance::new("simulated").context("no name")?;
        let source = source::read_with(client, instance, rhythm, clock)?;
        let source: Box<dyn Source> = match self.plan.bug {
            Some(bug) => Box::new(BuggySource::new(source, bug)),
            None => Box::new(source),
        };
        let chain = Chain::new(Policy::default())?;
        let ingest = Ingest::new(source, Arc::clone(&self.bus), chain, Arc::clone(&self.codec), Arc::new(clock::now));
        Ok(Process { ingest, processor: self.processor(&self.bus, Arc::clone(&self.sink)) })
    }

    fn processor(&self, bus: &Arc<dyn Bus>, sink: Arc<dyn Sink>) -> Processor {
        Processor::new(Arc::clone(bus), sink, Arc::clone(&self.codec), process::Config::default(), clock::now)
    }

    async fn ingest(&self, process: &mut Process) -> Result<Option<bool>, String> {
        let stepped = tokio::select! {
            biased;
            () = self.power.lost() => None,
            stepped = process.ingest.step() => Some(stepped),
        };
        match stepped {
            None => {
                self.reboot(process)?;
                Ok(None)
            }
            Some(Ok(ingested)) => {
                self.trace.note(|| format!("ingested {} {}", ingested.appended, ingested.phase));
                if let Some(watermark) = ingested.watermark
                    && self.chance.hits(1, 4)
                {
                    self.check_watermark(watermark).await?;
                }
                // Nobody has to wait exactly as long as he was asked to.
                let wait_ms =
                    if self.chance.hits(1, 2) { ingested.wait_ms } else { self.chance.below(ingested.wait_ms + 1) };
                tokio::time::sleep(Duration::from_millis(wait_ms)).await;
                Ok(Some(ingested.caught_up))
            }
            Some(Err(error)) => {
                if self.is_excused(&error) {
                    self.trace.note(|| format!("refused: {error}"));
                    self.pass(REFUSED_PAUSE_S).await;
                } else {
                    self.weather(error.fault(), &error.to_string()).await?;
                }
                Ok(None)
            }
        }
    }

    /// Whether a server that misbehaves was refused for it, or refuses: Farol says so, waits and tries again.
    fn is_excused(&self, error: &ingest::Error) -> bool {
        let is_refusal =
            matches!(error, ingest::Error::Source(sources::Error::Refused(_)) | ingest::Error::FuseBlown { .. });
        is_refusal && self.plan.misbehaviour.is_some() && !self.faults.are_over()
    }

    async fn process(&self, process: &mut Process) -> Result<Option<bool>, String> {
        let stepped = tokio::select! {
            biased;
            () = self.power.lost() => None,
            stepped = process.processor.step() => Some(stepped),
        };
        match stepped {
            None => {
                self.reboot(process)?;
                Ok(None)
            }
            Some(Ok(processed)) => {
                self.trace.note(|| format!("processed {} of {}", processed.position, processed.end));
                Ok(Some(processed.is_caught_up()))
            }
            Some(Err(error)) => {
                self.weather(error.fault(), &error.to_string()).await?;
                Ok(None)
            }
        }
    }

    /// The power is back: memory is gone, what is durable is there.
    fn reboot(&self, process: &mut Process) -> Result<(), String> {
        if let Some(spoilt) = &self.spoilt {
            spoilt.forget();
        }
        *process = self.start().map_err(|error| error.to_string())?;
        Ok(())
    }

    async fn restart(&self, mut process: Process) -> Result<Process, String> {
        self.trace.note(|| "restart".to_owned());
        tokio::select! {
            biased;
            () = self.power.lost() => {}
            () = process.ingest.close() => {}
        }
        self.reboot(&mut process)?;
        Ok(process)
    }

    /// Waits after a failure that may happen; any other is the answer.
    async fn weather(&self, fault: Fault, sentence: &str) -> Result<(), String> {
        self.trace.note(|| format!("{fault:?}: {sentence}"));
        if fault != Fault::Transient && !sentence.contains(DISK_FULL) {
            return Err(format!("{fault:?}: {sentence}"));
        }
        self.pass(1).await;
        Ok(())
    }

    async fn pass(&self, seconds: u64) {
        self.people.work(self.chance.below(4));
        tokio::time::sleep(Duration::from_millis(seconds * 1_000 - self.chance.below(1_000))).await;
    }

    /// Something happens to the server or to the clock.
    fn trouble(&self) {
        let trouble = self.chance.below(5);
        self.trace.note(|| format!("trouble {trouble}"));
        match trouble {
            0 => self.glpi.set_outage(Some(Outage::Refuse)),
            1 => self.glpi.set_outage(Some(Outage::BadGateway)),
            2 => drop(self.glpi.expire_sessions()),
            3 => clock::skew(self.chance.below(7_200).cast_signed() - 3_600),
            _ => self.glpi.set_outage(None),
        }
    }

    fn quieten(&self) {
        self.trace.note(|| "quiet".to_owned());
        self.faults.end();
        self.people.leave();
        self.glpi.set_outage(None);
        self.glpi.misbehave(None);
    }

    /// Goes on until everything is read and stored.
    async fn rest(&self, process: &mut Process) -> Result<(), String> {
        let begin = clock::true_s();
        for _ in 0..QUIET_STEPS_MAX {
            let is_read = self.ingest(process).await? == Some(true);
            let is_stored = self.process(process).await? == Some(true);
            if is_read && is_stored && clock::true_s() - begin > QUIET_S_MIN {
                return Ok(());
            }
        }
        Err("it never comes to rest".to_owned())
    }

    /// Every change before `watermark` must be in the log.
    async fn check_watermark(&self, watermark: Instant) -> Result<(), String> {
        // What is done just now must not be promised.
        self.people.work(2);
        if self.lies_about_time() {
            return Ok(());
        }
        let aside = self.set_aside().await.map_err(|error| error.to_string())?;
        self.store_all().await.map_err(|error| error.to_string())?;
        let rows = rows(&self.memory.sink.rows(Table::Tickets)).map_err(|error| error.to_string())?;
        let desk = self.glpi.desk();
        let desk = desk.read();
        for truth in desk.truths() {
            let ticket = &truth.row;
            if Instant::from_seconds(ticket.date_mod) >= watermark || aside.contains(&ticket.id) {
                continue;
            }
            let stored = rows.iter().find(|row| row["ticket_id"] == ticket.id);
            // Without the right to read it a ticket is out of reach, as far as anybody can tell.
            if stored.is_some_and(|row| row["presence"] == "hidden") {
                continue;
            }
            let modified = stored.map_or("nothing".to_owned(), |row| row["modified_at"].to_string());
            let expected = Instant::from_seconds(ticket.date_mod).to_string();
            if !modified.contains(&expected) {
                return Err(format!(
                    "the watermark is {watermark}, but of ticket {} the change at {expected} is missing: {modified}",
                    ticket.id
                ));
            }
        }
        Ok(())
    }

    /// Whether GLPI may name a wrong time, of which no promise can be made.
    fn lies_about_time(&self) -> bool {
        let kinds = self.plan.misbehaviour.as_ref().map(|misbehaviour| &misbehaviour.kinds);
        kinds.is_some_and(|kinds| kinds.contains(&Misdeed::ClockWrong) || kinds.contains(&Misdeed::HeaderClockWrong))
    }

    /// The tickets of which something could not be read, and waits as a dead letter.
    async fn set_aside(&self) -> anyhow::Result<BTreeSet<i64>> {
        let mut aside = self.unreadable.clone();
        if self.plan.misbehaviour.is_some() {
            let letters = self.memory.bus.dead_letters().list(None, u32::MAX).await?;
            let waiting = letters.into_iter().filter(|letter| letter.redriven_at.is_none());
            aside.extend(waiting.filter_map(|letter| letter.ticket_id.map(|ticket| ticket.0)));
        }
        Ok(aside)
    }

    /// Stores whatever is in the log, without faults, as another process would.
    async fn store_all(&self) -> anyhow::Result<()> {
        let bus: Arc<dyn Bus> = self.spoilt.clone().map_or_else(|| Arc::clone(&self.memory.bus), |spoilt| spoilt as _);
        let mut processor = self.processor(&bus, Arc::clone(&self.memory.sink) as _);
        while !processor.step().await?.is_caught_up() {}
        Ok(())
    }

    /// What is wrong once everything is quiet.
    async fn wrong(&self) -> anyhow::Result<Vec<String>> {
        let tickets = rows(&self.memory.sink.rows(Table::Tickets))?;
        let mut wrong = truth::differences(&tickets, &self.glpi.desk().read(), &self.unreadable);
        let events = rows(&self.memory.sink.rows(Table::TicketEvents))?;
        wrong.extend(truth::doubled(&events));
        wrong.extend(truth::untold(&events, &self.glpi.desk().read(), &self.unreadable));
        let (_, counts) = self.bus.checkpoint().await?;
        if !counts.balance() {
            wrong.push(format!("rows do not add up: {counts:?}"));
        }
        let events = self.sink.counts().await?;
        let appended = self.bus.end(pipeline::buses::TICKETS).await?.0;
        if appended != events.stored + events.repeated + events.filtered + events.dead {
            wrong.push(format!("events do not add up: {appended} appended, {events:?}"));
        }
        let letters = self.bus.dead_letters().list(None, u32::MAX).await?;
        let desk = self.glpi.desk();
        for id in &self.unreadable {
            let is_unreadable = desk.read().get::<Ticket>(*id).is_some_and(|ticket| ticket.priority == NO_PRIORITY);
            if is_unreadable && !letters.iter().any(|letter| letter.ticket_id.is_some_and(|ticket| ticket.0 == *id)) {
                wrong.push(format!("ticket {id} cannot be read, but there is no letter of it"));
            }
        }
        Ok(wrong)
    }
}

/// In half of all worlds GLPI misbehaves, in some of the ways it knows.
fn misbehaviour(chance: &Chance) -> Option<Misbehaviour> {
    if chance.hits(1, 2) {
        return None;
    }
    let kinds = Misdeed::ALL.into_iter().filter(|_| chance.hits(1, 3)).collect();
    Some(Misbehaviour { seed: chance.below(u64::MAX), per_thousand: 5 + chance.below(60) as u32, kinds })
}

/// Makes a ticket unreadable in every third world.
fn spoil(desk: &mut Desk, chance: &Chance) -> BTreeSet<i64> {
    let ids: Vec<i64> = desk.truths().iter().map(|truth| truth.row.id).collect();
    if ids.is_empty() || !chance.hits(1, 3) {
        return BTreeSet::new();
    }
    let id = ids[chance.below(ids.len() as u64) as usize];
    let spoilt = desk.update::<Ticket, _>(id, |ticket| ticket.priority = NO_PRIORITY);
    spoilt.into_iter().map(|_| id).collect()
}

/// The rows as JSON objects.
fn rows(batch: &RecordBatch) -> anyhow::Result<Vec<Value>> {
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(Vec::new());
    writer.write(batch)?;
    writer.finish()?;
    let text = writer.into_inner();
    let lines = text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).map_err(|error| anyhow!(error))).collect()
}
