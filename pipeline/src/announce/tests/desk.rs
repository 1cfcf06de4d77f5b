//! A desk from GLPI's news to what is told of its clocks, on a clock that the test sets.

use std::{fmt::Write as _, path::Path, sync::Arc};

use bytes::Bytes;
use chrono_tz::Tz;
use schemas::{Body, Codec, Event, EventId, Instant, Offset, TicketId};
use tempfile::TempDir;
use uuid::Uuid;

use crate::{
    announce::{Announced, Announcer, Config, Moment},
    buses::{Append, Bus, SLA, TICKETS, embedded::EmbeddedBus},
    process::{self, News, Processor},
    projection::tests::desk::{at, event, key},
    sinks::{
        Sink,
        embedded::{self, EmbeddedSink},
    },
};

/// A desk on disk.
pub(super) struct Desk {
    folder: TempDir,
    pub(super) bus: Arc<dyn Bus>,
    pub(super) sink: Arc<dyn Sink>,
    processor: Processor,
    pub(super) announcer: Announcer,
    /// What of the topic was looked at.
    seen: Offset,
}

async fn opened(folder: &Path) -> (Arc<dyn Bus>, Arc<dyn Sink>) {
    let bus = EmbeddedBus::open(folder).await.unwrap();
    let sink = EmbeddedSink::open(folder, embedded::Config::default(), || at(0)).await.unwrap();
    (Arc::new(bus), Arc::new(sink))
}

fn engines(bus: &Arc<dyn Bus>, sink: &Arc<dyn Sink>) -> (Processor, Announcer) {
    let (codec, news) = (Arc::new(Codec::new().unwrap()), Arc::new(News::default()));
    let (bus, sink) = (Arc::clone(bus), Arc::clone(sink));
    let config = Config { instance: key().instance, calendar_zone: Tz::UTC };
    let announcer = Announcer::new(Arc::clone(&bus), Arc::clone(&sink), Arc::clone(&codec), config, Arc::clone(&news));
    let processor = Processor::new(bus, sink, codec, process::Config::default(), || at(0)).telling(news);
    (processor, announcer)
}

impl Desk {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (bus, sink) = opened(folder.path()).await;
        let (processor, announcer) = engines(&bus, &sink);
        Self { folder, bus, sink, processor, announcer, seen: Offset(0) }
    }

    /// Ends everything, without a word, and begins again from the disk.
    pub(super) async fn restart(&mut self) {
        (self.bus, self.sink) = opened(self.folder.path()).await;
        (self.processor, self.announcer) = engines(&self.bus, &self.sink);
    }

    /// Uses another log from now on.
    pub(super) fn on(&mut self, bus: Arc<dyn Bus>) {
        (self.processor, self.announcer) = engines(&bus, &self.sink);
        self.bus = bus;
    }

    /// Takes in news: a line is `ticket: minute sequence what`.
    pub(super) async fn learn(&mut self, lines: &str) {
        let codec = Codec::new().unwrap();
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
        let records = lines.map(|line| {
            let (ticket, line) = line.split_once(':').unwrap();
            let event = of_ticket(ticket.parse().unwrap(), line);
            (Bytes::from(format!("t/{ticket}")), codec.encode(&event).unwrap().into())
        });
        let append = Append { topic: TICKETS.to_owned(), records: records.collect(), ..Append::default() };
        self.bus.append(append).await.unwrap();
        self.store().await;
    }

    /// Stores everything that the log holds.
    pub(super) async fn store(&mut self) {
        while !self.processor.step().await.unwrap().is_caught_up() {}
    }

    /// One turn.
    pub(super) async fn turn(&mut self, now: f64, watermark: Option<f64>) -> Announced {
        let moment = Moment { now: minutes(now), watermark: watermark.map(minutes) };
        self.announcer.turn(moment).await.unwrap()
    }

    /// What is told at a minute when everything before another is known.
    pub(super) async fn told(&mut self, now: f64, watermark: f64) -> String {
        while !self.turn(now, Some(watermark)).await.is_done {}
        self.news().await
    }

    /// Checks what is told at a minute, when everything before it is known.
    #[track_caller]
    pub(super) fn check(&mut self, now: f64, expected: &str) -> impl Future<Output = ()> {
        self.check_late(now, now, expected)
    }

    /// The same when everything before another minute is known.
    #[track_caller]
    pub(super) fn check_late(&mut self, now: f64, watermark: f64, expected: &str) -> impl Future<Output = ()> {
        let place = std::panic::Location::caller();
        async move {
            let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            assert_eq!(self.told(now, watermark).await, expected.join("\n"), "{place}");
        }
    }

    /// What came to the topic since this was asked last.
    pub(super) async fn news(&mut self) -> String {
        let codec = Codec::new().unwrap();
        let mut text = String::new();
        for record in self.bus.read(SLA, self.seen, 10_000).await.unwrap() {
            self.seen = Offset(record.offset.0 + 1);
            let event = codec.decode(&record.value).unwrap();
            assert_eq!(record.key, format!("t/{}", event.envelope.ticket_id));
            writeln!(text, "{}", shown(&event)).unwrap();
        }
        text.trim_end().to_owned()
    }
}

fn minutes(minutes: f64) -> Instant {
    Instant(at(0).0 + (minutes * 60e6) as i64)
}

fn minute(at_then: Instant) -> f64 {
    (at_then.0 - at(0).0) as f64 / 60e6
}

fn of_ticket(ticket: i64, line: &str) -> Event {
    let mut event = event(line);
    if !matches!(event.body, Body::Dimension(_)) {
        event.envelope.ticket_id = TicketId(ticket);
        event.envelope.event_id = EventId(Uuid::new_v5(&event.envelope.event_id.0, &ticket.to_le_bytes()));
    }
    event
}

/// An event in short: ticket, clock, mark, its minute, its revision, and what is special.
fn shown(event: &Event) -> String {
    let (clock, mark, revision, is_provisional, is_retraction) = match &event.body {
        Body::SlaTicked(tick) => {
            let percent = tick.threshold_percent.unwrap();
            assert_eq!(tick.elapsed_s, (tick.target_s * i64::from(percent) + 99) / 100);
            (tick.clock, format!("{percent} %"), tick.revision, tick.is_provisional, tick.is_retraction)
        }
        Body::SlaBreached(breach) => {
            assert_eq!(breach.breached_at, event.envelope.occurred_at);
            let mut mark = "broken".to_owned();
            if let Some(person) = breach.technician_id {
                write!(mark, " by {person}").unwrap();
            }
            (breach.clock, mark, breach.revision, breach.is_provisional, breach.is_retraction)
        }
        other => panic!("{other:?}"),
    };
    let clock = format!("{clock:?}").to_lowercase();
    let mut text =
        format!("{}: {clock} {mark} at {} r{revision}", event.envelope.ticket_id, minute(event.envelope.occurred_at));
    text.push_str(if is_provisional { ", provisional" } else { "" });
    text.push_str(if is_retraction { ", taken back" } else { "" });
    text
}
