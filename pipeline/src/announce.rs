//! Announce: makes each mark of a running clock an event when it comes.
//!
//! A mark is a part of a promise's target that is used up, or the promise broken. What is true follows from the standings that the
//! projection keeps and the hours that are known; what was told lies in the log beside the events. A turn looks at the tickets
//! whose marks have come, that were stored anew, or that a provisional event waits for, and appends what is missing. Nothing scans:
//! tickets are looked at all together only when it begins, and when the hours of a calendar change, page by page between turns.

mod difference;
mod events;
#[cfg(test)]
mod tests;
mod timetable;
mod told;
mod truth;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt, mem,
    sync::Arc,
};

use bytes::Bytes;
use chrono_tz::Tz;
use schemas::{Codec, CodecError, Instance, Instant, TicketId};

use crate::{
    Fault,
    buses::{self, Append, Bus, SLA},
    process::{self, News, Stored, knowledge, ticket_key},
    projection::{self, CLOCKS_SPACE, Standing},
    sinks::{self, Sink},
    sources::{self, LedgerEntry},
};

use difference::{Difference, When, difference};
use events::{About, event};
use told::{Told, read_begun, write_begun};
use truth::Hours;

pub use timetable::{Entry, Timetable};
pub use told::{BEGUN_SPACE, TOLD_SPACE, is_readable};

/// How many tickets one turn looks at.
const TURN_TICKETS_MAX: usize = 4_096;
/// How many standings one turn reads on its way through all of them: few, so that marks that come meanwhile do not wait.
const PAGE_TICKETS_MAX: u32 = 1_024;

/// How to announce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The desk.
    pub instance: Instance,
    /// The zone of the desk's calendars: that of GLPI's server.
    pub calendar_zone: Tz,
}

/// The instant of a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Now.
    pub now: Instant,
    /// Every change of a ticket before it is in the store; none until everything was read once.
    pub watermark: Option<Instant>,
}

/// What a turn did, and what comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Announced {
    /// Events appended.
    pub events: u64,
    /// Clocks that have a mark ahead of them.
    pub running: u64,
    /// When the next one comes.
    pub next: Option<Instant>,
    /// Nothing is left to be looked at now.
    pub is_done: bool,
}

/// Tells of the clocks of one desk. There must be one only for each log.
pub struct Announcer {
    bus: Arc<dyn Bus>,
    sink: Arc<dyn Sink>,
    codec: Arc<Codec>,
    config: Config,
    news: Arc<News>,
    /// From when on marks are told.
    begun: Option<i64>,
    /// What is known of hours; none when it has to be read anew.
    hours: Option<Hours>,
    timetable: Timetable,
    /// Tickets that were stored and not looked at yet.
    stored: BTreeSet<i64>,
    /// The last ticket looked at on the way through all of them.
    passed: Option<i64>,
}

/// Why a turn was not done. It is done again by the next one.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The log failed.
    #[error(transparent)]
    Bus(#[from] buses::Error),
    /// The store failed.
    #[error(transparent)]
    Sink(#[from] sinks::Error),
    /// The log's ledger failed.
    #[error(transparent)]
    Ledger(#[from] sources::Error),
    /// What is known of hours cannot be read.
    #[error(transparent)]
    Process(#[from] process::Error),
    /// A standing cannot be read.
    #[error(transparent)]
    Projection(#[from] projection::Error),
    /// An event cannot be written.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

impl Error {
    /// What to do about it.
    pub const fn fault(&self) -> Fault {
        match self {
            Self::Bus(error) => error.fault(),
            Self::Sink(error) => error.fault(),
            Self::Ledger(error) => error.fault(),
            Self::Process(error) => error.fault(),
            Self::Projection(error) => error.fault(),
            Self::Codec(_) => Fault::Fatal,
        }
    }
}

/// The standings of the tickets that a turn looks at.
struct Looked {
    standings: BTreeMap<i64, Standing>,
    /// The last ticket looked at on the way through all of them, once these are.
    passed: Option<i64>,
}

impl Announcer {
    /// An announcer that takes up what was told where the log stands. `news` are those of the processor that fills `sink`.
    pub fn new(bus: Arc<dyn Bus>, sink: Arc<dyn Sink>, codec: Arc<Codec>, config: Config, news: Arc<News>) -> Self {
        let (timetable, stored) = (Timetable::default(), BTreeSet::new());
        Self { bus, sink, codec, config, news, begun: None, hours: None, timetable, stored, passed: None }
    }

    /// Appends what is missing, at most of some thousand tickets. Before the desk was read once it does nothing.
    pub async fn turn(&mut self, moment: Moment) -> Result<Announced, Error> {
        let Stored { tickets, is_any, has_knowledge } = self.news.take();
        self.stored.extend(tickets);
        if has_knowledge {
            self.hours = None;
        }
        let Some(begun) = self.begun(moment).await? else {
            // The way through all of them finds them later.
            self.stored.clear();
            return Ok(Announced { is_done: true, ..Announced::default() });
        };
        if is_any || self.hours.is_none() {
            self.passed = Some(i64::MIN);
        }
        let hours = match self.hours.take() {
            Some(hours) => hours,
            None => Hours::new(knowledge(self.sink.as_ref(), self.config.calendar_zone).await?),
        };
        let seconds = |at: Instant| at.seconds();
        let when = When { now: seconds(moment.now), watermark: moment.watermark.map(seconds), begun };
        let outcome = self.turned(&hours, when, moment.now).await;
        self.hours = Some(hours);
        let events = outcome?;
        Ok(Announced {
            events,
            running: self.timetable.running(),
            next: self.timetable.next().map(Instant::from_seconds),
            is_done: self.passed.is_none()
                && self.stored.is_empty()
                && self.timetable.due(when.now, when.watermark, 1).is_empty(),
        })
    }

    async fn turned(&mut self, hours: &Hours, when: When, now: Instant) -> Result<u64, Error> {
        let Looked { standings, passed } = self.look(when).await?;
        let ids: Vec<i64> = standings.keys().copied().collect();
        let told = self.bus.ledger().recall(TOLD_SPACE, &ids).await?;
        let mut append = Append { topic: SLA.to_owned(), at: now, ..Append::default() };
        let mut entries = Vec::with_capacity(standings.len());
        for (id, standing) in &standings {
            let found = of_ticket(told.get(id), &hours.truths(standing), when)?;
            let Difference { tells, told, next, unsure, running } = found;
            let about = About { instance: &self.config.instance, ticket: TicketId(*id), entity_id: standing.entity_id };
            for tell in &tells {
                let value = self.codec.encode(&event(about, tell, now))?;
                append.records.push((Bytes::from(ticket_key(TicketId(*id))), value.into()));
            }
            if !tells.is_empty() {
                append.ledger.push(LedgerEntry { space: TOLD_SPACE, id: *id, value: Some(told.write()?) });
            }
            entries.push((*id, Entry { next, unsure, running }));
        }
        let events = append.records.len() as u64;
        if events > 0 {
            // Events and what was told become durable together: a crash before this repeats the turn.
            self.bus.append(append).await?;
        }
        for (id, entry) in entries {
            self.timetable.set(id, entry);
            self.stored.remove(&id);
        }
        self.passed = passed;
        Ok(events)
    }

    /// The tickets to be looked at now: those whose marks have come, then those stored anew, then a page of all.
    async fn look(&self, when: When) -> Result<Looked, Error> {
        let mut ids: BTreeSet<i64> =
            self.timetable.due(when.now, when.watermark, TURN_TICKETS_MAX).into_iter().collect();
        let room = TURN_TICKETS_MAX.saturating_sub(ids.len());
        ids.extend(self.stored.iter().take(room));
        let ids: Vec<i64> = ids.into_iter().collect();
        let mut states: HashMap<i64, Vec<u8>> = self.sink.folds(CLOCKS_SPACE, &ids).await?;
        // A ticket that never bore a promise has no standing.
        let mut standings: BTreeMap<i64, Standing> = ids.iter().map(|id| (*id, Standing::default())).collect();
        let mut passed = self.passed;
        if let Some(after) = passed
            && ids.len() < TURN_TICKETS_MAX
        {
            let page = self.sink.scan_folds(CLOCKS_SPACE, after, PAGE_TICKETS_MAX).await?;
            passed = page.last().map(|(id, _)| *id);
            states.extend(page);
        }
        for (id, state) in mem::take(&mut states) {
            standings.insert(id, Standing::read(&state)?);
        }
        Ok(Looked { standings, passed })
    }

    /// From when on marks are told: since the desk was first read as a whole. What came before is history and nobody's alarm.
    async fn begun(&mut self, moment: Moment) -> Result<Option<i64>, Error> {
        if self.begun.is_some() {
            return Ok(self.begun);
        }
        if let Some(value) = self.bus.ledger().recall(BEGUN_SPACE, &[0]).await?.get(&0) {
            self.begun = Some(read_begun(value)?);
        } else if moment.watermark.is_some() {
            let begun = moment.now.seconds();
            let entry = LedgerEntry { space: BEGUN_SPACE, id: 0, value: Some(write_begun(begun)?) };
            let append = Append { topic: SLA.to_owned(), ledger: vec![entry], at: moment.now, ..Append::default() };
            self.bus.append(append).await?;
            self.begun = Some(begun);
        }
        Ok(self.begun)
    }
}

fn of_ticket(told: Option<&Vec<u8>>, truths: &truth::Truths, when: When) -> Result<Difference, Error> {
    let told = told.map(|value| Told::read(value)).transpose()?.unwrap_or_default();
    Ok(difference(&told, truths, when))
}

impl fmt::Debug for Announcer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Announcer").field("bus", &self.bus).field("sink", &self.sink).finish_non_exhaustive()
    }
}
