//! Old events, processed again.

use std::sync::Arc;

use schemas::{Codec, Instant, Offset, tables::Table};

use super::{append, log, process, processor, rows};
use crate::{
    buses::{Bus, TICKETS},
    process::Config,
    replay::{Replayed, rebuild, replay},
    sinks::{RowBatch, Sink, memory::MemorySink},
};

const HISTORY: &str = "
    1: 0 1 created
    1: 0 0 state 1
    garbage
    2: 0 2 created
    2: 0 0 state 1";

#[tokio::test]
async fn a_replay_changes_nothing_that_is_right() {
    let bus = log(HISTORY).await;
    let sink = Arc::new(MemorySink::new());
    process(&bus, &sink, 2).await.unwrap();
    let (before, counts) = (rows(&sink), sink.counts().await.unwrap());
    for _ in 0..2 {
        let all = Instant(0)..Instant(i64::MAX);
        let replayed = replay(&*bus, &*sink, &Codec::new().unwrap(), all, &Config::default()).await.unwrap();
        assert_eq!(replayed, Replayed { records: 5, tickets: 2 });
        assert_eq!((rows(&sink), sink.counts().await.unwrap()), (before.clone(), counts));
        assert_eq!(sink.position(TICKETS).await.unwrap(), Offset(5));
    }
}

#[tokio::test]
async fn a_replay_repairs_the_tickets_of_its_window_only() {
    let bus = log(HISTORY).await;
    append(&bus, "1: 3 3 status 1 2\n1: 3 0 state 2", 5).await;
    let sink = Arc::new(MemorySink::new());
    process(&bus, &sink, 100).await.unwrap();
    let right = rows(&sink);
    // Rows of the same version, cut short: the last span of ticket 1 is lost.
    let spans = sink.rows(Table::TicketSpans).slice(0, 1);
    let damage = RowBatch { rows: vec![(Table::TicketSpans, spans)], ..RowBatch::default() };
    sink.write(damage, "damage", Offset(1)).await.unwrap();
    assert_ne!(rows(&sink), right);

    let codec = Codec::new().unwrap();
    let nothing = replay(&*bus, &*sink, &codec, Instant::from_seconds(6)..Instant(i64::MAX), &Config::default()).await;
    assert_eq!(nothing.unwrap(), Replayed::default());
    let window = Instant::from_seconds(5)..Instant::from_seconds(6);
    let replayed = replay(&*bus, &*sink, &codec, window, &Config::default()).await.unwrap();
    assert_eq!(replayed, Replayed { records: 2, tickets: 1 });
    assert_eq!(rows(&sink), right);
}

#[tokio::test]
async fn a_rebuild_gives_what_came_bit_by_bit() {
    let bus = log(HISTORY).await;
    let sink = Arc::new(MemorySink::new());
    process(&bus, &sink, 1).await.unwrap();
    append(&bus, "1: 3 3 status 1 2\n2: 9 0 purge\n1: 3 0 state 2", 5).await;
    process(&bus, &sink, 1).await.unwrap();

    let rebuilt = Arc::new(MemorySink::new());
    let mut steps = 0;
    let mut processor = processor(Arc::clone(&bus) as Arc<dyn Bus>, Arc::clone(&rebuilt) as Arc<dyn Sink>);
    assert_eq!(rebuild(&mut processor, |_| steps += 1).await.unwrap(), Offset(8));
    assert_eq!(steps, 1);
    assert_eq!(rows(&rebuilt), rows(&sink));
    assert_eq!(rebuilt.counts().await.unwrap(), sink.counts().await.unwrap());
}
