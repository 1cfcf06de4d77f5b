//! Whatever is corrected in whatever order, and wherever Farol is stopped: in the end what is told is what is true.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use sla::Kind;

use crate::announce::{
    difference::{Act, STALE_S_MAX, Tell, When, difference},
    told::Told,
    truth::{Holder, Key, Mark, Point, Truth, Truths},
};

/// Marks that came no later than this are the past.
const BEGUN: i64 = 1_000;
/// Everything has come by then.
const END: i64 = 10_000;

/// What is true for a while, and when somebody looks.
#[derive(Clone, Debug)]
struct Look {
    truths: Truths,
    now: i64,
    watermark: Option<i64>,
    /// What this look finds is lost before it is written.
    is_lost: bool,
}

fn key() -> impl Strategy<Value = Key> {
    (prop::bool::ANY, 0_i64..3, 1_i64..3).prop_map(|(is_own, attached, agreement)| Key {
        kind: if is_own { Kind::Tto } else { Kind::OlaTtr },
        attached,
        agreement,
        target: 100 * agreement,
    })
}

fn truth() -> impl Strategy<Value = Truth> {
    let point = prop::option::of((500_i64..3_000, prop_oneof![Just(0_i64), 0_i64..900]));
    (key(), prop::array::uniform6(point)).prop_map(|(key, points)| {
        let point = |(at, later): (i64, i64)| Point { at: at / 100 * 100, fires: at / 100 * 100 + later };
        Truth { key, holder: Holder::default(), points: points.map(|found| found.map(point)) }
    })
}

fn truths() -> impl Strategy<Value = Truths> {
    (prop::collection::vec(truth(), 0..4), prop::bool::weighted(0.8)).prop_map(|(mut promises, is_counted)| {
        promises.sort_by_key(|truth| truth.key);
        promises.dedup_by_key(|truth| truth.key);
        Truths { entity_id: 0, is_counted, promises }
    })
}

fn looks() -> impl Strategy<Value = Vec<Look>> {
    let look = (0_usize..3, 500_i64..4_000, prop::option::of(0_i64..4_000), prop::bool::weighted(0.2));
    (prop::collection::vec(truths(), 3), prop::collection::vec(look, 0..12)).prop_map(|(worlds, looks)| {
        let look = |(world, now, watermark, is_lost): (usize, _, _, _)| Look {
            truths: worlds[world].clone(),
            now,
            watermark,
            is_lost,
        };
        looks.into_iter().map(look).collect()
    })
}

/// What whoever reads the topic knows: instants, and whether they are provisional.
fn known(topic: &[Tell]) -> BTreeMap<(Key, Mark), (i64, i64, bool)> {
    let mut known = BTreeMap::new();
    for tell in topic {
        let place = (tell.key, tell.mark);
        let standing = (tell.at, tell.revision, tell.is_provisional);
        match tell.act {
            Act::Told => assert_eq!(known.insert(place, standing), None, "told twice: {tell:?}"),
            Act::Confirmed => {
                let before = known.insert(place, standing);
                assert_eq!(before, Some((tell.at, tell.revision, true)), "nothing to confirm: {tell:?}");
            }
            Act::Retracted => {
                let before = known.remove(&place).map(|(at, revision, _)| (at, revision));
                assert_eq!(before, Some((tell.at, tell.revision)), "nothing to retract: {tell:?}");
            }
        }
    }
    known
}

/// `PROPTEST_CASES` is another number.
fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").is_ok();
    if asked { ProptestConfig::default() } else { ProptestConfig::with_cases(10_000) }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn what_is_told_in_the_end_is_what_is_true_and_no_event_comes_twice(looks in looks(), last in truths()) {
        let (mut told, mut topic) = (Told::default(), Vec::<Tell>::new());
        let last = Look {
            truths: Truths { is_counted: true, ..last },
            now: END,
            watermark: Some(END),
            is_lost: false,
        };
        for look in looks.iter().chain([&last]) {
            let when = When { now: look.now, watermark: look.watermark, begun: BEGUN };
            let found = difference(&told, &look.truths, when);
            if look.is_lost {
                continue;
            }
            for tell in &found.tells {
                let is_late = look.watermark.is_none_or(|watermark| watermark + STALE_S_MAX < tell.at);
                prop_assert_eq!(tell.is_provisional, is_late && tell.act == Act::Told);
            }
            topic.extend(found.tells.iter().copied());
            // As it is read back after a stop.
            told = Told::read(&found.told.write().unwrap()).unwrap();
            let again = difference(&told, &look.truths, when);
            prop_assert_eq!(again.tells.len(), 0);
            prop_assert_eq!((again.next, again.unsure, again.running), (found.next, found.unsure, found.running));
            prop_assert!(again.next.is_none_or(|next| next > look.now));
        }

        let known = known(&topic);
        let points = || last.truths.promises.iter().flat_map(|truth| {
            let points = Mark::ALL.into_iter().zip(truth.points);
            points.filter_map(move |(mark, point)| Some(((truth.key, mark), point?)))
        });
        for (place, point) in points().filter(|(_, point)| point.fires > BEGUN) {
            prop_assert_eq!(known.get(&place).map(|(at, ..)| *at), Some(point.at));
        }
        let true_at: BTreeMap<(Key, Mark), i64> = points().map(|(place, point)| (place, point.at)).collect();
        for (place, (at, _, is_provisional)) in &known {
            prop_assert_eq!(true_at.get(place), Some(at));
            prop_assert!(!is_provisional);
        }
        let mut names = BTreeSet::new();
        for tell in &topic {
            prop_assert!(names.insert((tell.key.kind, tell.revision, tell.mark, tell.act)), "{:?}", tell);
        }
    }
}
