//! Knowledge: what a desk's own rows say of agreements, calendars and entities, and since when.
//!
//! Rows are told once each time they change, with the place of that news in the desk's log. A question names the place up
//! to which it may know them: so the same question has the same answer for ever. What was known of a calendar before the
//! first ticket was told has always held; what came later holds from when it was learnt, and does not rewrite last year.

mod rows;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use chrono_tz::Tz;

use self::rows::{EntityHours, Row};
use crate::{Agreement, Calendar, CalendarVersions, Calendars, Compiled, Error, Kind, Segment};

/// What a desk's rows say.
#[derive(Debug)]
pub struct Knowledge {
    zone: Tz,
    /// The place of the first news of a ticket.
    founded: Option<u64>,
    rows: BTreeMap<(&'static str, i64), Vec<News>>,
    /// Where news stand.
    places: BTreeSet<u64>,
    /// Where news of entities stand, and when they were learnt.
    entities: BTreeMap<u64, i64>,
    /// Compiled calendars by id and the place of their newest row.
    compiled: Mutex<HashMap<(i64, u64), Arc<Compiled>>>,
    /// The calendars that were asked for last, and the place after their newest row.
    latest: Mutex<Option<(u64, Arc<Calendars>)>>,
}

impl Clone for Knowledge {
    /// The same knowledge; what it has compiled is compiled again when it is asked for.
    fn clone(&self) -> Self {
        let (rows, places, entities) = (self.rows.clone(), self.places.clone(), self.entities.clone());
        Self { rows, places, entities, founded: self.founded, ..Self::new(self.zone) }
    }
}

/// A row as it was told.
#[derive(Debug, Clone, PartialEq)]
struct News {
    place: u64,
    at: i64,
    /// None when the row is gone.
    row: Option<Row>,
}

/// A row to be told.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// GLPI's item type, one of [`Knowledge::KINDS`]; others are left out.
    pub kind: &'a str,
    /// GLPI's id.
    pub id: i64,
    /// The place of the news in the desk's log.
    pub place: u64,
    /// When it was learnt, in UTC seconds.
    pub at: i64,
    /// The row's parent in its tree.
    pub parent: Option<i64>,
    /// Its columns as JSON; none when the row is gone.
    pub attributes: Option<&'a str>,
}

/// Up to which place, and of which moment, a question may know rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The first place that it does not know.
    pub end: u64,
    /// The moment, in UTC seconds.
    pub at: i64,
}

impl Knowledge {
    /// The item types that say something.
    pub const KINDS: [&'static str; 8] =
        ["SLM", "SLA", "OLA", "Entity", "Calendar", "CalendarSegment", "Calendar_Holiday", "Holiday"];

    /// Nothing yet, of a desk whose calendars are in `zone`.
    pub fn new(zone: Tz) -> Self {
        Self {
            zone,
            founded: None,
            rows: BTreeMap::new(),
            places: BTreeSet::new(),
            entities: BTreeMap::new(),
            compiled: Mutex::default(),
            latest: Mutex::default(),
        }
    }

    /// The zone of the desk's calendars.
    pub fn zone(&self) -> Tz {
        self.zone
    }

    /// The first news of a ticket stand at `place`.
    pub fn found(&mut self, place: u64) {
        self.founded = Some(self.founded.map_or(place, |known| known.min(place)));
        self.forget();
    }

    /// The place of the first news of a ticket, if any was told.
    pub fn founded(&self) -> Option<u64> {
        self.founded
    }

    /// Takes in a row. News may come in any order; the same place twice is the same news.
    pub fn tell(&mut self, told: Told<'_>) {
        let Some(kind) = Self::KINDS.into_iter().find(|kind| *kind == told.kind) else { return };
        let row = told.attributes.and_then(|attributes| Row::read(kind, attributes, told.parent));
        let news = News { place: told.place, at: told.at, row };
        self.places.insert(told.place);
        if kind == "Entity" {
            self.entities.insert(told.place, told.at);
        }
        self.forget();
        let known = self.rows.entry((kind, told.id)).or_default();
        match known.binary_search_by_key(&told.place, |news| news.place) {
            Ok(same) => known[same] = news,
            Err(place) => known.insert(place, news),
        }
    }

    /// The agreement `id` of `kind` as it stood; none if it was gone, is of another kind or says nothing that can be used.
    pub fn agreement(&self, kind: Kind, id: i64, as_of: AsOf) -> Option<Agreement> {
        let family = if kind.is_internal() { "OLA" } else { "SLA" };
        let Row::Agreement(row) = self.row_or_first(family, id, as_of)? else { return None };
        // GLPI counts by the calendar of the level that the agreement belongs to.
        let hours = match row.level.and_then(|level| self.row("SLM", level, as_of)) {
            Some(Row::Level(hours)) => *hours,
            _ => row.hours,
        };
        Some(Agreement { id: u64::try_from(id).ok()?, kind, terms: row.terms?, hours })
    }

    /// The calendar of an entity as it stood: its own, or the nearest one above it that has one; none is all hours.
    pub fn entity_calendar(&self, entity: i64, as_of: AsOf) -> Option<i64> {
        let mut entity = entity;
        let mut seen = BTreeSet::new();
        while seen.insert(entity) {
            let Row::Entity(row) = self.row("Entity", entity, as_of)? else { return None };
            match (row.hours, row.parent) {
                (EntityHours::Calendar(id), _) => return Some(id),
                (EntityHours::Inherited, Some(parent)) => entity = parent,
                _ => return None,
            }
        }
        None
    }

    /// The moments at which the calendar of an entity may have changed, as known before `end`.
    pub fn entity_changes(&self, end: u64) -> impl Iterator<Item = i64> {
        self.entities.range(self.founded.unwrap_or(u64::MAX).min(end)..end).map(|(_, at)| *at)
    }

    /// Every calendar as known before `end`, ready to count. One that says nothing usable never closes.
    pub fn calendars(&self, end: u64) -> Arc<Calendars> {
        let newest = self.newest(end);
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, calendars)) = latest.as_ref().filter(|(known, _)| *known == newest) {
            return Arc::clone(calendars);
        }
        let ids = self.rows.range(("Calendar", i64::MIN)..=("Calendar", i64::MAX)).map(|((_, id), _)| *id);
        let named = ids.filter_map(|id| Some((u64::try_from(id).ok()?, self.compiled(id, end)?)));
        let calendars = Arc::new(Calendars::new(self.zone, named));
        *latest = Some((newest, Arc::clone(&calendars)));
        calendars
    }

    /// The place after the newest row before `end` that a calendar or an agreement depends on.
    pub fn newest(&self, end: u64) -> u64 {
        self.places.range(..end).next_back().map_or(0, |place| place + 1)
    }

    /// Drops what was computed from rows that have changed since.
    fn forget(&mut self) {
        *self.latest.get_mut().unwrap_or_else(PoisonError::into_inner) = None;
        self.compiled.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn compiled(&self, id: i64, end: u64) -> Option<Arc<Compiled>> {
        let moments = self.moments(id, end)?;
        let newest = moments.iter().map(|(place, _)| *place).max().unwrap_or(0);
        let mut cache = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = cache.get(&(id, newest)) {
            return Some(Arc::clone(known));
        }
        let compiled = Arc::new(Compiled::new(self.versions(id, end, &moments).ok()?));
        cache.insert((id, newest), Arc::clone(&compiled));
        Some(compiled)
    }

    /// Where and when the rows of calendar `id` changed before `end`; none if there is no such calendar yet.
    fn moments(&self, id: i64, end: u64) -> Option<Vec<(u64, i64)>> {
        let own = self.rows.get(&("Calendar", id)).into_iter().flatten();
        let parts = self.rows.iter().filter(|((kind, _), news)| match *kind {
            "CalendarSegment" | "Calendar_Holiday" => news.iter().any(|news| news.belongs_to(id)),
            // A closing may be linked at any time: what changes it counts for every calendar that ever named it.
            "Holiday" => true,
            _ => false,
        });
        let news = own.chain(parts.flat_map(|(_, news)| news)).filter(|news| news.place < end);
        let moments: Vec<(u64, i64)> = news.map(|news| (news.place, news.at)).collect();
        let first = self.rows.get(&("Calendar", id))?.first()?;
        (first.place < end).then_some(moments)
    }

    /// Calendar `id` through time.
    fn versions(&self, id: i64, end: u64, moments: &[(u64, i64)]) -> Result<CalendarVersions, Error> {
        let later = moments.iter().filter(|(place, _)| !self.is_founding(*place)).map(|(_, at)| *at);
        let later: BTreeSet<i64> = later.collect();
        let mut last = self.calendar(id, AsOf { end, at: i64::MIN })?;
        let mut versions = CalendarVersions::one(last.clone());
        for at in later {
            let next = self.calendar(id, AsOf { end, at })?;
            if next != last {
                versions = versions.then(at, next.clone())?;
                last = next;
            }
        }
        Ok(versions)
    }

    /// Calendar `id` at one moment.
    fn calendar(&self, id: i64, as_of: AsOf) -> Result<Calendar, Error> {
        let (mut segments, mut closings) = (Vec::new(), Vec::new());
        for (kind, row) in self.rows.keys() {
            match self.row(kind, *row, as_of) {
                Some(Row::Segment(segment)) if segment.calendar == id => segments.push(segment.segment),
                Some(Row::Link(link)) if link.calendar == id => {
                    if let Some(Row::Closing(closing)) = self.row("Holiday", link.closing, as_of) {
                        closings.push(*closing);
                    }
                }
                _ => {}
            }
        }
        // GLPI takes a calendar without working hours for one that never closes.
        if segments.is_empty() {
            return Ok(Calendar::always(self.zone));
        }
        Calendar::new(self.zone, &Segment::united(&segments), closings)
    }

    /// The row as it stood. A row whose first news came later did not stand yet.
    fn row(&self, kind: &'static str, id: i64, as_of: AsOf) -> Option<&Row> {
        self.held(kind, id, as_of)?.row.as_ref()
    }

    /// The row as it stood, or as its first news had it: whoever names it had it already, however late it was learnt.
    fn row_or_first(&self, kind: &'static str, id: i64, as_of: AsOf) -> Option<&Row> {
        let first = || self.rows.get(&(kind, id))?.first().filter(|news| news.place < as_of.end);
        self.held(kind, id, as_of).or_else(first)?.row.as_ref()
    }

    /// The news by which the row stood.
    fn held(&self, kind: &'static str, id: i64, as_of: AsOf) -> Option<&News> {
        let known = self.rows.get(&(kind, id))?.iter().rev().filter(|news| news.place < as_of.end);
        let mut held = known.skip_while(|news| news.at > as_of.at && !self.is_founding(news.place));
        held.next()
    }

    /// Whether what stands at `place` was known before any ticket was.
    fn is_founding(&self, place: u64) -> bool {
        self.founded.is_none_or(|founded| place < founded)
    }
}

impl News {
    fn belongs_to(&self, calendar: i64) -> bool {
        match &self.row {
            Some(Row::Segment(segment)) => segment.calendar == calendar,
            Some(Row::Link(link)) => link.calendar == calendar,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests;
