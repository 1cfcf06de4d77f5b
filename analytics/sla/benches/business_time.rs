//! Nanoseconds per business-time evaluation, single and by columns of a million and of ten million tickets, over ten years of an
//! office calendar. Beside the columns stands the bound that memory sets: reading the same columns once and writing the answer.

use std::hint::black_box;

use chrono_tz::Tz;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sla::{
    Calendar, Compiled, Segment,
    glpi::Walker,
    what_if::{Columns, Outcome, Pauses, recompute, recompute_with_instants},
};

/// Tickets of the smaller desk, and of the larger one.
const DESKS: [usize; 2] = [1_000_000, 10_000_000];
/// Every so many tickets waited once.
const WAITED_EACH: usize = 3;
const TEN_YEARS_SECONDS: u64 = 315_576_000;
/// 2016-01-01.
const FIRST: i64 = 1_451_606_400;

fn office() -> Option<Calendar> {
    let hours = |day| Some([Segment::parse(day, "09:00", "12:00").ok()?, Segment::parse(day, "13:00", "18:00").ok()?]);
    let week: Option<Vec<[Segment; 2]>> = (1..=5).map(hours).collect();
    Calendar::new(Tz::Europe__Paris, &week?.concat(), vec![]).ok()
}

/// Tickets in no order, each a few days long.
fn tickets(rows: usize) -> (Vec<i64>, Vec<i64>) {
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) % below) as i64
    };
    let ticket = |_| {
        let start = FIRST + draw(TEN_YEARS_SECONDS);
        (start, start + draw(6 * 86_400))
    };
    (0..rows).map(ticket).unzip()
}

fn business_time(criterion: &mut Criterion) {
    let Some(calendar) = office() else { return };
    let compiled = Compiled::new(calendar.clone());
    let (starts, stops) = tickets(DESKS[0]);
    let mut next = (0..DESKS[0]).cycle();
    let mut row = move || next.next().unwrap_or_default();

    criterion.bench_function("between", |bench| {
        bench.iter(|| {
            let row = row();
            black_box(compiled.between(starts[row], stops[row]))
        });
    });
    let mut next = (0..DESKS[0]).cycle();
    let mut row = move || next.next().unwrap_or_default();
    criterion.bench_function("due", |bench| bench.iter(|| black_box(compiled.due(starts[row()], 57_600))));
    criterion.bench_function("walk as glpi does", |bench| {
        let walker = Walker::new(&calendar);
        bench.iter(|| black_box(walker.active(black_box(starts[7]), stops[7])));
    });
    criterion.bench_function("compile", |bench| bench.iter(|| Compiled::new(black_box(calendar.clone()))));
}

fn columns(criterion: &mut Criterion) {
    let Some(calendar) = office() else { return };
    let calendars = [Compiled::new(calendar)];
    for rows in DESKS {
        let mut group = criterion.benchmark_group(format!("columns of {rows}"));
        group.throughput(Throughput::Elements(rows as u64)).sample_size(10);
        let (starts, stops) = tickets(rows);
        let (targets, ids) = (vec![57_600; rows], vec![0; rows]);
        let mut out = vec![0; rows];
        group.bench_function("the bound of memory", |bench| {
            bench.iter(|| bound(&starts, &stops, &targets, black_box(&mut out)));
        });
        group.bench_function("between_all", |bench| {
            bench.iter(|| calendars[0].between_all(&starts, &stops, &mut out));
        });
        drop(out);
        let mut outcome = Outcome::default();
        let mut plain =
            Columns { starts: &starts, stops: &stops, pauses: Pauses::None, targets: &targets, calendars: &ids };
        group.bench_function("what-if", |bench| bench.iter(|| recompute(&plain, &calendars, &mut outcome)));
        let (offsets, pause_starts, pause_stops) = pauses(&starts, &stops);
        plain.pauses = Pauses::Stretches { offsets: &offsets, starts: &pause_starts, stops: &pause_stops };
        group.bench_function("what-if with pauses", |bench| bench.iter(|| recompute(&plain, &calendars, &mut outcome)));
        group.bench_function("what-if with pauses and instants", |bench| {
            bench.iter(|| recompute_with_instants(&plain, &calendars, &mut outcome));
        });
        group.finish();
    }
}

/// What nobody can do without: every value read once, and one written for each row.
fn bound(starts: &[i64], stops: &[i64], targets: &[i64], out: &mut [i64]) {
    for (((start, stop), target), out) in starts.iter().zip(stops).zip(targets).zip(out) {
        *out = stop - start - target;
    }
}

/// The middle third of the life of each third ticket.
fn pauses(starts: &[i64], stops: &[i64]) -> (Vec<u32>, Vec<i64>, Vec<i64>) {
    let (mut offsets, mut from, mut to) = (vec![0], Vec::new(), Vec::new());
    for (row, (start, stop)) in starts.iter().zip(stops).enumerate() {
        if row % WAITED_EACH == 0 {
            let third = (stop - start) / 3;
            from.push(start + third);
            to.push(stop - third);
        }
        offsets.push(from.len() as u32);
    }
    (offsets, from, to)
}

criterion_group!(benches, business_time, columns);
criterion_main!(benches);
