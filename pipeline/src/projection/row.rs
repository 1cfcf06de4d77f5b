//! A ticket's current row and its spans, made from its working state.

use schemas::{ActorKind, CommentKind, Instant, Offset, Role, TicketState};
use sla::{AsOf, Calendars, Kind, Knowledge};

use super::{
    TicketKey, TicketRows, Trash,
    absorb::small,
    actors::{Assigned, Life, actors, replay},
    clocks::{self, Made, OfTicket},
    memory::{Memory, Newest, What},
    presence::{Presence, follow},
    rows::{TicketRow, is_open},
    spans::{Tracks, cut},
    steps::{Known, Steps, steps},
    track::Track,
};

const PENDING: u8 = 4;
const CLOSED: u8 = 6;

/// The ticket's rows; `None` until its own row was read once.
pub(super) fn rows(key: &TicketKey, memory: &Memory, (knowledge, trash): (&Knowledge, Trash)) -> Option<TicketRows> {
    let memory = &*memory.in_order();
    let newest = memory.newest.as_ref()?;
    let history_since = memory.history_since.map(|(_, since)| since);
    let state = &newest.state;
    let life = life(memory, state);
    let status = statuses(memory, state, life);
    let (priority, entity) = (priorities(memory, small(state.priority), life), entities(memory, state.entity_id, life));
    let people = replay(memory, ActorKind::Person, life);
    let groups = replay(memory, ActorKind::Group, life);
    let presence = follow(memory, newest, trash);

    let tracks = Tracks {
        status: &status.track,
        priority: &priority,
        entity: &entity,
        people: &people.track,
        groups: &groups.track,
        counted: &presence.counted,
    };
    let certain_from = if life.is_complete { life.created_at } else { history_since.unwrap_or(Instant(i64::MAX)) };
    let spans = cut(key, memory, &tracks, (certain_from, presence.gone_at));
    let targets = targets(state, memory.version, knowledge);
    let calendars = knowledge.calendars(memory.version.0);
    let known = Known { knowledge, calendars: &calendars, end: memory.version.0 };
    let of_ticket = OfTicket {
        key,
        memory,
        spans: &spans,
        entity_id: state.entity_id,
        priority: small(state.priority),
        is_counted: presence.absent_since.is_none(),
        is_certain: life.is_complete && status.agrees && people.agrees && groups.agrees,
    };
    let steps = steps(memory, state, (life, &entity), known);
    let Made { rows: clocks, standing } = clocks::made(of_ticket, &steps, &calendars);
    let ticket = ticket(key, memory, newest, Rebuilt { life, status, people, groups, presence, targets });
    Some(TicketRows { ticket, spans, clocks, standing })
}

/// A ticket's steps, of which no figure that GLPI stores is one.
pub(super) fn steps_of(
    memory: &Memory,
    state: &TicketState,
    (knowledge, calendars): (&Knowledge, &Calendars),
) -> Steps {
    let life = life(memory, state);
    let known = Known { knowledge, calendars, end: memory.version.0 };
    steps(memory, state, (life, &entities(memory, state.entity_id, life)), known)
}

pub(super) fn life(memory: &Memory, state: &TicketState) -> Life {
    let since = memory.history_since.map(|(_, since)| since);
    Life {
        created_at: state.created_at,
        modified_at: state.modified_at,
        is_complete: memory.creation.is_some() || since.is_some_and(|since| since <= state.created_at),
    }
}

/// What history tells of a ticket.
struct Rebuilt {
    life: Life,
    status: Statuses,
    people: Assigned,
    groups: Assigned,
    presence: Presence,
    targets: [Option<i64>; 4],
}

/// The statuses of a ticket over time.
struct Statuses {
    track: Track<u8>,
    first_solved_at: Option<Instant>,
    reopen_count: u32,
    reopened_at: Option<Instant>,
    agrees: bool,
}

/// Seconds allowed by SLA to own, SLA to resolve, OLA to own, OLA to resolve, as defined when the newest event was appended.
fn targets(state: &TicketState, version: Offset, knowledge: &Knowledge) -> [Option<i64>; 4] {
    let as_of = AsOf { end: version.0, at: i64::MAX };
    let ids = [state.sla_tto_id, state.sla_ttr_id, state.ola_tto_id, state.ola_ttr_id];
    let mut kinds = Kind::ALL.into_iter().zip(ids);
    std::array::from_fn(|_| {
        let (kind, id) = kinds.next()?;
        Some(knowledge.agreement(kind, id?, as_of)?.terms.seconds())
    })
}

fn statuses(memory: &Memory, state: &TicketState, life: Life) -> Statuses {
    let now = small(state.status);
    let changes = || {
        memory.changes.iter().filter_map(|change| match change.what {
            What::Status { old, new } => Some((change, old, new)),
            _ => None,
        })
    };
    let first = changes().next().map_or(now, |(_, old, _)| old);
    let mut track = Track::new(life.created_at, first, false);
    let (mut reopen_count, mut reopened_at) = (0, None);
    let mut first_solved_at = None;
    if life.is_complete && !is_open(first) {
        // It was solved when its row was made. If it still is, GLPI's date is that of its only solution.
        first_solved_at = if changes().next().is_none() { state.solved_at } else { Some(life.created_at) };
    }
    for (change, old, new) in changes() {
        step(&mut track, &old, new, (change.at, change.is_recorded));
        if !is_open(old) && is_open(new) {
            reopen_count += 1;
            reopened_at = Some(change.at);
        }
        if is_open(old) && !is_open(new) {
            first_solved_at = first_solved_at.or(Some(change.at));
        }
    }
    let agrees = track.settle(now, life.modified_at);
    Statuses { track, first_solved_at, reopen_count, reopened_at, agrees }
}

fn priorities(memory: &Memory, now: u8, life: Life) -> Track<u8> {
    let mut track: Option<Track<u8>> = None;
    for change in &memory.changes {
        if let What::Priority { old, new } = change.what {
            let track = track.get_or_insert_with(|| Track::new(life.created_at, old, false));
            step(track, &old, new, (change.at, change.is_recorded));
        }
    }
    settled(track, now, life)
}

fn entities(memory: &Memory, now: i64, life: Life) -> Track<i64> {
    let mut track: Option<Track<i64>> = None;
    for change in &memory.changes {
        if let What::Entity { old, new } = change.what {
            // A name without an id may name any entity: the present one is the best guess.
            let is_recorded = change.is_recorded && new.is_some();
            let old_id = old.unwrap_or(now);
            let track = track.get_or_insert_with(|| Track::new(life.created_at, old_id, old.is_none()));
            step(track, &old_id, new.unwrap_or(now), (change.at, is_recorded));
        }
    }
    settled(track, now, life)
}

/// Steps from `old` to `new`. A track that stands elsewhere has missed a change, at an unknown moment since its last step.
fn step<T: PartialEq>(track: &mut Track<T>, old: &T, new: T, (at, is_recorded): (Instant, bool)) {
    if track.last().is_some_and(|last| last.value != *old) {
        track.doubt();
    }
    track.push(at, new, !is_recorded);
}

fn settled<T: PartialEq + Copy>(track: Option<Track<T>>, now: T, life: Life) -> Track<T> {
    let mut track = track.unwrap_or_else(|| Track::new(life.created_at, now, false));
    track.settle(now, life.modified_at);
    track
}

fn ticket(key: &TicketKey, memory: &Memory, newest: &Newest, rebuilt: Rebuilt) -> TicketRow {
    let Newest { state, .. } = newest;
    let Rebuilt { life, status, people, groups, presence, targets } = rebuilt;
    let status_now = small(state.status);
    let comments = |kind: CommentKind| memory.comments.iter().filter(|(of, _)| *of == kind).count() as u32;
    let answer = memory.survey.answer.as_ref();
    TicketRow {
        instance: key.instance.clone(),
        ticket_id: key.id,
        ticket_version: memory.version,
        presence: presence.name,
        is_counted: presence.absent_since.is_none(),
        absent_since: presence.absent_since,
        status: status_now,
        is_open: is_open(status_now),
        requester_ids: actors(memory, ActorKind::Person, Role::Requester),
        technician_ids: actors(memory, ActorKind::Person, Role::Assigned),
        group_ids: actors(memory, ActorKind::Group, Role::Assigned),
        technician_id: people.last,
        group_id: groups.last,
        first_assigned_at: people.first_at.into_iter().chain(groups.first_at).min(),
        first_solved_at: status.first_solved_at,
        solved_at: state.solved_at.filter(|_| !is_open(status_now)),
        closed_at: state.closed_at.filter(|_| status_now == CLOSED),
        reopen_count: status.reopen_count,
        reopened_at: status.reopened_at,
        target_tto_s: targets[0],
        target_ttr_s: targets[1],
        target_internal_tto_s: targets[2],
        target_internal_ttr_s: targets[3],
        waiting_since: state.waiting_since.filter(|_| status_now == PENDING),
        followup_count: comments(CommentKind::Followup),
        task_count: comments(CommentKind::Task),
        solution_count: comments(CommentKind::Solution),
        survey_sent_at: memory.survey.sent_at,
        survey_answered_at: answer.map(|answer| answer.at),
        survey_score: answer.and_then(|answer| answer.score),
        history_complete: life.is_complete,
        history_agrees: status.agrees && people.agrees && groups.agrees,
        state: state.clone(),
    }
}
