//! People and groups assigned over time, replayed from history and held against the links that are there.
//!
//! GLPI's history gives the role of an addition but not of a removal: a removal takes the role that the actor holds, and where he
//! holds several, the one that history or the present links show to be gone first.

use schemas::{ActorKind, Instant, Role};

use super::{
    memory::{Change, Memory, What},
    track::Track,
};

/// The assigned actors of one kind.
#[derive(Debug)]
pub(super) struct Assigned {
    /// Who was assigned when: ids, ascending.
    pub(super) track: Track<Vec<i64>>,
    /// The first assignment that history tells of.
    pub(super) first_at: Option<Instant>,
    /// Who is assigned now and was assigned last.
    pub(super) last: Option<i64>,
    /// History ends with those who are assigned now.
    pub(super) agrees: bool,
}

/// When the ticket began, when it last changed, and whether history reaches back to its beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub(super) created_at: Instant,
    pub(super) modified_at: Instant,
    pub(super) is_complete: bool,
}

/// One line of history about an actor of the kind in question.
#[derive(Clone, Copy)]
struct Move<'a> {
    change: &'a Change,
    id: i64,
    role: Role,
    joined: bool,
}

/// Replays history for the actors of `kind`.
pub(super) fn replay(memory: &Memory, kind: ActorKind, life: Life) -> Assigned {
    let moves = resolve(moves(memory, kind), |id, role| {
        memory.links.iter().any(|(&(of, _), link)| of == kind && link.actor_id == id && link.role == role)
    });
    let present = actors(memory, kind, Role::Assigned);
    let assigned: Vec<(Move<'_>, bool)> = moves.into_iter().filter(|(step, _)| step.role == Role::Assigned).collect();

    let mut now = from_the_start(&assigned, &present, life.is_complete);
    let mut track = Track::new(life.created_at, now.clone(), !now.is_empty());
    for (step, is_certain) in &assigned {
        match (now.binary_search(&step.id), step.joined) {
            (Err(place), true) => now.insert(place, step.id),
            (Ok(place), false) => {
                now.remove(place);
            }
            _ => continue,
        }
        track.push(step.change.at, now.clone(), !(*is_certain && step.change.is_recorded));
    }

    let last = last_of(&assigned, memory, kind);
    let first_at = assigned.iter().find(|(step, _)| step.joined).map(|(step, _)| step.change.at);
    let agrees = track.settle(present, life.modified_at);
    Assigned { track, first_at, last, agrees }
}

/// The actors who hold `role` now: ids, ascending. An actor without an id (a requester known by address only) is left out.
pub(super) fn actors(memory: &Memory, kind: ActorKind, role: Role) -> Vec<i64> {
    let links = memory.links.iter().filter(|((of, _), link)| *of == kind && link.role == role && link.actor_id > 0);
    let mut ids: Vec<i64> = links.map(|(_, link)| link.actor_id).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn moves(memory: &Memory, kind: ActorKind) -> Vec<Move<'_>> {
    let of_kind = |change| match change {
        &Change { what: What::Actor { kind: of, id, role, joined }, .. } if of == kind && id > 0 => {
            Some(Move { change, id, role, joined })
        }
        _ => None,
    };
    memory.changes.iter().filter_map(of_kind).collect()
}

/// Gives every removal its role, and says of each move whether that role is certain.
fn resolve(mut moves: Vec<Move<'_>>, holds_now: impl Fn(i64, Role) -> bool) -> Vec<(Move<'_>, bool)> {
    let mut held: Vec<(i64, Role)> = Vec::new();
    let mut resolved = Vec::with_capacity(moves.len());
    for place in 0..moves.len() {
        let step = moves[place];
        let (role, is_certain) = if step.role == Role::Unknown {
            let roles = held.iter().filter(|(id, _)| *id == step.id).map(|(_, role)| *role);
            let must_go = |role| must_go_before(&moves, place, role, || holds_now(step.id, role));
            let next_removal = moves.iter().skip(place + 1).position(|next| next.id == step.id && !next.joined);
            let next_removal = next_removal.map_or(moves.len(), |steps| place + 1 + steps);
            first_to_go(roles.map(|role| (must_go(role), role)).collect(), next_removal)
        } else {
            (step.role, true)
        };
        moves[place].role = role;
        held.retain(|holding| *holding != (step.id, role));
        if step.joined {
            held.push((step.id, role));
        }
        resolved.push((moves[place], is_certain));
    }
    resolved
}

/// The place before which the actor of the move at `place` must have lost `role`: he cannot be given it again while he holds it.
fn must_go_before(moves: &[Move<'_>], place: usize, role: Role, holds_now: impl FnOnce() -> bool) -> usize {
    let later = moves.iter().enumerate().skip(place + 1);
    let given_again = later.clone().find(|(_, next)| next.id == moves[place].id && next.joined && next.role == role);
    match given_again {
        Some((again, _)) => again,
        None if holds_now() => usize::MAX,
        None => moves.len(),
    }
}

/// The role that goes first. Certain where it is the only one that is held or goes, or where no later removal can take it in
/// time; otherwise assigned, the usual one, is preferred.
fn first_to_go(mut roles: Vec<(usize, Role)>, next_removal: usize) -> (Role, bool) {
    roles.sort_by_key(|&(before, role)| (before, role != Role::Assigned, role));
    let going = roles.iter().filter(|(before, _)| *before != usize::MAX).count();
    let is_certain = |before: usize| roles.len() == 1 || going == 1 || before <= next_removal;
    // One who was never given a role was assigned before history began: of other roles hardly anybody is ever relieved.
    roles.first().map_or((Role::Assigned, false), |&(before, role)| (role, is_certain(before)))
}

/// Those assigned before history tells of them: relieved without having been assigned, or, where history starts late, never
/// mentioned and assigned now.
fn from_the_start(assigned: &[(Move<'_>, bool)], present: &[i64], is_complete: bool) -> Vec<i64> {
    let first = |id: i64| assigned.iter().find(|(step, _)| step.id == id);
    let relieved =
        assigned.iter().map(|(step, _)| step.id).filter(|&id| first(id).is_some_and(|(step, _)| !step.joined));
    let unmentioned = present.iter().copied().filter(|&id| !is_complete && first(id).is_none());
    let mut ids: Vec<i64> = relieved.chain(unmentioned).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Who was assigned last among those assigned now: by history, and without one by the link's row.
fn last_of(assigned: &[(Move<'_>, bool)], memory: &Memory, kind: ActorKind) -> Option<i64> {
    let joined = |id: i64| assigned.iter().rev().find(|(step, _)| step.joined && step.id == id);
    let links =
        memory.links.iter().filter(|((of, _), link)| *of == kind && link.role == Role::Assigned && link.actor_id > 0);
    let newest =
        links.max_by_key(|((_, row), link)| (joined(link.actor_id).map(|(step, _)| step.change.order()), *row));
    newest.map(|(_, link)| link.actor_id)
}
