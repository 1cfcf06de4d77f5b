//! Generated calendars and instants, many of them beside a turn of clocks.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use proptest::prelude::*;
use sla::{Calendar, Closing, MonthDay, Segment};

/// Zones whose clocks turn in different ways, each with an instant near which they turn.
const TURNS: [(Tz, &str); 10] = [
    (Tz::America__Sao_Paulo, "2018-11-04T03:00:00Z"),
    (Tz::America__Sao_Paulo, "2019-02-17T02:00:00Z"),
    (Tz::Europe__Lisbon, "2026-03-29T01:00:00Z"),
    (Tz::Europe__Lisbon, "2026-10-25T01:00:00Z"),
    (Tz::America__New_York, "2026-03-08T07:00:00Z"),
    (Tz::America__New_York, "2026-11-01T06:00:00Z"),
    (Tz::Asia__Kathmandu, "1985-12-31T18:30:00Z"),
    (Tz::Australia__Lord_Howe, "2026-04-04T15:00:00Z"),
    (Tz::Australia__Lord_Howe, "2026-10-03T15:30:00Z"),
    (Tz::Pacific__Apia, "2011-12-30T10:00:00Z"),
];

/// A calendar in parts, and an instant.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) zone: Tz,
    pub(crate) start: i64,
    /// Weekday, begin and end of each segment.
    pub(crate) segments: Vec<(u8, u32, u32)>,
    /// First and last closed day after 1970.
    pub(crate) dates: Vec<(i64, i64)>,
    /// First and last closed month and day of every year.
    pub(crate) years: Vec<((u32, u32), (u32, u32))>,
}

impl World {
    pub(crate) fn calendar(&self) -> Calendar {
        let segments = self.segments.iter().map(|(day, begin, end)| Segment::new(*day, *begin, *end).unwrap());
        let date = |day: i64| NaiveDate::from_num_days_from_ce_opt(day as i32 + 719_163).unwrap();
        let dates = self.dates.iter().map(|(first, last)| Closing::dates(date(*first), date(*last)).unwrap());
        let day = |(month, day)| MonthDay::new(month, day).unwrap();
        let years = self.years.iter().map(|(first, last)| Closing::yearly(day(*first), day(*last)));
        Calendar::new(self.zone, &segments.collect::<Vec<_>>(), dates.chain(years).collect()).unwrap()
    }

    /// The same without yearly closings over New Year, which only canonical mode applies.
    pub(crate) fn without_new_year(mut self) -> Self {
        self.years.retain(|(first, last)| first <= last);
        self
    }
}

/// At most two segments a day, each within its day; the last one of a week of nights may run past midnight.
fn segments() -> impl Strategy<Value = Vec<(u8, u32, u32)>> {
    let hours = prop::collection::btree_set(prop_oneof![0..=96_u32, Just(0), Just(96), Just(36), Just(72)], 0..5);
    let days = prop::collection::vec((hours, any::<bool>()), 7);
    (days, any::<bool>()).prop_map(|(days, nights)| {
        if nights {
            return (0..7).filter(|day| days[*day as usize].1).map(|day| (day, 22 * 3600, 6 * 3600)).collect();
        }
        let day = |(day, (hours, odd)): (usize, (std::collections::BTreeSet<u32>, bool))| {
            let marks: Vec<u32> = hours.into_iter().collect();
            let second = |mark: u32| (mark * 900 + u32::from(odd && mark < 96) * 7).min(86_400);
            marks.chunks_exact(2).map(|pair| (day as u8, second(pair[0]), second(pair[1]))).collect::<Vec<_>>()
        };
        days.into_iter().enumerate().flat_map(day).collect()
    })
}

fn at(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp()
}

/// A world whose instant lies within some days before a turn.
pub(crate) fn world() -> impl Strategy<Value = World> {
    within(5 * 86_400)
}

/// A world and a length of up to two days (short ones far more often) such that the turn lies within.
pub(crate) fn edge() -> impl Strategy<Value = (World, i64)> {
    let length = prop_oneof![31 => 900..10_800_i64, 1 => 900..172_800_i64];
    length.prop_flat_map(|length| (within(length), Just(length)))
}

fn within(before: i64) -> impl Strategy<Value = World> {
    let turn = prop::sample::select(TURNS.to_vec());
    let instant = prop_oneof![0..before, (0..before / 900).prop_map(|quarter| quarter * 900)];
    let dates = prop::collection::vec((-6..6_i64, 0..3_i64), 0..3);
    let month_day = (1..=12_u32, 1..=28_u32);
    let years =
        prop::collection::vec(prop_oneof![3 => Just(((12, 24), (1, 2))), 1 => (month_day.clone(), month_day)], 0..2);
    (turn, instant, segments(), dates, years).prop_map(|((zone, turn), before, segments, dates, years)| {
        let start = at(turn) - before;
        let dates = dates.into_iter().map(|(day, length)| (start / 86_400 + day, start / 86_400 + day + length));
        World { zone, start, segments, dates: dates.collect(), years }
    })
}
