//! Telling: the clock process of a world, and what its topic must say in the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use pipeline::{
    announce::{Announcer, BEGUN_SPACE, Config, Moment},
    buses::{Append, Bus, SLA, memory::MemoryBus},
    process::News,
    sources::LedgerEntry,
};
use schemas::{Body, Clock, Event, EventId, Instant, Offset, TicketId};
use serde_json::Value;

use super::{PRESENT_S, Process, World, instance};
use crate::{clock, coverage};

/// How many times faster time passes for clocks: days of marks come while people work for minutes. What they do then is late news.
const HURRY: i64 = 200;
/// When every mark has come, in seconds after the present.
const END_S: i64 = 400 * 86_400;
/// Turns and steps after which a clock process that never has told everything is given up.
const TURNS_MAX: u32 = 2_000;

/// A clock, a promise of it and a part of the target; none is the breach.
type Mark = (TicketId, Clock, i64, Option<i64>);

/// The instant of a turn at which it is `now` on Farol's machine.
pub(super) fn hurried(now: Instant, watermark: Option<Instant>) -> Moment {
    let present = PRESENT_S * 1_000_000;
    let hurried = |at: Instant| Instant(present + (at.0 - present) * HURRY);
    Moment { now: hurried(now), watermark: watermark.map(hurried) }
}

impl World {
    /// A clock process that knows nothing but what is durable.
    pub(super) fn announcer(&self, bus: &Arc<dyn Bus>, news: Arc<News>) -> anyhow::Result<Announcer> {
        let config = Config { instance: instance()?, calendar_zone: chrono_tz::UTC };
        Ok(Announcer::new(Arc::clone(bus), Arc::clone(&self.sink), Arc::clone(&self.codec), config, news))
    }

    /// Time goes on until every mark has come and is certain, and stored.
    pub(super) async fn announce_all(&self, process: &mut Process) -> Result<(), String> {
        if !self.plan.tells_of_clocks {
            return Ok(());
        }
        turn_to_the_end(&mut process.announcer).await?;
        for _ in 0..TURNS_MAX {
            if self.process(process).await? == Some(true) {
                return Ok(());
            }
        }
        Err("what was told of clocks is never stored".to_owned())
    }

    /// What is wrong with what was told, among stored `events`, beside what a process tells that never met a fault.
    pub(super) async fn wrong_of_clocks(&self, tickets: &[Value], events: &[Value]) -> anyhow::Result<Vec<String>> {
        let Some(begun) = self.memory.bus.ledger().recall(BEGUN_SPACE, &[0]).await?.remove(&0) else {
            return Ok(Vec::new());
        };
        let told = self.told(&self.memory.bus).await?;
        let mut wrong = Vec::new();
        let standing = standing(&told, &mut wrong);
        for (what, times) in happened(&told) {
            self.trace.happened_often(what, times);
        }

        let bus: Arc<dyn Bus> = Arc::new(MemoryBus::default());
        let entry = LedgerEntry { space: BEGUN_SPACE, id: 0, value: Some(begun) };
        bus.append(Append { topic: SLA.to_owned(), ledger: vec![entry], ..Append::default() }).await?;
        let mut announcer = self.announcer(&bus, Arc::new(News::default()))?;
        turn_to_the_end(&mut announcer).await.map_err(anyhow::Error::msg)?;
        let truth = settled(&self::standing(&self.told(&bus).await?, &mut wrong));

        let found = settled(&standing);
        wrong.extend(truth.difference(&found).map(|mark| format!("a mark is not told: {mark:?}")));
        let counted: BTreeSet<i64> = tickets
            .iter()
            .filter(|row| row["is_counted"] == true)
            .filter_map(|row| row["ticket_id"].as_i64())
            .collect();
        // What was told before its ticket was left out of counts stays told.
        let superfluous = found.difference(&truth).filter(|mark| counted.contains(&mark.0.0));
        wrong.extend(superfluous.map(|mark| format!("a mark is told and is none: {mark:?}")));

        let stored: BTreeSet<&str> = events.iter().filter_map(|event| event["event_id"].as_str()).collect();
        let unstored = told.iter().filter(|event| !stored.contains(event.envelope.event_id.to_string().as_str()));
        wrong.extend(unstored.map(|event| format!("an event of a clock is not stored: {:?}", event.envelope.event_id)));
        Ok(wrong)
    }

    async fn told(&self, bus: &Arc<dyn Bus>) -> anyhow::Result<Vec<Event>> {
        let records = bus.read(SLA, Offset(0), usize::MAX).await?;
        records.iter().map(|record| Ok(self.codec.decode(&record.value)?)).collect()
    }
}

async fn turn_to_the_end(announcer: &mut Announcer) -> Result<(), String> {
    let end = Instant::from_seconds(clock::true_s().max(PRESENT_S) + END_S);
    let moment = Moment { now: end, watermark: Some(end) };
    for _ in 0..TURNS_MAX {
        let turned = announcer.turn(moment).await.map_err(|error| error.to_string())?;
        if turned.is_done && turned.events == 0 {
            return Ok(());
        }
    }
    Err("there is always something left to be told of clocks".to_owned())
}

/// What stands of `told`: by mark and revision, when it came and whether that is provisional. Events that make no sense are `wrong`.
fn standing(told: &[Event], wrong: &mut Vec<String>) -> BTreeMap<(Mark, i64), (Instant, bool)> {
    let mut standing = BTreeMap::new();
    let mut ids = BTreeSet::<EventId>::new();
    for event in told {
        let envelope = &event.envelope;
        if !ids.insert(envelope.event_id) {
            wrong.push(format!("told twice: {event:?}"));
        }
        let (clock, agreement, percent, revision, is_provisional, is_retraction) = match &event.body {
            Body::SlaTicked(tick) => {
                let percent = tick.threshold_percent.map(i64::from);
                (tick.clock, tick.agreement_id, percent, tick.revision, tick.is_provisional, tick.is_retraction)
            }
            Body::SlaBreached(breach) => {
                let (clock, agreement) = (breach.clock, breach.agreement_id);
                (clock, agreement, None, breach.revision, breach.is_provisional, breach.is_retraction)
            }
            other => {
                wrong.push(format!("in the topic of clocks stands {other:?}"));
                continue;
            }
        };
        let place = ((envelope.ticket_id, clock, agreement.unwrap_or_default(), percent), revision);
        let before = standing.remove(&place);
        let follows = match before {
            None => !is_retraction,
            Some((at, was_provisional)) => {
                at == envelope.occurred_at && (is_retraction || (was_provisional && !is_provisional))
            }
        };
        if !follows {
            wrong.push(format!("after {before:?} came {event:?}"));
        }
        if !is_retraction {
            standing.insert(place, (envelope.occurred_at, is_provisional));
        }
    }
    standing
}

/// The same whatever the revision.
fn settled(standing: &BTreeMap<(Mark, i64), (Instant, bool)>) -> BTreeSet<(TicketId, Mark, Instant, bool)> {
    standing.iter().map(|((mark, _), (at, is_provisional))| (mark.0, *mark, *at, *is_provisional)).collect()
}

/// What was told how often.
fn happened(told: &[Event]) -> BTreeMap<&'static str, u64> {
    let mut happened = BTreeMap::new();
    for event in told {
        let (is_provisional, is_retraction) = match &event.body {
            Body::SlaTicked(tick) => (tick.is_provisional, tick.is_retraction),
            Body::SlaBreached(breach) => (breach.is_provisional, breach.is_retraction),
            _ => continue,
        };
        let what = match (is_provisional, is_retraction) {
            (_, true) => coverage::MARK_RETRACTED,
            (true, _) => coverage::MARK_PROVISIONAL,
            _ => coverage::MARK_TOLD,
        };
        *happened.entry(what).or_default() += 1;
    }
    happened
}
