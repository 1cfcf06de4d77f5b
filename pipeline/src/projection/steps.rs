//! What happened to a ticket as far as its clocks care, from its working state.

use chrono::{DateTime, TimeZone as _};
use chrono_tz::Tz;
use schemas::{Instant, TicketState};
use sla::{Agreement, AsOf, Calendars, Hours, Kind, Knowledge, Status, Step, What as Happened};

use super::{
    absorb::{agreements, small},
    actors::Life,
    memory::{Memory, What},
    track::Track,
};

/// A ticket's steps.
#[derive(Debug)]
pub(super) struct Steps {
    /// By time; steps of one second in the order in which they take effect.
    pub(super) steps: Vec<Step>,
    /// Every agreement and calendar that they name is known.
    pub(super) is_certain: bool,
}

/// What is known of agreements and calendars when a ticket's rows are made.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) knowledge: &'a Knowledge,
    pub(super) calendars: &'a Calendars,
    /// The first place in the log that is not known.
    pub(super) end: u64,
}

/// The steps of a ticket.
pub(super) fn steps(
    memory: &Memory,
    state: &TicketState,
    (life, entities): (Life, &Track<i64>),
    known: Known<'_>,
) -> Steps {
    let created = life.created_at.seconds();
    let mut found = Steps { steps: Vec::new(), is_certain: true };
    found.openings(memory, state, created, known.knowledge.zone());
    found.calendars(entities, created, known);

    let mut status: Option<u8> = None;
    let mut later = Vec::new();
    for change in &memory.changes {
        if let What::Status { old, new } = change.what {
            if status.is_none() {
                found.add(created, Happened::Status(Status(old)));
            }
            status = Some(new);
            later.push(Step::new(change.at.seconds(), Happened::Status(Status(new))));
        }
    }
    let now = small(state.status);
    match status {
        None => found.add(created, Happened::Status(Status(now))),
        // History ends elsewhere: what it lacks happened by the ticket's last change.
        Some(last) if last != now => {
            later.push(Step::new(life.modified_at.seconds(), Happened::Status(Status(now))));
        }
        Some(_) => {}
    }
    for kind in Kind::ALL {
        found.promises(memory, state, (kind, created), known);
    }
    if let Some(taken) = state.taken_at {
        found.add(taken.seconds(), Happened::TakenIntoAccount);
    }
    found.steps.extend(later);
    found.steps.sort_by_key(|step| step.at);
    found
}

impl Steps {
    fn add(&mut self, at: i64, what: Happened) {
        self.steps.push(Step::new(at, what));
    }

    /// The opening date and its edits. An edit that history tells unclearly is taken for one of the beginning.
    fn openings(&mut self, memory: &Memory, state: &TicketState, created: i64, zone: Tz) {
        let mut edits: Vec<(i64, i64)> = Vec::new();
        for change in &memory.changes {
            if let What::Opening { old } = change.what {
                match old.and_then(|old| zoned(old, zone)) {
                    Some(old) => edits.push((change.at.seconds(), old)),
                    None => edits.clear(),
                }
            }
        }
        let mut since = created;
        for (at, before) in edits {
            self.add(since, Happened::Opened(before));
            since = at;
        }
        self.add(since, Happened::Opened(state.opened_at.seconds()));
    }

    /// The calendars of the entities that the ticket was in.
    fn calendars(&mut self, entities: &Track<i64>, created: i64, known: Known<'_>) {
        let mut moments: Vec<i64> = known.knowledge.entity_changes(known.end).collect();
        moments.extend(entities.steps().iter().map(|step| step.at.seconds()));
        moments.retain(|at| *at > created);
        moments.push(created);
        moments.sort_unstable();
        moments.dedup();
        let mut last = None;
        for at in moments {
            let holds = entities.steps().iter().rev().find(|step| step.at.seconds() <= at);
            let Some(entity) = holds.or(entities.steps().first()).map(|step| step.value) else { continue };
            let calendar = known.knowledge.entity_calendar(entity, AsOf { end: known.end, at });
            let calendar = self.usable(calendar.and_then(|id| u64::try_from(id).ok()), known.calendars);
            if last != Some(calendar) {
                self.add(at, Happened::Calendar(calendar));
                last = Some(calendar);
            }
        }
    }

    /// The promises of one kind.
    fn promises(&mut self, memory: &Memory, state: &TicketState, (kind, created): (Kind, i64), known: Known<'_>) {
        let track = promised(memory, state, kind, Instant::from_seconds(created));
        let began = match kind {
            Kind::OlaTto => state.ola_tto_started_at,
            Kind::OlaTtr => state.ola_ttr_started_at,
            Kind::Tto | Kind::Ttr => None,
        };
        let last = track.steps().len().saturating_sub(1);
        let mut is_held = false;
        for (place, step) in track.steps().iter().enumerate() {
            // GLPI says since when an internal promise of the present counts.
            let at = began.filter(|_| place == last).unwrap_or(step.at).seconds();
            let agreement = step.value.and_then(|id| self.agreement(kind, id, at, known));
            match agreement {
                Some(agreement) => self.add(at, Happened::Attached(agreement)),
                None if is_held => self.add(at, Happened::Detached(kind)),
                None => {}
            }
            is_held = agreement.is_some();
        }
    }

    /// The agreement as it stood at `at`; one that is not known promises nothing that could be counted.
    fn agreement(&mut self, kind: Kind, id: i64, at: i64, known: Known<'_>) -> Option<Agreement> {
        let found = known.knowledge.agreement(kind, id, AsOf { end: known.end, at });
        let Some(mut agreement) = found else {
            self.is_certain = false;
            return None;
        };
        if let Hours::Calendar(calendar) = agreement.hours {
            agreement.hours = self.usable(Some(calendar), known.calendars).map_or(Hours::Always, Hours::Calendar);
        }
        Some(agreement)
    }

    /// The calendar, if it is known. GLPI counts all hours where it does not find one.
    fn usable(&mut self, calendar: Option<u64>, calendars: &Calendars) -> Option<u64> {
        let usable = calendar.filter(|id| calendars.get(Some(*id)).is_ok());
        self.is_certain &= usable == calendar;
        usable
    }
}

/// The instant that local time means in `zone`; the earlier of two.
fn zoned(local: i64, zone: Tz) -> Option<i64> {
    let naive = DateTime::from_timestamp(local, 0)?.naive_utc();
    Some(zone.from_local_datetime(&naive).earliest()?.timestamp())
}

/// The agreement of one kind that the ticket had, over time: from history, else from the rows that were read.
fn promised(memory: &Memory, state: &TicketState, kind: Kind, created: Instant) -> Track<Option<i64>> {
    let of_kind = kind as usize;
    let now = agreements(state)[of_kind];
    let mut track: Option<Track<Option<i64>>> = None;
    for change in &memory.changes {
        if let What::Agreement { place, old, new } = change.what
            && usize::from(place) == of_kind
        {
            let track = track.get_or_insert_with(|| Track::new(created, old, false));
            track.push(change.at, new, !change.is_recorded);
        }
    }
    if let Some(mut track) = track {
        track.settle(now, state.modified_at);
        return track;
    }
    let mut rows = memory.named.iter();
    let first = rows.next().and_then(|named| named.agreements[of_kind]);
    let mut track = Track::new(created, first, false);
    for named in rows {
        if track.last().is_some_and(|last| last.value != named.agreements[of_kind]) {
            track.push(named.at, named.agreements[of_kind], true);
        }
    }
    track.settle(now, state.modified_at);
    track
}
