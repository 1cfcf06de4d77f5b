//! Buckets: a window cut where the clocks on the wall of a zone begin a new hour, day, week, month, quarter or year.

#[cfg(test)]
mod tests;

use chrono::{Datelike, Days, Months, NaiveDate, NaiveTime, SecondsFormat, TimeZone, Timelike};
use chrono_tz::Tz;
use schemas::Instant;

use crate::{
    error::Error,
    window::{Window, date},
};

/// Buckets of one answer: a year by hours.
pub(crate) const BUCKETS_MAX: usize = 10_000;

/// Slots of the table that a search begins with: some for each bucket, as far as they stay few.
const HINTS_OF_BUCKET: i64 = 4;
const HINTS_MAX: i64 = 4_096;

const MICROS: i64 = 1_000_000;
const DAY_S: i64 = 86_400;
const HOUR_S: i64 = 3_600;

/// The width of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Grain {
    Hour,
    Day,
    /// From Monday, as ISO 8601 numbers weeks.
    Week,
    Month,
    Quarter,
    Year,
}

/// The words that a question chooses a grain by.
pub(crate) const GRAINS: [(&str, Grain); 6] = [
    ("hour", Grain::Hour),
    ("day", Grain::Day),
    ("week", Grain::Week),
    ("month", Grain::Month),
    ("quarter", Grain::Quarter),
    ("year", Grain::Year),
];

/// One bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) label: String,
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) is_partial: bool,
}

/// A window in buckets, none of them empty, without a gap. Times are microseconds.
#[derive(Clone, Debug)]
pub(crate) struct Buckets {
    from: i64,
    /// Where each ends.
    ends: Vec<i64>,
    /// How many ends lie at or before the beginning of each slot of time.
    hints: Vec<u32>,
    slot: i64,
    all: Vec<Bucket>,
}

impl Buckets {
    /// One bucket: the window.
    pub(crate) fn whole(window: Window) -> Self {
        let (from, to) = (window.from.0, window.to.0);
        Self::of_all(vec![Bucket { label: String::new(), from, to, is_partial: false }])
    }

    /// The window cut by `grain`. A bucket is partial where the window has not all of it, or where it goes on after `now`.
    pub(crate) fn cut(window: Window, grain: Grain, zone: Tz, now: Instant) -> Result<Self, Error> {
        let (from, to) = (window.from.0, window.to.0);
        let mut all = Vec::new();
        let mut begin = grain.begin(window.from.seconds(), zone);
        while begin * MICROS < to {
            let end = grain.end(begin, zone);
            let bucket = Bucket {
                label: grain.label(begin, zone),
                from: from.max(begin * MICROS),
                to: to.min(end * MICROS),
                is_partial: begin * MICROS < from || end * MICROS > to || end * MICROS > now.0,
            };
            if all.len() == BUCKETS_MAX {
                let allowed = format!("a grain that cuts the window into at most {BUCKETS_MAX} buckets");
                return Err(Error::invalid("grain", "too fine for the window", allowed));
            }
            if bucket.from < bucket.to {
                all.push(bucket);
            }
            begin = end;
        }
        Ok(Self::of_all(all))
    }

    fn of_all(all: Vec<Bucket>) -> Self {
        let from = all.first().map_or(0, |bucket| bucket.from);
        let ends: Vec<i64> = all.iter().map(|bucket| bucket.to).collect();
        let slots = (ends.len() as i64 * HINTS_OF_BUCKET).clamp(1, HINTS_MAX);
        let slot = ((ends.last().copied().unwrap_or(from) - from) / slots).max(1);
        let hint = |at: i64| ends.partition_point(|end| *end <= from + at * slot) as u32;
        let hints = (0..=slots + 1).map(hint).collect();
        Self { from, ends, hints, slot, all }
    }

    /// They, in order.
    pub(crate) fn all(&self) -> &[Bucket] {
        &self.all
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Where the first begins.
    pub(crate) const fn from(&self) -> i64 {
        self.from
    }

    /// Where the last ends.
    pub(crate) fn to(&self) -> i64 {
        self.ends.last().copied().unwrap_or(self.from)
    }

    /// The bucket that `at` is in.
    pub(crate) fn of(&self, at: i64) -> Option<usize> {
        (at >= self.from && at < self.to()).then(|| self.ended_by(at))
    }

    /// How many buckets have ended at `at`.
    pub(crate) fn ended_by(&self, at: i64) -> usize {
        if at < self.from {
            return 0;
        }
        if at >= self.to() {
            return self.ends.len();
        }
        let slot = ((at - self.from) / self.slot) as usize;
        let mut ended = self.hints.get(slot).copied().unwrap_or(0) as usize;
        while self.ends.get(ended).is_some_and(|end| *end <= at) {
            ended += 1;
        }
        ended
    }
}

impl Grain {
    /// The first second of the bucket that `at` is in.
    fn begin(self, at: i64, zone: Tz) -> i64 {
        let local = date(Instant::from_seconds(at)).with_timezone(&zone);
        if self == Self::Hour {
            return at - i64::from(local.minute()) * 60 - i64::from(local.second());
        }
        let day = local.date_naive();
        let first = match self {
            Self::Hour | Self::Day => Some(day),
            Self::Week => day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into())),
            Self::Month => day.with_day(1),
            Self::Quarter => day.with_day(1).and_then(|day| day.with_month0(day.month0() / 3 * 3)),
            Self::Year => NaiveDate::from_ymd_opt(day.year(), 1, 1),
        };
        first.map_or(at, |first| midnight(first, zone)).min(at)
    }

    /// The first second after the bucket that begins at `begin`.
    fn end(self, begin: i64, zone: Tz) -> i64 {
        let local = date(Instant::from_seconds(begin)).with_timezone(&zone);
        if self == Self::Hour {
            return next_hour(begin, zone);
        }
        let day = local.date_naive();
        let next = match self {
            Self::Hour | Self::Day => day.checked_add_days(Days::new(1)),
            Self::Week => day.checked_add_days(Days::new(7)),
            Self::Month => day.checked_add_months(Months::new(1)),
            Self::Quarter => day.checked_add_months(Months::new(3)),
            Self::Year => day.checked_add_months(Months::new(12)),
        };
        // A calendar that ends, or a date that a zone skipped, must not stop the walk.
        next.map_or(i64::MAX / MICROS, |next| midnight(next, zone)).max(begin + 1)
    }

    fn label(self, begin: i64, zone: Tz) -> String {
        let local = date(Instant::from_seconds(begin)).with_timezone(&zone);
        match self {
            Self::Hour => local.to_rfc3339_opts(SecondsFormat::Secs, true),
            Self::Day => local.format("%Y-%m-%d").to_string(),
            Self::Week => local.format("%G-W%V").to_string(),
            Self::Month => local.format("%Y-%m").to_string(),
            Self::Quarter => format!("{}-Q{}", local.year(), local.month0() / 3 + 1),
            Self::Year => local.format("%Y").to_string(),
        }
    }
}

/// The first second of `day` in `zone`. Where clocks jump over midnight, the day begins with the jump; where they show it
/// twice, with the first time.
fn midnight(day: NaiveDate, zone: Tz) -> i64 {
    let shown = day.and_time(NaiveTime::MIN);
    if let Some(at) = zone.from_local_datetime(&shown).earliest() {
        return at.timestamp();
    }
    let guess = shown.and_utc().timestamp();
    let (mut before, mut after) = (guess - 2 * DAY_S, guess + 2 * DAY_S);
    while before + 1 < after {
        let middle = before + (after - before) / 2;
        let local = date(Instant::from_seconds(middle)).with_timezone(&zone).naive_local();
        if local >= shown { after = middle } else { before = middle }
    }
    after
}

/// The first second after `at` at which the wall shows a full hour, were its clocks not moved before.
fn next_hour(at: i64, zone: Tz) -> i64 {
    let local = date(Instant::from_seconds(at)).with_timezone(&zone);
    at + HOUR_S - i64::from(local.minute()) * 60 - i64::from(local.second())
}

/// The local weekday, Monday 1 to Sunday 7, and the local hour of an instant in microseconds.
pub(crate) fn local_clock(at: i64, zone: Tz) -> (i64, i64) {
    let local = date(Instant(at)).with_timezone(&zone);
    (i64::from(local.weekday().number_from_monday()), i64::from(local.hour()))
}
