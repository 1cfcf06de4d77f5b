//! Process: moves events from the log into the store.
//!
//! A step reads a batch after the sink's position, folds every ticket it touches, and hands rows, working state, counts and position
//! to the sink in one piece. A crash anywhere repeats the step: records that are no event get the same dead letter again, and events
//! that are in the store already are recognised by their ids.

mod cache;
mod decode;
mod error;
mod fold;
#[cfg(any(test, fuzzing))]
pub mod hostile;
mod news;

use std::{collections::HashMap, fmt, ops::Range, sync::Arc};

use chrono_tz::Tz;
use schemas::{Codec, Instant, Offset, ingestion::EventCounts};
use sla::Knowledge;

use crate::{
    buses::{Bus, Record, SLA, TICKETS},
    projection::{self, CLOCKS_SPACE, FOUNDED_SPACE, TICKET_SPACE, Trash, load_dimension, read_founded},
    sinks::Sink,
};

use cache::Cache;
use decode::{Decoded, decode};
use fold::{Folded, States, fold};

pub(crate) use decode::{ticket_key, ticket_of};
pub use error::Error;
pub use news::{News, Stored};

/// How many records a step takes when it is close to the end of the topic: few, so that they show soon.
const STEP_RECORDS_MAX: usize = 2_000;
/// How many records a step takes when it is far behind: many, so that a ticket met often is folded seldom.
const CATCH_UP_RECORDS_MAX: usize = 20_000;
/// How many bytes of records a step folds at once; what it read beyond them waits for the next step.
const STEP_BYTES_MAX: usize = 64 << 20;
/// How many working states one call to the sink asks for.
const SCAN_STATES_MAX: u32 = 1_000;

/// How to process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// What the desk uses its trash for.
    pub trash: Trash,
    /// The zone of the desk's calendars: that of GLPI's server.
    pub calendar_zone: Tz,
    /// How many bytes of working state stay in memory between steps.
    pub cache_bytes_max: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self { trash: Trash::default(), calendar_zone: Tz::UTC, cache_bytes_max: 64 << 20 }
    }
}

/// Moves events from one log into one store. There must be one only for each store.
pub struct Processor {
    bus: Arc<dyn Bus>,
    sink: Arc<dyn Sink>,
    codec: Arc<Codec>,
    config: Config,
    clock: fn() -> Instant,
    news: Option<Arc<News>>,
    memory: Option<Working>,
}

/// What a processor remembers between steps. It mirrors the sink at `position` of the tickets' topic and is dropped whenever that may not hold.
#[derive(Debug)]
struct Working {
    position: Offset,
    knowledge: Knowledge,
    cache: Cache,
}

/// What a step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Processed {
    /// Records read and done with.
    pub records: u64,
    /// What became of them; `appended` is zero.
    pub counts: EventCounts,
    /// The sink's position in the tickets' topic now.
    pub position: Offset,
    /// The end of that topic as seen at the start of the step.
    pub end: Offset,
    /// Records that were told of clocks and are not stored yet; counted at the end of the tickets' topic only.
    pub told: u64,
}

impl Processed {
    /// Whether the store held every event of both topics.
    pub const fn is_caught_up(&self) -> bool {
        self.position.0 >= self.end.0 && self.told == 0
    }
}

impl Processor {
    /// A processor that takes up where the sink stands. Only dead letters bear a time, and `clock` gives it.
    pub fn new(
        bus: Arc<dyn Bus>,
        sink: Arc<dyn Sink>,
        codec: Arc<Codec>,
        config: Config,
        clock: fn() -> Instant,
    ) -> Self {
        Self { bus, sink, codec, config, clock, news: None, memory: None }
    }

    /// The same processor, which tells `news` what it has stored.
    #[must_use]
    pub fn telling(mut self, news: Arc<News>) -> Self {
        self.news = Some(news);
        self
    }

    /// Moves one batch to the store: from the tickets' topic, and at its end from that of their clocks. Does nothing at the end
    /// of both.
    pub async fn step(&mut self) -> Result<Processed, Error> {
        let position = self.sink.position(TICKETS).await?;
        let end = self.bus.end(TICKETS).await?;
        let mut processed = self.stored((TICKETS, position..end), position).await?;
        if processed.position < end {
            return Ok(processed);
        }
        let told = self.sink.position(SLA).await?..self.bus.end(SLA).await?;
        processed.told = told.end.0.saturating_sub(told.start.0);
        if processed.records > 0 || processed.told == 0 {
            return Ok(processed);
        }
        let Processed { records, counts, position: next, .. } = self.stored((SLA, told.clone()), position).await?;
        Ok(Processed { records, counts, told: told.end.0.saturating_sub(next.0), ..processed })
    }

    /// Moves one batch of `topic` to the store, which stands at `tickets` of the tickets' topic.
    async fn stored(
        &mut self,
        (topic, left): (&'static str, Range<Offset>),
        tickets: Offset,
    ) -> Result<Processed, Error> {
        let (position, end) = (left.start, left.end);
        let records = self.read(topic, position, end).await?;
        let Some(last) = records.last() else {
            return Ok(Processed { position, end, ..Processed::default() });
        };
        let next = Offset(last.offset.0 + 1);
        let read = records.len() as u64;

        // Taken out of `self`: a step that fails half-way leaves nothing behind that the sink may not hold.
        let mut working = self.working(tickets).await?;
        let decoded = self.decoded(topic, records).await?;
        self.bus.dead_letters().add(&decoded.dead).await?;
        let (touched, has_knowledge) = (decoded.touched(), decoded.has_knowledge());
        let states = self.states(&mut working.cache, &decoded).await?;
        let Folded { batch, states, knowledge } = self.folded(decoded, states, working.knowledge).await?;
        let counts = batch.counts;
        // Rows, states, counts and position become durable together: a crash before this repeats the step.
        self.sink.write(batch, topic, next).await?;

        working.cache.put_all(states);
        let tickets = if topic == TICKETS { next } else { tickets };
        self.memory = Some(Working { position: tickets, knowledge, cache: working.cache });
        if let Some(news) = self.news.as_ref().filter(|_| topic == TICKETS) {
            news.add(touched, has_knowledge);
        }
        Ok(Processed { records: read, counts, position: next, end, told: 0 })
    }

    async fn read(&self, topic: &'static str, from: Offset, end: Offset) -> Result<Vec<Record>, Error> {
        let behind = end.0.saturating_sub(from.0);
        let limit = if behind > STEP_RECORDS_MAX as u64 { CATCH_UP_RECORDS_MAX } else { STEP_RECORDS_MAX };
        let mut records = self.bus.read(topic, from, limit).await?;
        for (record, expected) in records.iter().zip(from.0..) {
            if record.offset.0 != expected {
                return Err(Error::Gap { topic, expected: Offset(expected), found: record.offset });
            }
        }
        if records.is_empty() && behind > 0 {
            return Err(Error::Gap { topic, expected: from, found: end });
        }
        let mut bytes = 0;
        let fitting = records.iter().take_while(|record| {
            bytes += record.value.len();
            bytes <= STEP_BYTES_MAX
        });
        let fitting = fitting.count().max(1);
        records.truncate(fitting);
        Ok(records)
    }

    async fn working(&mut self, position: Offset) -> Result<Working, Error> {
        if let Some(working) = self.memory.take().filter(|working| working.position == position) {
            return Ok(working);
        }
        let knowledge = knowledge(self.sink.as_ref(), self.config.calendar_zone).await?;
        Ok(Working { position, knowledge, cache: Cache::new(self.config.cache_bytes_max) })
    }

    async fn decoded(&self, topic: &'static str, records: Vec<Record>) -> Result<Decoded, Error> {
        let (codec, now) = (Arc::clone(&self.codec), (self.clock)());
        aside(move || decode(&codec, topic, &records, now)).await
    }

    async fn states(&self, cache: &mut Cache, decoded: &Decoded) -> Result<States, Error> {
        let mut states = States::default();
        let mut unknown = Vec::new();
        for &id in decoded.tickets.keys() {
            match cache.take(id) {
                Some(state) => {
                    states.tickets.insert(id, state);
                }
                None => unknown.push(id),
            }
        }
        if !unknown.is_empty() {
            states.tickets.extend(self.sink.folds(TICKET_SPACE, &unknown).await?);
        }
        for (kind, dimensions) in &decoded.dimensions {
            let ids: Vec<i64> = dimensions.keys().copied().collect();
            states.dimensions.insert(kind.clone(), self.sink.folds(kind, &ids).await?);
        }
        Ok(states)
    }

    async fn folded(&self, decoded: Decoded, states: States, knowledge: Knowledge) -> Result<Folded, Error> {
        let trash = self.config.trash;
        Ok(aside(move || fold(&decoded, states, knowledge, trash)).await??)
    }
}

impl fmt::Debug for Processor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Processor").field("bus", &self.bus).field("sink", &self.sink).finish_non_exhaustive()
    }
}

/// Refuses a store whose working states another release wrote, before anything is added to it.
///
/// Whoever processes asks this first, so a store never holds states of two releases, and one of each kind tells for all.
pub async fn check(sink: &dyn Sink) -> Result<(), Error> {
    for space in [TICKET_SPACE, CLOCKS_SPACE].into_iter().chain(Knowledge::KINDS) {
        for (_, state) in sink.scan_folds(space, i64::MIN, 1).await? {
            projection::same_layout(&state)?;
        }
    }
    Ok(())
}

/// What the sink knows of agreements and calendars.
pub(crate) async fn knowledge(sink: &dyn Sink, zone: Tz) -> Result<Knowledge, Error> {
    let mut knowledge = Knowledge::new(zone);
    if let Some(state) = sink.folds(FOUNDED_SPACE, &[0]).await?.get(&0) {
        knowledge.found(read_founded(state)?.0);
    }
    for kind in Knowledge::KINDS {
        let mut after = i64::MIN;
        loop {
            let states = sink.scan_folds(kind, after, SCAN_STATES_MAX).await?;
            let Some((last, _)) = states.last() else { break };
            after = *last;
            for (id, state) in &states {
                load_dimension(&mut knowledge, kind, *id, state)?;
            }
        }
    }
    Ok(knowledge)
}

/// Computes on a thread that may be busy for long, so that requests on the others are not kept waiting.
async fn aside<T: Send + 'static>(compute: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(compute).await.map_err(|error| Error::CutOff(error.to_string()))
}

/// Working states by id.
type ById = HashMap<i64, Vec<u8>>;

#[cfg(test)]
mod tests;
