//! Ingestion between a scripted source and a bus in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    collections::{HashSet, VecDeque},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use proptest::prelude::*;
use schemas::{Body, Confidence, Deleted, DeletionCause, Envelope, Event, EventType, Instance, Origin, event_id};
use transforms::{Policy, SelectPolicy};

use super::*;
use crate::{
    Fault,
    buses::{self, DeadLetter, DeadLetters, Record, memory::MemoryBus},
    sources::{self, DeadRow, Ledger, LedgerEntry},
};

/// A source that gives the batch its cursor points at; with nothing left it is caught up.
#[derive(Debug, Default)]
struct Script {
    batches: Vec<SourceBatch>,
    redriven: VecDeque<SourceBatch>,
    synced: VecDeque<SourceBatch>,
}

#[async_trait]
impl Source for Script {
    async fn next(&mut self, cursor: Option<&Cursor>, _: &dyn Ledger) -> Result<SourceBatch, sources::Error> {
        let at: usize = cursor.map_or(0, |cursor| cursor.0.parse().unwrap());
        let idle = SourceBatch { caught_up: true, wait_ms: 500, ..SourceBatch::default() };
        let Some(batch) = self.batches.get(at) else { return Ok(idle) };
        Ok(SourceBatch { cursor: Some(Cursor((at + 1).to_string())), ..batch.clone() })
    }

    async fn sync(&mut self, _: TicketId, _: &dyn Ledger) -> Result<SourceBatch, sources::Error> {
        self.synced.pop_front().ok_or_else(|| sources::Error::Away("no answer".to_owned()))
    }

    async fn redrive(&mut self, _: &Origin, _: &str, _: &dyn Ledger) -> Result<SourceBatch, sources::Error> {
        self.redriven.pop_front().ok_or_else(|| sources::Error::Away("no answer".to_owned()))
    }

    fn vitals(&self) -> Vitals {
        Vitals::default()
    }

    async fn close(&mut self) {}
}

/// A bus that dies at its nth append, as a process would between two of them.
#[derive(Debug)]
struct Mortal {
    bus: MemoryBus,
    appends_left: AtomicUsize,
}

impl Mortal {
    fn new(appends: usize) -> Arc<Self> {
        Arc::new(Self { bus: MemoryBus::default(), appends_left: AtomicUsize::new(appends) })
    }
}

#[async_trait]
impl Bus for Mortal {
    async fn append(&self, batch: Append) -> Result<Offset, buses::Error> {
        if self.appends_left.load(Ordering::SeqCst) == 0 {
            return Err(buses::Error::Busy("killed".to_owned()));
        }
        self.appends_left.fetch_sub(1, Ordering::SeqCst);
        self.bus.append(batch).await
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, buses::Error> {
        self.bus.read(topic, from, limit).await
    }

    async fn end(&self, topic: &str) -> Result<Offset, buses::Error> {
        self.bus.end(topic).await
    }

    async fn offset_at(&self, topic: &str, at: Instant) -> Result<Offset, buses::Error> {
        self.bus.offset_at(topic, at).await
    }

    async fn checkpoint(&self) -> Result<(Option<Cursor>, RowCounts), buses::Error> {
        self.bus.checkpoint().await
    }

    fn ledger(&self) -> &dyn Ledger {
        self.bus.ledger()
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self.bus.dead_letters()
    }
}

fn codec() -> Arc<Codec> {
    static CODEC: LazyLock<Arc<Codec>> = LazyLock::new(|| Arc::new(Codec::new().unwrap()));
    Arc::clone(&CODEC)
}

fn ingest(script: Script, bus: Arc<dyn Bus>, chain: Chain) -> Ingest {
    let ticks = Mutex::new(0);
    let clock = move || {
        let mut ticks = ticks.lock().unwrap();
        *ticks += 1;
        Instant::from_seconds(1_000 + *ticks)
    };
    Ingest::new(Box::new(script), bus, chain, codec(), Arc::new(clock))
}

/// The trashing of `ticket` of `entity`; two revisions are two events.
fn event(ticket: i64, entity: i64, revision: &str) -> Event {
    let (instance, origin) = (Instance::new("desk").unwrap(), Origin::new("Log", ticket));
    let envelope = Envelope {
        event_id: event_id(&instance, &origin, EventType::TicketDeletedV1, revision),
        event_type: EventType::TicketDeletedV1,
        instance,
        entity_id: Some(entity),
        ticket_id: TicketId(ticket),
        occurred_at: Instant::from_seconds(10),
        observed_at: Instant::from_seconds(20),
        sequence: ticket,
        origin,
        confidence: Confidence::Recorded,
        trace: None,
    };
    Event { envelope, body: Body::Deleted(Deleted { cause: DeletionCause::Trashed }) }
}

/// An event that the chain refuses.
fn impossible(ticket: i64) -> Event {
    let mut event = event(ticket, 1, "a");
    event.envelope.event_type = EventType::TicketRestoredV1;
    event
}

fn dead_row(ticket: i64) -> DeadRow {
    DeadRow {
        origin: Origin::new("Ticket", ticket),
        revision: "a".to_owned(),
        ticket_id: Some(TicketId(ticket)),
        reason: "date is no date".to_owned(),
        raw: format!(r#"{{"id":{ticket},"name":"Printer","content":"call me"}}"#),
    }
}

fn rows(converted: Vec<Vec<Event>>) -> SourceBatch {
    SourceBatch { fetched: converted.len() as u64, converted, ..SourceBatch::default() }
}

fn one_entity() -> Chain {
    let select = SelectPolicy { entities: vec![1], ..SelectPolicy::default() };
    Chain::new(Policy { select, ..Policy::default() }).unwrap()
}

async fn keys(bus: &dyn Bus) -> Vec<String> {
    let records = bus.read(TICKETS, Offset(0), 1_000_000).await.unwrap();
    records.into_iter().map(|record| String::from_utf8(record.key.to_vec()).unwrap()).collect()
}

async fn saved(bus: &dyn Bus) -> RowCounts {
    bus.checkpoint().await.unwrap().1
}

#[tokio::test]
async fn a_step_saves_events_place_memory_letters_and_counts() {
    let bus = Arc::new(MemoryBus::default());
    let batch = SourceBatch {
        converted: vec![vec![event(1, 1, "a"), event(1, 1, "b")], vec![event(2, 9, "a")], vec![impossible(3)]],
        dead: vec![dead_row(4)],
        fetched: 7,
        repeated: 2,
        filtered: 1,
        ledger: vec![LedgerEntry { space: "ticket", id: 1, value: Some(vec![7]) }],
        watermark: Some(Instant(5)),
        phase: "following".to_owned(),
        progress: Some((1, 2)),
        ..SourceBatch::default()
    };
    let mut ingest = ingest(Script { batches: vec![batch], ..Script::default() }, bus.clone(), one_entity());

    let done = ingest.step().await.unwrap();
    let counts = RowCounts { fetched: 7, repeated: 2, converted: 1, filtered: 2, dead: 2 };
    assert_eq!((done.appended, done.counts, done.end), (2, counts, Offset(2)));
    assert_eq!((done.phase.as_str(), done.progress, done.watermark), ("following", Some((1, 2)), Some(Instant(5))));
    assert_eq!(keys(&*bus).await, ["t/1", "t/1"]);
    assert_eq!(bus.checkpoint().await.unwrap(), (Some(Cursor("1".to_owned())), counts));
    assert_eq!(bus.recall("ticket", &[1]).await.unwrap()[&1], vec![7]);

    let idle = ingest.step().await.unwrap();
    assert_eq!((idle.caught_up, idle.wait_ms, idle.end, idle.counts), (true, 500, Offset(2), RowCounts::default()));
}

#[tokio::test]
async fn dead_letters_tell_the_reason_and_hide_what_people_wrote() {
    let bus = Arc::new(MemoryBus::default());
    let batch = SourceBatch {
        converted: vec![vec![event(3, 1, "a"), impossible(3)]],
        dead: vec![dead_row(4)],
        fetched: 2,
        ..SourceBatch::default()
    };
    let mut ingest = ingest(Script { batches: vec![batch], ..Script::default() }, bus.clone(), Chain::default());
    ingest.step().await.unwrap();

    assert_eq!(keys(&*bus).await, Vec::<String>::new(), "half a row would be a wrong row");
    let letters = bus.dead_letters().list(None, 9).await.unwrap();
    let told = letters.iter().map(|letter| (letter.stage.as_str(), letter.origin.as_str(), letter.reason.as_str()));
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("source", "Ticket/4", "date is no date"),
            ("transform", "Log/3", "envelope says TicketRestoredV1, body is TicketDeletedV1")
        ]
    );
    assert_eq!(letters[0].raw, r#"{"id":4,"name":"Printer","content":""}"#);
    assert_eq!(letters[1].ticket_id, Some(TicketId(3)));
}

#[tokio::test]
async fn a_dead_row_read_again_is_one_letter() {
    let bus = Arc::new(MemoryBus::default());
    let batch = SourceBatch {
        converted: vec![vec![impossible(3)]],
        dead: vec![dead_row(4)],
        fetched: 2,
        ..SourceBatch::default()
    };
    let script = Script { batches: vec![batch.clone(), batch], ..Script::default() };
    let mut ingest = ingest(script, bus.clone(), Chain::default());
    ingest.step().await.unwrap();
    ingest.step().await.unwrap();

    assert_eq!(bus.dead_letters().list(None, 9).await.unwrap().len(), 2);
    assert_eq!(saved(&*bus).await.dead, 4);
}

#[tokio::test]
async fn a_source_that_loses_a_row_is_stopped_before_anything_is_saved() {
    let bus = Arc::new(MemoryBus::default());
    let batch = SourceBatch { fetched: 3, ..rows(vec![vec![event(1, 1, "a")]]) };
    let mut ingest = ingest(Script { batches: vec![batch], ..Script::default() }, bus.clone(), Chain::default());

    let error = ingest.step().await.unwrap_err();
    assert_eq!(error.fault(), Fault::Fatal);
    assert_eq!(error.to_string(), "rows do not add up: 3 fetched, but 0 repeated, 1 converted, 0 filtered and 0 dead");
    assert_eq!(bus.checkpoint().await.unwrap(), (None, RowCounts::default()));
}

#[tokio::test]
async fn a_crash_between_two_parts_repeats_events_and_counts_no_row_twice() {
    let batch = rows((1..=10).map(|ticket| vec![event(ticket, 1, "a")]).collect());
    for appends in 0..4 {
        let bus = Mortal::new(appends);
        let limits = AppendLimits { records_max: 3, ..AppendLimits::default() };
        let script = || Script { batches: vec![batch.clone()], ..Script::default() };
        let config = Config { append: limits, ..Config::default() };

        let mut killed = ingest(script(), bus.clone(), Chain::default()).with(config);
        assert_eq!(killed.step().await.unwrap_err().fault(), Fault::Transient);
        assert_eq!(bus.checkpoint().await.unwrap(), (None, RowCounts::default()));

        bus.appends_left.store(99, Ordering::SeqCst);
        let mut next = ingest(script(), bus.clone(), Chain::default()).with(config);
        next.step().await.unwrap();
        assert_eq!(saved(&*bus).await, RowCounts { fetched: 10, converted: 10, ..RowCounts::default() });

        let codec = codec();
        let records = bus.read(TICKETS, Offset(0), 99).await.unwrap();
        let ids: HashSet<_> =
            records.iter().map(|record| codec.decode(&record.value).unwrap().envelope.event_id).collect();
        assert_eq!((records.len(), ids.len()), (10 + 3 * appends, 10));
    }
}

#[tokio::test]
async fn the_fuse_pauses_ingestion_and_lets_it_go_on_once_rows_live() {
    let bus = Arc::new(MemoryBus::default());
    let dead = |from: i64| SourceBatch {
        dead: (from..from + 150).map(dead_row).collect(),
        fetched: 150,
        ..SourceBatch::default()
    };
    let script = Script { batches: vec![dead(1), dead(1_000)], ..Script::default() };
    let mut broken = ingest(script, bus.clone(), Chain::default());
    broken.step().await.unwrap();

    for _ in 0..2 {
        let blown = broken.step().await.unwrap_err();
        assert_eq!(
            blown.to_string(),
            "ingestion pauses: 300 of the last 300 new rows could not be read, the last one because date is no date"
        );
    }
    assert_eq!(bus.checkpoint().await.unwrap().0, Some(Cursor("1".to_owned())));

    let fixed = rows((1_000..1_150).map(|ticket| vec![event(ticket, 1, "a")]).collect());
    let script = Script { batches: vec![dead(1), fixed], ..Script::default() };
    let mut repaired = ingest(script, bus.clone(), Chain::default());
    repaired.step().await.unwrap();
    assert_eq!(bus.checkpoint().await.unwrap().0, Some(Cursor("2".to_owned())));
}

#[tokio::test]
async fn syncing_a_ticket_leaves_the_place_and_the_watermark() {
    let bus = Arc::new(MemoryBus::default());
    let synced = SourceBatch {
        cursor: Some(Cursor("99".to_owned())),
        watermark: Some(Instant(5)),
        ..rows(vec![vec![event(8, 1, "a")]])
    };
    let script = Script { synced: VecDeque::from([synced]), ..Script::default() };
    let mut ingest = ingest(script, bus.clone(), Chain::default());

    let done = ingest.sync(TicketId(8)).await.unwrap();
    assert_eq!((done.appended, done.watermark), (1, None));
    assert_eq!(bus.checkpoint().await.unwrap(), (None, done.counts));
    assert_eq!(keys(&*bus).await, ["t/8"]);
}

#[tokio::test]
async fn a_letter_driven_again_leaves_it_as_it_is_while_its_row_is_dead_and_marks_it_once_it_lives() {
    let bus = Arc::new(MemoryBus::default());
    let dead = SourceBatch { dead: vec![dead_row(4)], fetched: 1, ..SourceBatch::default() };
    let masked_again = DeadRow { revision: "b".to_owned(), ..dead_row(4) };
    let still = SourceBatch { dead: vec![masked_again], fetched: 1, ..SourceBatch::default() };
    let redriven = VecDeque::from([still, rows(vec![vec![event(4, 1, "a")]])]);
    let mut ingest =
        ingest(Script { batches: vec![dead], redriven, ..Script::default() }, bus.clone(), Chain::default());
    ingest.step().await.unwrap();
    let letter = bus.dead_letters().list(None, 9).await.unwrap().remove(0);

    let first = ingest.redrive(&letter.id).await.unwrap();
    assert_eq!(first.still_dead.as_deref(), Some("date is no date"));
    assert_eq!(bus.dead_letters().list(None, 9).await.unwrap(), vec![letter.clone()]);

    let second = ingest.redrive(&letter.id).await.unwrap();
    assert_eq!((second.still_dead, second.ingested.appended), (None, 1));
    assert!(bus.dead_letters().get(&letter.id).await.unwrap().unwrap().redriven_at.is_some());
    assert_eq!(saved(&*bus).await, RowCounts { fetched: 3, converted: 1, dead: 2, ..RowCounts::default() });
    assert_eq!(bus.checkpoint().await.unwrap().0, Some(Cursor("1".to_owned())));
}

#[tokio::test]
async fn a_row_that_the_chain_refused_is_driven_again_from_its_own_events() {
    let bus = Arc::new(MemoryBus::default());
    let mut orphan = event(0, 1, "a");
    orphan.envelope.ticket_id = TicketId(0);
    let script = Script { batches: vec![rows(vec![vec![event(3, 1, "a"), orphan]])], ..Script::default() };
    let mut ingest = ingest(script, bus.clone(), Chain::default());
    ingest.step().await.unwrap();
    let letter = bus.dead_letters().list(None, 9).await.unwrap().remove(0);

    let again = ingest.redrive(&letter.id).await.unwrap();
    assert_eq!(again.still_dead.as_deref(), Some("ticket 0 cannot exist"));

    // As a later version would, which accepts what this one refuses.
    let found = letters::events(&letter.raw).unwrap();
    assert_eq!(found[0], event(3, 1, "a"));
}

#[tokio::test]
async fn letters_that_cannot_be_driven_again_say_why() {
    let bus = Arc::new(MemoryBus::default());
    let processed = DeadLetter { stage: "process".to_owned(), ..buses::suite::letter("l1", "no") };
    let garbled = DeadLetter { stage: "transform".to_owned(), raw: "[".to_owned(), ..buses::suite::letter("l2", "no") };
    bus.dead_letters().add(&[processed, garbled]).await.unwrap();
    let mut ingest = ingest(Script::default(), bus, Chain::default());

    let mut check = async |id: &str| ingest.redrive(id).await.unwrap_err().to_string();
    assert_eq!(check("l0").await, "there is no dead letter l0");
    assert!(check("l1").await.contains("its record is in the log, replay it"));
    assert!(check("l2").await.starts_with("dead letter l2 cannot be read: EOF"));
}

/// A row and what must become of it.
#[derive(Clone, Debug)]
enum Fate {
    Repeated,
    Left,
    Dead,
    /// The entity of each event; only entity 1 is selected, and 0 stands for an event the chain refuses.
    Events(Vec<i64>),
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        Just(Fate::Repeated),
        Just(Fate::Left),
        Just(Fate::Dead),
        prop::collection::vec(0_i64..4, 1..4).prop_map(Fate::Events),
    ]
}

fn batch_of(fates: &[Fate]) -> SourceBatch {
    let mut batch = SourceBatch { fetched: fates.len() as u64, ..SourceBatch::default() };
    for (ticket, fate) in (1..).zip(fates) {
        match fate {
            Fate::Repeated => batch.repeated += 1,
            Fate::Left => batch.filtered += 1,
            Fate::Dead => batch.dead.push(dead_row(ticket)),
            Fate::Events(entities) => batch.converted.push(
                entities
                    .iter()
                    .map(|entity| if *entity == 0 { impossible(ticket) } else { event(ticket, *entity, "a") })
                    .collect(),
            ),
        }
    }
    batch
}

proptest! {
    #[test]
    fn no_row_is_lost_or_counted_twice_whatever_becomes_of_it_and_whenever_the_process_dies(
        fates in prop::collection::vec(prop::collection::vec(fate(), 0..12), 1..6),
        deaths in prop::collection::vec(0_usize..4, 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let bus = Mortal::new(0);
            let batches: Vec<SourceBatch> = fates.iter().map(|fates| batch_of(fates)).collect();
            let limits = AppendLimits { records_max: 2, ..AppendLimits::default() };
            let config = Config { append: limits, ..Config::default() };
            for appends in deaths.into_iter().chain([usize::MAX]) {
                bus.appends_left.store(appends, Ordering::SeqCst);
                let script = Script { batches: batches.clone(), ..Script::default() };
                let mut ingest = ingest(script, bus.clone(), one_entity()).with(config);
                while let Ok(done) = ingest.step().await {
                    assert!(done.counts.balance());
                    if done.caught_up { break; }
                }
            }
            let counts = saved(&*bus).await;
            let count = |is: fn(&Fate) -> bool| fates.iter().flatten().filter(|fate| is(fate)).count() as u64;
            assert!(counts.balance());
            assert_eq!(counts.fetched, count(|_| true));
            assert_eq!(counts.repeated, count(|fate| matches!(fate, Fate::Repeated)));
            assert_eq!(counts.dead, count(|fate| match fate {
                Fate::Dead => true,
                Fate::Events(entities) => entities.contains(&0),
                _ => false,
            }));
            assert_eq!(counts.converted, count(|fate| match fate {
                Fate::Events(entities) => !entities.contains(&0) && entities.contains(&1),
                _ => false,
            }));
        });
    }
}
