//! A calendar compiled to cumulative open seconds: business time by two look-ups, due dates by one search.
//!
//! The table holds, for each UTC day of its range, the open seconds before that day and the open slots of the day; it is
//! built from the zone's own offsets, so days of 23, 24 or 25 hours count what really passed. Instants outside the range
//! are counted from the definition ([`stretches`]): slower, equally right.

mod columns;
mod outside;
mod stretches;

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{Arc, OnceLock},
};

use chrono_tz::Tz;

pub(crate) use self::stretches::{SETTLED_AFTER, SETTLED_BEFORE};
pub(crate) use self::{
    columns::same_length,
    stretches::{of_calendar, stretches},
};
use crate::{Calendar, CalendarVersions, Error, zone::DAY};

/// The years a table covers when nobody says otherwise: 1990 to 2060.
const RANGE: (i64, i64) = (631_152_000, 2_840_140_800);

/// Open seconds are kept in 32 bits, which hold 136 years.
const RANGE_SECONDS_MAX: i64 = 130 * 366 * DAY;

/// Instants further away than 70 billion years are taken as that far away.
const INSTANT_MAX: i64 = 1 << 61;

/// One UTC day of the table.
#[derive(Debug, Clone, Copy)]
struct Day {
    /// Open seconds from the table's origin to this day.
    before: u32,
    /// Its first slot.
    slot: u32,
}

/// An open stretch within one UTC day, in seconds of that day.
#[derive(Debug, Clone, Copy)]
struct Slot {
    from: u32,
    to: u32,
}

/// A calendar, ready to count.
#[derive(Debug, Clone)]
pub struct Compiled {
    versions: CalendarVersions,
    origin: i64,
    end: i64,
    days: Vec<Day>,
    slots: Vec<Slot>,
    always: bool,
    /// Open seconds of 400 years before and after everything that happens once.
    cycles: [OnceLock<i64>; 2],
}

impl Compiled {
    /// Compiles `versions` for the years 1990 to 2060.
    pub fn new(versions: impl Into<CalendarVersions>) -> Self {
        Self::covering(versions, RANGE.0, RANGE.1)
    }

    /// Compiles `versions` with a table from instant `from` to `to`, at most 130 years.
    pub fn covering(versions: impl Into<CalendarVersions>, from: i64, to: i64) -> Self {
        let versions = versions.into();
        let origin = from.clamp(-INSTANT_MAX, INSTANT_MAX).div_euclid(DAY) * DAY;
        let length = to.clamp(-INSTANT_MAX, INSTANT_MAX).saturating_sub(origin).clamp(0, RANGE_SECONDS_MAX);
        let end = origin + (length + DAY - 1).div_euclid(DAY) * DAY;
        let always = versions.iter().all(|(_, calendar)| calendar.is_always());
        let mut table = Self {
            versions,
            origin,
            end: if always { origin } else { end },
            days: Vec::new(),
            slots: Vec::new(),
            always,
            cycles: Default::default(),
        };
        table.fill();
        table
    }

    /// The calendar that never closes.
    pub fn always(zone: Tz) -> Self {
        Self::new(Calendar::always(zone))
    }

    /// What was compiled.
    pub fn versions(&self) -> &CalendarVersions {
        &self.versions
    }

    /// Open seconds in [start, end); 0 if `end` is not after `start`.
    pub fn between(&self, start: i64, end: i64) -> i64 {
        if end <= start {
            return 0;
        }
        self.open_before(end) - self.open_before(start)
    }

    /// The earliest instant at or after `start` by which `seconds` open seconds have passed; none if they never do.
    pub fn due(&self, start: i64, seconds: i64) -> Option<i64> {
        let start = start.clamp(-INSTANT_MAX, INSTANT_MAX);
        if seconds <= 0 {
            return Some(start);
        }
        if self.always {
            return start.checked_add(seconds);
        }
        if start < self.origin || start >= self.end {
            return self.seek(start, seconds);
        }
        let target = self.open_before(start) + seconds;
        match self.find(target) {
            Some(instant) => Some(instant),
            None => self.seek(self.end, target - i64::from(self.total())),
        }
    }

    /// The first open instant at or after `instant`; none if it never opens again.
    pub fn next_open(&self, instant: i64) -> Option<i64> {
        // The earliest end of one open second lies one second after the opening, or after `instant` if that is open.
        self.due(instant, 1).map(|end| end - 1)
    }

    /// Open seconds from the table's origin to `instant`, negative before it.
    pub(crate) fn open_before(&self, instant: i64) -> i64 {
        let instant = instant.clamp(-INSTANT_MAX, INSTANT_MAX);
        if self.always {
            return instant;
        }
        if instant < self.origin {
            return -self.walk(instant, self.origin);
        }
        if instant >= self.end {
            return i64::from(self.total()) + self.walk(self.end, instant);
        }
        self.look_up(instant)
    }

    /// The table's answer for an instant inside its range.
    fn look_up(&self, instant: i64) -> i64 {
        let since = (instant - self.origin) as u64;
        let (index, second) = ((since / DAY as u64) as usize, (since % DAY as u64) as u32);
        let day = self.days[index];
        let slots = &self.slots[day.slot as usize..self.days[index + 1].slot as usize];
        let today: u32 = slots.iter().map(|slot| second.clamp(slot.from, slot.to) - slot.from).sum();
        i64::from(day.before) + i64::from(today)
    }

    /// The earliest instant of the table with `target` open seconds before it.
    fn find(&self, target: i64) -> Option<i64> {
        let target = u32::try_from(target).ok().filter(|target| *target <= self.total())?;
        let index = self.days.partition_point(|day| day.before < target).checked_sub(1)?;
        let mut left = target - self.days[index].before;
        for slot in &self.slots[self.days[index].slot as usize..] {
            let length = slot.to - slot.from;
            if left <= length {
                return Some(self.origin + index as i64 * DAY + i64::from(slot.from + left));
            }
            left -= length;
        }
        None
    }

    fn total(&self) -> u32 {
        self.days.last().map_or(0, |day| day.before)
    }

    fn fill(&mut self) {
        let mut open = Vec::new();
        let _: ControlFlow<()> = stretches(&self.versions, self.origin..self.end, true, &mut |from, to| {
            open.push((from, to));
            ControlFlow::Continue(())
        });
        let (mut before, mut stretch) = (0, 0);
        for start in (self.origin..self.end).step_by(DAY as usize) {
            self.days.push(Day { before, slot: self.slots.len() as u32 });
            while let Some((from, to)) = open.get(stretch).filter(|(from, _)| *from < start + DAY) {
                let slot = Slot { from: (from - start).max(0) as u32, to: (to - start).min(DAY) as u32 };
                before += slot.to - slot.from;
                self.slots.push(slot);
                if *to > start + DAY {
                    break;
                }
                stretch += 1;
            }
        }
        self.days.push(Day { before, slot: self.slots.len() as u32 });
    }
}

/// The compiled calendars of a desk, by id.
#[derive(Debug, Clone)]
pub struct Calendars {
    always: Compiled,
    named: BTreeMap<u64, Arc<Compiled>>,
}

impl Calendars {
    /// Calendars of a desk whose server stands in `zone`.
    pub fn new<C: Into<Arc<Compiled>>>(zone: Tz, named: impl IntoIterator<Item = (u64, C)>) -> Self {
        Self {
            always: Compiled::always(zone),
            named: named.into_iter().map(|(id, calendar)| (id, calendar.into())).collect(),
        }
    }

    /// These and `more`, which take the place of those of their ids.
    #[must_use]
    pub fn with<C: Into<Arc<Compiled>>>(&self, more: impl IntoIterator<Item = (u64, C)>) -> Self {
        let mut all = self.clone();
        all.named.extend(more.into_iter().map(|(id, calendar)| (id, calendar.into())));
        all
    }

    /// The calendar called `id`; none means the one that never closes.
    pub fn get(&self, id: Option<u64>) -> Result<&Compiled, Error> {
        let Some(id) = id else { return Ok(&self.always) };
        self.named.get(&id).map(AsRef::as_ref).ok_or(Error::UnknownCalendar { id })
    }
}

#[cfg(test)]
mod tests;
