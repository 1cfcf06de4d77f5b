//! Between UTC and a zone's wall clock, at the gaps and overlaps too.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;

/// Seconds in a day of 24 hours.
pub(crate) const DAY: i64 = 86_400;

/// Offsets are constant outside the years that chrono can name; look-ups stay inside them.
const LOOKUP_SECONDS_MAX: i64 = 8_000_000_000_000;

/// A stretch of UTC with one offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) offset: i64,
}

/// Seconds to add to UTC for the wall clock at `instant`.
pub(crate) fn offset(zone: Tz, instant: i64) -> i64 {
    let within = instant.clamp(-LOOKUP_SECONDS_MAX, LOOKUP_SECONDS_MAX);
    let naive = DateTime::from_timestamp(within, 0).unwrap_or_default().naive_utc();
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
///
/// Offsets are compared a day apart: no zone has left an offset and come back to it within one day.
pub(crate) fn spans(zone: Tz, from: i64, to: i64) -> Vec<Span> {
    let mut spans = Vec::new();
    let (mut start, mut current, mut at) = (from, offset(zone, from), from);
    while at < to {
        let next = (at + DAY).min(to);
        let changed = offset(zone, next);
        if changed == current {
            at = next;
        } else {
            let turn = turn(zone, at, next, current);
            spans.push(Span { from: start, to: turn, offset: current });
            (start, current, at) = (turn, offset(zone, turn), turn);
        }
    }
    if start < to {
        spans.push(Span { from: start, to, offset: current });
    }
    spans
}

/// The first instant in (low, high] whose offset is no longer `held`.
fn turn(zone: Tz, mut low: i64, mut high: i64, held: i64) -> i64 {
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if offset(zone, middle) == held {
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
    fn spans_are_cut_where_the_clocks_turn() {
        let year = spans(Tz::Australia__Lord_Howe, 1_767_225_600, 1_798_761_600);
        let offsets: Vec<i64> = year.iter().map(|span| span.offset).collect();
        assert_eq!(offsets, [39_600, 37_800, 39_600]);
        assert!(year.windows(2).all(|pair| pair[0].to == pair[1].from));
    }

    #[test]
    fn no_zone_changes_its_offset_after_the_settled_years() {
        for zone in chrono_tz::TZ_VARIANTS {
            for settled in [crate::compiled::SETTLED_BEFORE, crate::compiled::SETTLED_AFTER] {
                let away = if settled < 0 { -1 } else { 1 };
                let seen = (0..40).map(|step| offset(zone, settled + away * step * 17 * DAY));
                assert!(seen.collect::<std::collections::BTreeSet<_>>().len() == 1, "{zone} changes at {settled}");
            }
        }
    }
}
