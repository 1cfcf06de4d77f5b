//! Nothing is lost or counted twice, whatever becomes of a row and whenever the process dies.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::sync::atomic::Ordering;

use proptest::prelude::*;
use schemas::{Offset, ingestion::RowCounts};
use transforms::Chain;

use super::script::{Mortal, Script, dead_row, event, impossible, ingest, one_entity, rows, saved};
use crate::{Fault, buses::Bus, sources::SourceBatch};

#[tokio::test]
async fn a_step_is_one_append_however_much_it_brings() {
    let batch = rows((1..=5_001).map(|ticket| vec![event(ticket, 1, "a")]).collect());
    let bus = Mortal::new(0);
    let script = || Script { batches: vec![batch.clone()], ..Script::default() };

    let mut killed = ingest(script(), bus.clone(), Chain::default());
    assert_eq!(killed.step().await.unwrap_err().fault(), Fault::Transient);
    assert_eq!(bus.checkpoint().await.unwrap(), (None, RowCounts::default()));

    bus.appends_left.store(1, Ordering::SeqCst);
    let mut next = ingest(script(), bus.clone(), Chain::default());
    assert_eq!(next.step().await.unwrap().end, Offset(5_001));
    assert_eq!(saved(&*bus).await, RowCounts { fetched: 5_001, converted: 5_001, ..RowCounts::default() });
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
            for appends in deaths.into_iter().chain([usize::MAX]) {
                bus.appends_left.store(appends, Ordering::SeqCst);
                let script = Script { batches: batches.clone(), ..Script::default() };
                let mut ingest = ingest(script, bus.clone(), one_entity());
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
