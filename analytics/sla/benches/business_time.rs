//! Nanoseconds per business-time evaluation, single and by columns, over ten years of an office calendar.

use std::hint::black_box;

use chrono_tz::Tz;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sla::{
    Calendar, Compiled, Segment,
    glpi::Walker,
    what_if::{Columns, Outcome, Pauses, recompute, recompute_with_instants},
};

const ROWS: usize = 1_000_000;
const TEN_YEARS_SECONDS: u64 = 315_576_000;
/// 2016-01-01.
const FIRST: i64 = 1_451_606_400;

fn office() -> Option<Calendar> {
    let hours = |day| Some([Segment::parse(day, "09:00", "12:00").ok()?, Segment::parse(day, "13:00", "18:00").ok()?]);
    let week: Option<Vec<[Segment; 2]>> = (1..=5).map(hours).collect();
    Calendar::new(Tz::Europe__Paris, &week?.concat(), vec![]).ok()
}

/// Tickets in no order, each a few days long.
fn tickets() -> (Vec<i64>, Vec<i64>) {
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    let mut draw = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((seed >> 33) % below) as i64
    };
    let ticket = |_| {
        let start = FIRST + draw(TEN_YEARS_SECONDS);
        (start, start + draw(6 * 86_400))
    };
    (0..ROWS).map(ticket).unzip()
}

fn business_time(criterion: &mut Criterion) {
    let Some(calendar) = office() else { return };
    let compiled = Compiled::new(calendar.clone());
    let (starts, stops) = tickets();
    let mut next = (0..ROWS).cycle();
    let mut row = move || next.next().unwrap_or_default();

    criterion.bench_function("between", |bench| {
        bench.iter(|| {
            let row = row();
            black_box(compiled.between(starts[row], stops[row]))
        });
    });
    let mut next = (0..ROWS).cycle();
    let mut row = move || next.next().unwrap_or_default();
    criterion.bench_function("due", |bench| bench.iter(|| black_box(compiled.due(starts[row()], 57_600))));
    criterion.bench_function("walk as glpi does", |bench| {
        let walker = Walker::new(&calendar);
        bench.iter(|| black_box(walker.active(black_box(starts[7]), stops[7])));
    });
    criterion.bench_function("compile", |bench| bench.iter(|| Compiled::new(black_box(calendar.clone()))));

    let mut group = criterion.benchmark_group("columns");
    group.throughput(Throughput::Elements(ROWS as u64)).sample_size(10);
    let mut out = vec![0; ROWS];
    group.bench_function("between_all", |bench| bench.iter(|| compiled.between_all(&starts, &stops, &mut out)));
    let (targets, ids) = (vec![57_600; ROWS], vec![0; ROWS]);
    let columns = Columns { starts: &starts, stops: &stops, pauses: Pauses::None, targets: &targets, calendars: &ids };
    let (calendars, mut outcome) = ([compiled.clone()], Outcome::default());
    group.bench_function("what-if", |bench| bench.iter(|| recompute(&columns, &calendars, &mut outcome)));
    group.bench_function("what-if with instants", |bench| {
        bench.iter(|| recompute_with_instants(&columns, &calendars, &mut outcome));
    });
    group.finish();
}

criterion_group!(benches, business_time);
criterion_main!(benches);
