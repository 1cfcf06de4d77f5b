//! What holds for every desk: generated lives, held against plain loops over them.
//!
//! Each property is tried on 10,000 desks, those that ask many questions of each on 1,000; `PROPTEST_CASES=1000000` tries a
//! million.

use std::{collections::BTreeMap, sync::Arc};

use arrow::{
    array::{
        ArrayRef, BooleanArray, Int64Array, Int64Builder, ListBuilder, RecordBatch, StringArray,
        TimestampMicrosecondArray, UInt8Array,
    },
    datatypes::{DataType, Field},
};
use chrono_tz::Tz;
use proptest::prelude::*;
use schemas::{Instant, tables::Table};

use super::*;
use crate::{
    buckets::{Buckets, Grain},
    history::{Dim, Frame, Share, Sheet, told},
    window::Window,
};

const CASES: u32 = 10_000;
const CASES_OF_MANY: u32 = 1_000;
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// One generated span, without its end: it ends where the next begins.
#[derive(Clone, Debug)]
struct Piece {
    lasts_s: i64,
    status: u8,
    priority: u8,
    is_counted: bool,
    people: Vec<i64>,
}

#[derive(Clone, Debug)]
struct Ticket {
    begin_s: i64,
    pieces: Vec<Piece>,
    is_gone: bool,
}

/// A span of a ticket: its index, its bounds and what holds during it.
struct Row {
    ticket: usize,
    from: i64,
    to: Option<i64>,
    piece: Piece,
}

fn piece() -> impl Strategy<Value = Piece> {
    let people = proptest::collection::btree_set(1..4_i64, 0..3).prop_map(|people| people.into_iter().collect());
    (1..400_000_i64, 1..=7_u8, 1..=6_u8, prop::bool::weighted(0.9), people).prop_map(
        |(lasts_s, status, priority, is_counted, people)| Piece { lasts_s, status, priority, is_counted, people },
    )
}

fn desk() -> impl Strategy<Value = Vec<Ticket>> {
    let ticket = (0..1_500_000_i64, proptest::collection::vec(piece(), 1..6), any::<bool>())
        .prop_map(|(begin_s, pieces, is_gone)| Ticket { begin_s, pieces, is_gone });
    proptest::collection::vec(ticket, 0..6)
}

fn rows(desk: &[Ticket]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (ticket, Ticket { begin_s, pieces, is_gone }) in desk.iter().enumerate() {
        let mut at = *begin_s;
        for (place, piece) in pieces.iter().enumerate() {
            let from = at * SECOND;
            at += piece.lasts_s;
            let ends = place + 1 < pieces.len() || *is_gone;
            rows.push(Row { ticket, from, to: ends.then_some(at * SECOND), piece: piece.clone() });
        }
    }
    rows
}

fn spans(rows: &[Row]) -> RecordBatch {
    fn of<T, A: FromIterator<T> + 'static>(rows: &[Row], value: impl Fn(&Row) -> T) -> A {
        rows.iter().map(value).collect()
    }
    let time = |value: fn(&Row) -> Option<i64>| -> ArrayRef {
        Arc::new(of::<_, TimestampMicrosecondArray>(rows, value).with_timezone("UTC"))
    };
    let list = |value: fn(&Row) -> &[i64]| -> ArrayRef {
        let item = Field::new_list_field(DataType::Int64, false);
        let mut lists = ListBuilder::new(Int64Builder::new()).with_field(item);
        for row in rows {
            lists.append_value(value(row).iter().map(|id| Some(*id)));
        }
        Arc::new(lists.finish())
    };
    let number = |value: fn(&Row) -> i64| -> ArrayRef { Arc::new(of::<_, Int64Array>(rows, |row| Some(value(row)))) };
    let small = |value: fn(&Row) -> u8| -> ArrayRef { Arc::new(of::<_, UInt8Array>(rows, |row| Some(value(row)))) };
    let flag = |value: fn(&Row) -> bool| -> ArrayRef { Arc::new(of::<_, BooleanArray>(rows, |row| Some(value(row)))) };
    let text = |value: &'static str| -> ArrayRef { Arc::new(of::<_, StringArray>(rows, |_| Some(value))) };
    let column = |name: &str| match name {
        "ticket_id" => number(|row| row.ticket as i64 + 1),
        "span_start" => time(|row| Some(row.from)),
        "span_end" => time(|row| row.to),
        "status" => small(|row| row.piece.status),
        "is_open" => flag(|row| is_open(&row.piece)),
        "is_counted" => flag(|row| row.piece.is_counted),
        "priority" => small(|row| row.piece.priority),
        "technician_ids" => list(|row| &row.piece.people),
        "group_ids" => list(|_| &[]),
        "instance" => text("test"),
        "confidence" => text("recorded"),
        _ => number(|_| 0),
    };
    let columns = Table::TicketSpans.columns().iter().map(|of| column(of.name)).collect();
    RecordBatch::try_new(Table::TicketSpans.arrow_schema(), columns).unwrap()
}

fn is_open(piece: &Piece) -> bool {
    !matches!(piece.status, 5 | 6)
}

fn is_backlog(row: &Row) -> bool {
    row.piece.is_counted && is_open(&row.piece)
}

/// Windows of whole and broken days.
fn windows() -> impl Strategy<Value = (i64, i64)> {
    (0..3_000_000_i64, 1..1_500_000_i64).prop_map(|(from, lasts)| (from * SECOND, (from + lasts) * SECOND))
}

fn asked(metric: &Metric, desk: &[Ticket], (from, to): (i64, i64), by: &[Dim], share: Share) -> Sheet {
    let window = Window { from: Instant(from), to: Instant(to) };
    let zone: Tz = "America/Sao_Paulo".parse().unwrap();
    let buckets = Buckets::cut(window, Grain::Day, zone, window.to).unwrap();
    let frame = Frame {
        buckets: Arc::new(buckets),
        by: by.to_vec(),
        zone,
        now: to,
        share,
        trees: vec![std::collections::HashMap::new(); by.len()],
        entities: None,
    };
    told(&spans(&rows(desk)), &metric.history.unwrap(), frame).unwrap()
}

/// Each measure by bucket and key.
type Told = BTreeMap<([i64; 3], usize, usize), i64>;

fn by_bucket(sheet: &Sheet) -> Told {
    let mut found = BTreeMap::new();
    for (number, key) in sheet.keys.all().iter().enumerate() {
        for (bucket, cell) in sheet.cells(number).0.into_iter().enumerate() {
            found.extend(cell.counts.into_iter().enumerate().map(|(measure, count)| ((*key, bucket, measure), count)));
        }
    }
    found
}

fn config(cases: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").is_ok();
    if asked { ProptestConfig::default() } else { ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(config(CASES))]

    #[test]
    fn the_backlog_of_every_bucket_is_what_a_look_at_its_end_finds(desk in desk(), window in windows()) {
        let sheet = asked(&BACKLOG, &desk, window, &[Dim::Priority], Share::Full);
        let told = by_bucket(&sheet);
        let rows = rows(&desk);
        for (bucket, ends) in sheet.buckets.all().iter().enumerate().map(|(at, bucket)| (at, bucket.to)) {
            for priority in 1..=6_u8 {
                let open = |row: &&Row| {
                    is_backlog(row) && row.piece.priority == priority && row.from < ends && row.to.is_none_or(|to| to >= ends)
                };
                let key = [i64::from(priority), crate::history::NONE, crate::history::NONE];
                let found = told.get(&(key, bucket, 0)).copied().unwrap_or(0);
                prop_assert_eq!(found, rows.iter().filter(open).count() as i64);
            }
        }
    }

    #[test]
    fn the_backlog_now_is_what_runs_and_is_open(desk in desk()) {
        let now = 100 * DAY;
        let sheet = asked(&BACKLOG, &desk, (now - DAY, now), &[], Share::Full);
        let open = rows(&desk).iter().filter(|row| is_backlog(row) && row.to.is_none()).count() as i64;
        let told: i64 = by_bucket(&sheet).iter().filter(|((_, bucket, _), _)| *bucket + 1 == sheet.buckets.len()).map(|(_, count)| count).sum();
        prop_assert_eq!(told, open);
    }
}

proptest! {
    #![proptest_config(config(CASES_OF_MANY))]

    #[test]
    fn the_backlog_grows_by_what_enters_less_what_leaves_for_every_key(desk in desk(), window in windows()) {
        for by in [&[][..], &[Dim::Priority], &[Dim::Technician, Dim::Status]] {
            let (backlog, flow) = (asked(&BACKLOG, &desk, window, by, Share::Full), asked(&BACKLOG_FLOW, &desk, window, by, Share::Full));
            let (stock, flows) = (by_bucket(&backlog), by_bucket(&flow));
            let begin = asked(&BACKLOG, &desk, (window.0 - 1, window.0), by, Share::Full);
            let before = by_bucket(&begin);
            let keys = backlog.keys.all().iter().chain(flow.keys.all()).chain(begin.keys.all());
            for key in keys {
                let mut level = before.get(&(*key, 0, 0)).copied().unwrap_or(0);
                for bucket in 0..backlog.buckets.len() {
                    let moved = |cause: usize| flows.get(&(*key, bucket, cause)).copied().unwrap_or(0);
                    level += (0..4).map(moved).sum::<i64>() - (4..9).map(moved).sum::<i64>();
                    prop_assert_eq!(level, stock.get(&(*key, bucket, 0)).copied().unwrap_or(0));
                }
            }
        }
    }

    #[test]
    fn time_in_parts_adds_up_to_the_whole_in_every_bucket(desk in desk(), window in windows()) {
        let whole = asked(&TECHNICIAN_TIME, &desk, window, &[], Share::Full);
        for share in [Share::Equal, Share::Primary] {
            let parts = asked(&TECHNICIAN_TIME, &desk, window, &[Dim::Technician, Dim::Priority], share);
            let mut sums: BTreeMap<(usize, usize), i64> = BTreeMap::new();
            for ((_, bucket, measure), seconds) in by_bucket(&parts) {
                *sums.entry((bucket, measure)).or_insert(0) += seconds;
            }
            for ((_, bucket, measure), seconds) in by_bucket(&whole) {
                prop_assert_eq!(sums.get(&(bucket, measure)).copied().unwrap_or(0), seconds);
            }
        }
        let open: i64 = rows(&desk).iter().filter(|row| is_backlog(row)).map(|row| {
            (row.to.unwrap_or(i64::MAX).min(window.1) - row.from.max(window.0)).max(0) / SECOND
        }).sum();
        let told: i64 = by_bucket(&whole).iter().filter(|((_, _, measure), _)| *measure == 0).map(|(_, seconds)| seconds).sum();
        prop_assert_eq!(told, open);
    }

    #[test]
    fn a_desk_read_in_parts_tells_what_it_tells_at_once(desk in desk(), window in windows(), cut in 0..6_usize) {
        let at_once = by_bucket(&asked(&SOLVE_EVENTS, &desk, window, &[Dim::Priority], Share::Full));
        let (one, other) = desk.split_at(cut.min(desk.len()));
        let mut merged = asked(&SOLVE_EVENTS, one, window, &[Dim::Priority], Share::Full);
        merged.merge(&asked(&SOLVE_EVENTS, other, window, &[Dim::Priority], Share::Full));
        prop_assert_eq!(by_bucket(&merged), at_once);
    }

    #[test]
    fn more_tickets_never_make_less_of_any_count(desk in desk(), window in windows()) {
        let fewer = &desk[..desk.len() / 2];
        for metric in [&BACKLOG, &SOLVE_EVENTS, &STATUS_TIME, &REOPEN_EVENTS, &BACKLOG_FLOW] {
            let all = by_bucket(&asked(metric, &desk, window, &[Dim::Technician], Share::Full));
            for (place, count) in by_bucket(&asked(metric, fewer, window, &[Dim::Technician], Share::Full)) {
                prop_assert!(count <= all.get(&place).copied().unwrap_or(0));
            }
        }
    }
}
