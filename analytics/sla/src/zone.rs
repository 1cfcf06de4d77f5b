//! Between UTC and a zone's wall clock, at the gaps and overlaps too.
//!
//! The turns of a zone are found by comparing offsets a day apart: no zone has left an offset and come back to it within one day.

use std::sync::OnceLock;

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::compiled::{SETTLED_AFTER, SETTLED_BEFORE};

/// Seconds in a day of 24 hours.
pub(crate) const DAY: i64 = 86_400;

/// A stretch of UTC with one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) offset: i64,
}

/// When a zone leaves one offset for another.
#[derive(Debug)]
struct Turns {
    /// The first instants of offsets, ascending.
    at: Vec<i64>,
    /// The offset before the first turn, and that from each on.
    offsets: Vec<i64>,
}

/// The turns of each zone that was asked for, found once: a clock asks at every step, and the zone's own tables answer by way of dates.
static TURNS: [OnceLock<Turns>; TZ_VARIANTS.len()] = [const { OnceLock::new() }; TZ_VARIANTS.len()];

/// Seconds to add to UTC for the wall clock at `instant`.
pub(crate) fn offset(zone: Tz, instant: i64) -> i64 {
    let turns = turns(zone);
    turns.offsets[turns.at.partition_point(|turn| *turn <= instant)]
}

fn turns(zone: Tz) -> &'static Turns {
    TURNS[zone as usize].get_or_init(|| {
        let (mut at, mut held) = (SETTLED_BEFORE, looked_up(zone, SETTLED_BEFORE));
        let mut turns = Turns { at: Vec::new(), offsets: vec![held] };
        while at < SETTLED_AFTER {
            let next = at + DAY;
            if looked_up(zone, next) == held {
                at = next;
            } else {
                at = turn(zone, at, next, held);
                held = looked_up(zone, at);
                turns.at.push(at);
                turns.offsets.push(held);
            }
        }
        turns
    })
}

/// The offset as the zone's own tables have it.
fn looked_up(zone: Tz, instant: i64) -> i64 {
    let naive = DateTime::from_timestamp(instant, 0).unwrap_or_default().naive_utc();
    i64::from(zone.offset_from_utc_datetime(&naive).fix().local_minus_utc())
}

/// The wall clock at `instant`, as seconds since 1970 of that clock.
pub(crate) fn local(zone: Tz, instant: i64) -> i64 {
    instant + offset(zone, instant)
}

/// The instant at which the wall clock shows `local`: the first of two, or as far after a gap as `local` lies in it.
pub(crate) fn instant(zone: Tz, local: i64) -> i64 {
    let before = offset(zone, local - DAY);
    let after = offset(zone, local + DAY);
    if before != after && offset(zone, local - before) != before && offset(zone, local - after) == after {
        return local - after;
    }
    local - before
}

/// The stretches of one offset that cover [from, to), in order.
pub(crate) fn spans(zone: Tz, from: i64, to: i64) -> Vec<Span> {
    let turns = turns(zone);
    let [first, last] = [from, to - 1].map(|at| turns.at.partition_point(|turn| *turn <= at));
    let span = |held: usize| Span {
        from: if held == first { from } else { turns.at[held - 1] },
        to: if held == last { to } else { turns.at[held] },
        offset: turns.offsets[held],
    };
    if from < to { (first..=last).map(span).collect() } else { Vec::new() }
}

/// The first instant in (low, high] whose offset is no longer `held`.
fn turn(zone: Tz, mut low: i64, mut high: i64, held: i64) -> i64 {
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if looked_up(zone, middle) == held {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_left_forwards_and_an_overlap_entered_at_its_first_pass() {
        let paris = Tz::Europe__Paris;
        // 2026-03-29 02:30 does not exist, 2026-10-25 02:30 exists twice.
        assert_eq!(local(paris, instant(paris, 1_774_751_400)), 1_774_755_000);
        assert_eq!(instant(paris, 1_792_895_400), 1_792_895_400 - 7200);
    }

    #[test]
    fn what_a_wall_clock_shows_leads_back_to_its_instant() {
        for zone in [Tz::Europe__Paris, Tz::America__New_York, Tz::Australia__Lord_Howe, Tz::Pacific__Apia] {
            for turn in turns(zone).at.iter().rev().take(4) {
                for at in (turn - 2 * DAY..turn + 2 * DAY).step_by(599) {
                    let shown = local(zone, at);
                    let found = instant(zone, shown);
                    // Of two instants that show the same, the first.
                    assert_eq!(local(zone, found), shown, "{zone} at {at}");
                    assert!(found == at || (found < at && found >= at - DAY && offset(zone, found) > offset(zone, at)));
                }
            }
        }
    }

    #[test]
    fn spans_are_cut_where_the_clocks_turn() {
        let year = spans(Tz::Australia__Lord_Howe, 1_767_225_600, 1_798_761_600);
        let offsets: Vec<i64> = year.iter().map(|span| span.offset).collect();
        assert_eq!(offsets, [39_600, 37_800, 39_600]);
        assert!(year.windows(2).all(|pair| pair[0].to == pair[1].from));
    }

    #[test]
    fn a_zone_shows_the_time_that_its_own_tables_have() {
        let odd =
            [Tz::Africa__Casablanca, Tz::America__Sao_Paulo, Tz::Antarctica__Troll, Tz::Asia__Gaza, Tz::Pacific__Apia];
        for zone in odd.into_iter().chain([TZ_VARIANTS[0], TZ_VARIANTS[TZ_VARIANTS.len() - 1]]) {
            for at in (SETTLED_BEFORE - 9 * DAY..SETTLED_AFTER + 9 * DAY).step_by(86_399) {
                assert_eq!(offset(zone, at), looked_up(zone, at), "{zone} at {at}");
            }
        }
    }

    #[test]
    fn no_zone_changes_its_offset_after_the_settled_years() {
        for zone in TZ_VARIANTS {
            for settled in [SETTLED_BEFORE, SETTLED_AFTER] {
                let away = if settled < 0 { -1 } else { 1 };
                let seen = (0..40).map(|step| looked_up(zone, settled + away * step * 17 * DAY));
                assert!(seen.collect::<std::collections::BTreeSet<_>>().len() == 1, "{zone} changes at {settled}");
            }
        }
    }
}
