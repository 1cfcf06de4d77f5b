//! What becomes of records.

use std::sync::Arc;

use schemas::{Body, Codec, Offset, ingestion::EventCounts, tables::Table};

use super::{
    Error, append,
    faults::{Lossy, Shaky},
    log, of_ticket, process, processor, record, rows, states,
};
use crate::{
    Fault,
    buses::{Append, Bus, TICKETS},
    sinks::{Sink, memory::MemorySink},
};

/// Two tickets, their SLA redefined meanwhile, events that come again, and a record that is none.
const MONDAY: &str = "
    0: 0 0 sla 5 4 hour
    1: 0 1 created
    1: 0 0 state 1 ttr=5
    2: 0 2 created
    2: 0 0 state 1 ttr=5
    1: 3 3 status 1 2
    garbage
    0: 1 0 sla 5 2 day
    1: 3 0 state 2 ttr=5
    2: 0 2 created
    1: 4 4 add person 7 assigned
    1: 4 0 link person 31 7 assigned
    2: 5 0 tick
    1: 0 1 created
    0: 0 0 sla 5 4 hour
    2: 5 0 tick
    1: 4 0 state 2 ttr=5
    2: 6 0 purge";

const COUNTS: EventCounts = EventCounts { appended: 0, stored: 13, repeated: 4, filtered: 0, dead: 1 };

#[tokio::test]
async fn where_batches_end_shows_nowhere() {
    let bus = log(MONDAY).await;
    let whole = Arc::new(MemorySink::new());
    assert_eq!(process(&bus, &whole, 100).await.unwrap(), COUNTS);
    assert_eq!(whole.rows(Table::Tickets).num_rows(), 2);
    for records in [1, 2, 3, 5, 7] {
        let sink = Arc::new(MemorySink::new());
        assert_eq!(process(&bus, &sink, records).await.unwrap(), COUNTS);
        assert_eq!(rows(&sink), rows(&whole), "in steps of {records}");
        assert_eq!(states(&sink).await, states(&whole).await);
    }
    assert_eq!(bus.dead_letters().list(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn every_record_is_counted_once() {
    let bus = log(MONDAY).await;
    let sink = Arc::new(MemorySink::new());
    process(&bus, &sink, 3).await.unwrap();
    append(&bus, MONDAY, 2).await;
    process(&bus, &sink, 4).await.unwrap();

    let appended = bus.end(TICKETS).await.unwrap().0;
    let counts = EventCounts { appended, ..sink.counts().await.unwrap() };
    assert_eq!((counts.stored, counts.dead, counts.pending()), (13, 2, 0));
    let events = sink.rows(Table::TicketEvents).num_rows() + sink.rows(Table::Dimensions).num_rows();
    assert_eq!(events as u64, counts.stored);
}

#[tokio::test]
async fn a_store_that_fails_before_or_after_a_write_loses_and_doubles_nothing() {
    let bus = log(MONDAY).await;
    let (calm, kept) = (Arc::new(MemorySink::new()), Arc::new(MemorySink::new()));
    process(&bus, &calm, 100).await.unwrap();

    let short = super::ShortReads { bus: Arc::clone(&bus) as Arc<dyn Bus>, records: 2 };
    let mut processor = processor(Arc::new(short), Arc::new(Shaky::new(&kept)));
    let mut failures = 0;
    loop {
        match processor.step().await {
            Ok(step) if step.is_caught_up() => break,
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.fault(), Fault::Transient);
                failures += 1;
            }
        }
    }
    assert!(failures > 4);
    assert_eq!(rows(&kept), rows(&calm));
    assert_eq!(kept.counts().await.unwrap(), calm.counts().await.unwrap());
    assert_eq!(bus.dead_letters().list(None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_record_that_is_no_event_becomes_a_dead_letter_that_tells_its_place() {
    let bus = log("1: 0 1 created\n garbage").await;
    let sink = Arc::new(MemorySink::new());
    process(&bus, &sink, 10).await.unwrap();
    let letters = bus.dead_letters().list(None, 10).await.unwrap();
    let [letter] = letters.as_slice() else { panic!("{letters:?}") };
    assert_eq!((letter.origin.as_str(), letter.stage.as_str()), ("tickets/1", "process"));
    assert_eq!(letter.ticket_id.unwrap().0, 1);
    assert_eq!(letter.raw, "67617262616765");
}

#[tokio::test]
async fn a_gap_in_the_log_stops_everything() {
    let bus = log(MONDAY).await;
    for lost in [0, 1, 9] {
        let sink = Arc::new(MemorySink::new());
        let lossy = Lossy { bus: Arc::clone(&bus) as Arc<dyn Bus>, lost: Offset(lost) };
        let error = processor(Arc::new(lossy), Arc::clone(&sink) as Arc<dyn Sink>).step().await.unwrap_err();
        assert!(matches!(error, Error::Gap { expected: Offset(at), .. } if at == lost), "{error}");
        assert_eq!(error.fault(), Fault::Fatal);
        assert_eq!(sink.position(TICKETS).await.unwrap(), Offset(0));
    }
}

#[tokio::test]
async fn a_step_at_the_end_of_the_log_does_nothing() {
    let bus = log("1: 0 1 created").await;
    let sink = Arc::new(MemorySink::new());
    let mut processor = processor(bus, sink);
    assert!(processor.step().await.unwrap().is_caught_up());
    let step = processor.step().await.unwrap();
    assert_eq!((step.records, step.position, step.end), (0, Offset(1), Offset(1)));
}

#[tokio::test]
async fn a_dimension_that_calls_itself_a_ticket_takes_no_ticket_s_place() {
    let bus = log("5: 0 1 created").await;
    let mut event = of_ticket(0, "0 0 sla 5 4 hour");
    if let Body::Dimension(dimension) = &mut event.body {
        dimension.kind = "ticket".to_owned();
    }
    let records = vec![record(&Codec::new().unwrap(), &event)];
    bus.append(Append { topic: TICKETS.to_owned(), records, ..Append::default() }).await.unwrap();

    let sink = Arc::new(MemorySink::new());
    let counts = process(&bus, &sink, 10).await.unwrap();
    assert_eq!((counts.stored, counts.dead), (1, 1));
}
