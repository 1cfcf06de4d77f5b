//! Both modes side by side, and the quirks that make them differ.
//!
//! A quirk of GLPI's walks is named if correcting it alone moves GLPI's figure; the others are named by the situation
//! that they need.

use super::{
    Stored, clocks, stored,
    stored::{corrected, waits_since},
};
use crate::{
    Calendars, Clock, Error, Kind, MonthRule, Policy, Quirk, Quirks, Status, Step, Unit, What,
    clock::{self, Why},
    step,
};

/// One promise of a ticket in both modes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// The canonical clock.
    pub canonical: Clock,
    /// GLPI's clock.
    pub glpi: Clock,
    /// Why they differ; empty if they do not.
    pub quirks: Vec<Quirk>,
}

impl Compared {
    /// Whether the modes disagree on the deadline, the time used or paused, or the breach.
    pub fn differs(&self) -> bool {
        let figures = |clock: &Clock| (clock.target, clock.due, clock.elapsed, clock.paused, clock.breached_at);
        figures(&self.canonical) != figures(&self.glpi)
    }
}

/// Compares the modes for every promise that holds at instant `now`.
pub fn compare(steps: &[Step], calendars: &Calendars, policy: &Policy, now: i64) -> Result<Vec<Compared>, Error> {
    let row = stored(steps, calendars, Quirks::GLPI, now)?;
    let canonical = clock::clocks(steps, calendars, policy, now)?;
    let known = step::until(steps, now);
    let mut compared = Vec::new();
    for glpi in clocks(steps, calendars, now)? {
        let twin = canonical.iter().rev().find(|clock| clock.kind == glpi.kind && clock.attached == glpi.attached);
        let Some(canonical) = twin.cloned() else { continue };
        let mut pair = Compared { canonical, glpi, quirks: Vec::new() };
        if pair.differs() {
            pair.quirks = walked(&pair, &row, steps, calendars, now)?;
            pair.quirks.extend(situations(&pair, &row, (&known, now), calendars, policy)?);
            pair.quirks.sort_unstable();
        }
        compared.push(pair);
    }
    Ok(compared)
}

/// Quirks of the walks: each whose correction moves a figure of GLPI's.
fn walked(pair: &Compared, row: &Stored, steps: &[Step], calendars: &Calendars, now: i64) -> Result<Vec<Quirk>, Error> {
    let kind = pair.glpi.kind;
    let mut quirks = Vec::new();
    for quirk in [Quirk::Q7, Quirk::Q8, Quirk::Q9] {
        let without = corrected(steps, calendars, quirk, now)?;
        let moved = without.due(kind) != row.due(kind) || without.waiting_of(kind) != row.waiting_of(kind);
        let recounted = quirk != Quirk::Q7 && recounts(pair, calendars, quirk, now)?;
        if moved || recounted {
            quirks.push(quirk);
        }
    }
    if !quirks.contains(&Quirk::Q7) && closed_between(pair, calendars, now)? {
        quirks.push(Quirk::Q7);
    }
    Ok(quirks)
}

/// Whether the time used comes out differently without `quirk`.
fn recounts(pair: &Compared, calendars: &Calendars, quirk: Quirk, now: i64) -> Result<bool, Error> {
    let calendar = calendars.get(pair.glpi.calendar)?.versions().at(now);
    let until = pair.glpi.stopped.unwrap_or(now);
    let walk = |quirks| super::Walker::keeping(calendar, quirks).active(pair.glpi.start, until);
    Ok(walk(Quirks::GLPI) != walk(Quirks::GLPI.without(quirk)))
}

/// Whether no working time lies between what the modes tell apart: their deadlines, or one deadline and the end of a clock that
/// one of them calls broken.
fn closed_between(pair: &Compared, calendars: &Calendars, now: i64) -> Result<bool, Error> {
    let (Some(canonical), Some(glpi)) = (pair.canonical.due, pair.glpi.due) else { return Ok(false) };
    let disagree = pair.canonical.breached_at.is_some() != pair.glpi.breached_at.is_some();
    let (from, to) = if canonical == glpi && disagree {
        (glpi, pair.glpi.stopped.unwrap_or(now))
    } else {
        (canonical.min(glpi), canonical.max(glpi))
    };
    Ok(from < to && calendars.get(pair.canonical.calendar)?.between(from, to) == 0)
}

/// Quirks that show in what happened to the ticket.
fn situations(
    pair: &Compared,
    row: &Stored,
    (known, now): (&[Step], i64),
    calendars: &Calendars,
    policy: &Policy,
) -> Result<Vec<Quirk>, Error> {
    let (canonical, kind) = (&pair.canonical, pair.glpi.kind);
    let attached = known.iter().rev().find_map(|step| match step.what {
        What::Attached(agreement) if agreement.kind == kind => Some(agreement),
        _ => None,
    });
    let month = attached.is_some_and(|agreement| agreement.terms.unit() == Unit::Month);
    let waits = if kind.is_own() { None } else { waits_since(row) };
    let calendar = calendars.get(pair.glpi.calendar)?;
    let paused = canonical.intervals.iter().any(|interval| matches!(interval.why, Why::Pending(..)));
    let before = known.iter().any(|step| matches!(step.what, What::Status(_)) && step.at < canonical.attached);
    let calendars_changed = canonical.intervals.windows(2).any(|pair| pair[0].calendar != pair[1].calendar)
        || calendar.versions().at(canonical.start) != calendar.versions().at(now);
    let stood_still_after = |breach: i64| canonical.intervals.iter().any(|one| !one.counts && one.from >= breach);
    let found = [
        (Quirk::Q1, !kind.is_own() && canonical.idle > 0),
        (Quirk::Q2, waits.is_some_and(|since| since < now)),
        (Quirk::Q3, canonical.breached_at.is_some() && row.status == Status::PENDING.0),
        (Quirk::Q4, kind.is_own() && paused),
        (Quirk::Q6, month && policy.months == MonthRule::Calendar),
        (Quirk::Q11, !kind.is_own() && before && (canonical.paused > 0 || canonical.idle > 0)),
        (Quirk::OpeningEdited, kind == Kind::Tto && pair.glpi.start != canonical.start),
        (Quirk::CalendarChanged, calendars_changed),
        (Quirk::DeadlineMoved, !kind.is_own() && canonical.breached_at.is_some_and(stood_still_after)),
    ];
    Ok(found.into_iter().filter(|(_, holds)| *holds).map(|(quirk, _)| quirk).collect())
}
