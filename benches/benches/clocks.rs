//! A million running clocks: how long it takes to take them up, what they weigh, what they cost while nothing happens, and how long
//! after its instant a mark is an event on the disk. `CLOCKS` in the environment is another number of them.
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on ends")]

use std::{
    sync::Arc,
    time::{Duration, Instant as Watch},
};

use benches::now;
use chrono_tz::Tz;
use pipeline::{
    announce::{Announcer, Config, Moment},
    buses::{Bus, SLA, embedded::EmbeddedBus},
    process::News,
    projection::{CLOCKS_SPACE, Standing},
    sinks::{
        Fold, RowBatch, Sink,
        embedded::{self, EmbeddedSink},
    },
};
use schemas::{Codec, Instance, Offset};
use serde_json::json;

const CLOCKS: usize = 1_000_000;
/// The marks of all clocks are spread over this hour.
const SPREAD_S: i64 = 3_600;
/// So many marks come in one second, some time later.
const BURST: usize = 100_000;
const BURST_AFTER_S: i64 = 30;
/// How long marks are watched as they come.
const FOLLOWED: Duration = Duration::from_mins(1);
/// How long nothing happens.
const IDLE: Duration = Duration::from_secs(20);
/// As Farol sleeps.
const NAP: Duration = Duration::from_millis(500);
const TARGET_S: i64 = 86_400;
const WRITTEN_AT_ONCE: usize = 20_000;

#[tokio::main]
async fn main() {
    let clocks = std::env::var("CLOCKS").ok().and_then(|text| text.parse().ok()).unwrap_or(CLOCKS);
    let folder = tempfile::tempdir().unwrap();
    let bus: Arc<dyn Bus> = Arc::new(EmbeddedBus::open(folder.path()).await.unwrap());
    let sink: Arc<dyn Sink> =
        Arc::new(EmbeddedSink::open(folder.path(), embedded::Config::default(), now).await.unwrap());

    let (said, mut bench) = taken_up(&bus, &sink, clocks).await;
    println!("{said}");
    bench.idle().await;
    bench.follow(clocks).await;
}

/// An announcer and what it announced.
struct Bench {
    bus: Arc<dyn Bus>,
    sink: Arc<dyn Sink>,
    announcer: Announcer,
    seen: Offset,
    codec: Codec,
}

/// Takes up `clocks` clocks whose marks lie far ahead.
async fn taken_up(bus: &Arc<dyn Bus>, sink: &Arc<dyn Sink>, clocks: usize) -> (String, Bench) {
    let start = now().seconds();
    keep(sink, (1..=clocks as i64).map(|id| (id, start)), 1).await;
    let before = resident_kib();
    let config = Config { instance: Instance::new("desk").unwrap(), calendar_zone: Tz::UTC };
    let codec = Arc::new(Codec::new().unwrap());
    let mut announcer = Announcer::new(Arc::clone(bus), Arc::clone(sink), codec, config, Arc::new(News::default()));
    let watch = Watch::now();
    while !announcer.turn(moment()).await.unwrap().is_done {}
    let took = watch.elapsed();
    let weight = resident_kib().saturating_sub(before);
    let (bus, sink, codec) = (Arc::clone(bus), Arc::clone(sink), Codec::new().unwrap());
    let said = format!(
        "{clocks} clocks taken up in {took:.2?} ({:.1} us each); {:.0} MiB, {} bytes each",
        took.as_secs_f64() * 1e6 / clocks as f64,
        weight as f64 / 1024.0,
        weight * 1024 / clocks.max(1),
    );
    (said, Bench { bus, sink, announcer, seen: Offset(0), codec })
}

impl Bench {
    async fn idle(&mut self) {
        let (cpu, watch) = (cpu_s(), Watch::now());
        while watch.elapsed() < IDLE {
            let turn = self.announcer.turn(moment()).await.unwrap();
            assert_eq!(turn.events, 0, "nothing should happen");
            tokio::time::sleep(NAP).await;
        }
        let share = (cpu_s() - cpu) / watch.elapsed().as_secs_f64();
        println!("idle: {:.2} % of a processor", share * 100.0);
    }

    /// Clocks that come to their marks one after another, and many at once.
    async fn follow(&mut self, clocks: usize) {
        let half = TARGET_S / 2;
        let start = now().seconds() + 5 + (clocks as i64 / 50_000);
        let burst = BURST.min(clocks / 2);
        let since = |place: usize| {
            if place < burst {
                start + BURST_AFTER_S
            } else {
                start + (place - burst) as i64 * SPREAD_S / clocks as i64
            }
        };
        keep(&self.sink, (0..clocks).map(|place| (place as i64 + 1, since(place) - half)), 2).await;
        // As a calendar that changes: all of them are taken up again.
        let news = Arc::new(News::default());
        let config = Config { instance: Instance::new("desk").unwrap(), calendar_zone: Tz::UTC };
        let codec = Arc::new(Codec::new().unwrap());
        self.announcer = Announcer::new(Arc::clone(&self.bus), Arc::clone(&self.sink), codec, config, news);
        while !self.announcer.turn(moment()).await.unwrap().is_done {}
        println!("marks begin in {} s", start - now().seconds());

        let (mut calm, mut crowd) = (Vec::new(), Vec::new());
        let (watch, cpu) = (Watch::now(), cpu_s());
        while watch.elapsed() < FOLLOWED {
            let turn = self.announcer.turn(moment()).await.unwrap();
            if turn.events > 0 {
                self.note(start + BURST_AFTER_S, (&mut calm, &mut crowd)).await;
            }
            if turn.is_done {
                let ahead = turn.next.map_or(NAP, |next| Duration::from_micros((next.0 - now().0).max(0) as u64));
                tokio::time::sleep(ahead.min(NAP)).await;
            }
        }
        let share = (cpu_s() - cpu) / watch.elapsed().as_secs_f64();
        println!(
            "followed for {:?}: {:.1} % of a processor, this bench's reading back included",
            FOLLOWED,
            share * 100.0
        );
        println!("marks as they come:  {}", told(&mut calm));
        println!("{burst} marks in one second, and what came after: {}", told(&mut crowd));
    }

    /// How long after their instants the newest events were on the disk.
    async fn note(&mut self, burst: i64, (calm, crowd): (&mut Vec<i64>, &mut Vec<i64>)) {
        let done = now();
        for record in self.bus.read(SLA, self.seen, 100_000).await.unwrap() {
            self.seen = Offset(record.offset.0 + 1);
            let at = self.codec.decode(&record.value).unwrap().envelope.occurred_at;
            let late = done.0 - at.0;
            if at.seconds() < burst || at.seconds() > burst + 15 { calm.push(late) } else { crowd.push(late) }
        }
    }
}

/// Now, with everything known.
fn moment() -> Moment {
    Moment { now: now(), watermark: Some(now()) }
}

/// Keeps standings of tickets whose clocks run since an instant, all hours.
async fn keep(sink: &Arc<dyn Sink>, tickets: impl Iterator<Item = (i64, i64)>, round: u64) {
    let mut folds = Vec::with_capacity(WRITTEN_AT_ONCE);
    let mut next = round << 32;
    let mut tickets = tickets.peekable();
    while let Some((id, since)) = tickets.next() {
        folds.push(Fold { space: CLOCKS_SPACE.to_owned(), id, state: standing(since).write().unwrap() });
        if folds.len() == WRITTEN_AT_ONCE || tickets.peek().is_none() {
            next += 1;
            let batch = RowBatch { folds: std::mem::take(&mut folds), ..RowBatch::default() };
            sink.write(batch, "bench", Offset(next)).await.unwrap();
        }
    }
}

fn standing(since: i64) -> Standing {
    let run = json!({"since": since, "elapsed": 0, "is_by_entity": false});
    let promise = json!({
        "kind": "Ttr", "attached": since, "agreement": 5, "target": TARGET_S, "used": [null, null, null, null, null],
        "is_broken": false, "calendar": null, "run": run, "technician_id": 7, "group_id": 3,
    });
    serde_json::from_value(json!({"entity_id": 0, "is_counted": true, "promises": [promise]})).unwrap()
}

fn told(late: &mut [i64]) -> String {
    late.sort_unstable();
    let of = |share: f64| late.get((late.len() as f64 * share) as usize).or(late.last()).copied().unwrap_or(0);
    let ms = |micros: i64| micros as f64 / 1e3;
    let (half, most, all) = (ms(of(0.5)), ms(of(0.99)), ms(of(1.0)));
    format!("{} events, half within {half:.1} ms, 99 % within {most:.1} ms, all within {all:.1} ms", late.len())
}

fn resident_kib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Seconds of processor time used so far.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
}
