//! Whether a ticket is there and counts, over time.

use schemas::Instant;

use super::{
    Trash,
    memory::{Memory, Newest, Scope, What},
    track::{Track, Walk},
};

/// Where a ticket is, and since when.
#[derive(Debug)]
pub(super) struct Presence {
    /// `live`, `trashed`, `purged` or `hidden`.
    pub(super) name: &'static str,
    /// When counts included it.
    pub(super) counted: Track<bool>,
    /// Since when they do not, without a break.
    pub(super) absent_since: Option<Instant>,
    /// When it was purged or hidden, if it still is: its spans end there.
    pub(super) gone_at: Option<Instant>,
}

/// Follows a ticket through trash, purge and scope. The ticket's own row decides about its trash now; history about when.
pub(super) fn follow(memory: &Memory, newest: &Newest, trash: Trash) -> Presence {
    let state = &newest.state;
    let mut trashed = Track::new(state.created_at, false, false);
    for change in &memory.changes {
        if let What::Trash { trashed: now } = change.what
            && trashed.last().is_some_and(|step| step.value != now)
        {
            trashed.push(change.at, now, !change.is_recorded);
        }
    }
    trashed.settle(state.is_trashed, state.modified_at);

    let mut scope = Track::new(state.created_at, Scope::Here, false);
    for change in &memory.scope {
        scope.push(change.at, change.to, !change.is_recorded);
    }
    let is_here = |at: Scope| at == Scope::Here;
    let counted = counted(&scope, &trashed, trash);
    Presence {
        name: match scope.last().map(|step| step.value) {
            Some(Scope::Purged) => "purged",
            Some(Scope::Hidden) => "hidden",
            _ if state.is_trashed => "trashed",
            _ => "live",
        },
        absent_since: since(&counted, |is_counted| !is_counted),
        gone_at: since(&scope, |at| !is_here(at)),
        counted,
    }
}

fn counted(scope: &Track<Scope>, trashed: &Track<bool>, trash: Trash) -> Track<bool> {
    let mut instants: Vec<Instant> = scope.steps().iter().map(|step| step.at).collect();
    instants.extend(trashed.steps().iter().map(|step| step.at));
    instants.sort_unstable();

    let (mut scope, mut trashed) = (Walk::new(scope), Walk::new(trashed));
    let mut counted: Option<Track<bool>> = None;
    for at in instants {
        let (scope, trashed) = (scope.at(at), trashed.at(at));
        let is_counted = scope.value == Scope::Here && (trash == Trash::Keep || !trashed.value);
        let is_inferred = scope.is_inferred || (trash == Trash::Drop && trashed.is_inferred);
        match &mut counted {
            None => counted = Some(Track::new(at, is_counted, is_inferred)),
            Some(counted) => counted.push(at, is_counted, is_inferred),
        }
    }
    // Both tracks have a first step.
    counted.unwrap_or_else(|| Track::new(Instant::default(), false, true))
}

/// The start of the last unbroken run of steps whose value `fits`, if the track ends in one.
fn since<T: Copy + PartialEq>(track: &Track<T>, fits: impl Fn(T) -> bool) -> Option<Instant> {
    track.steps().iter().rev().take_while(|step| fits(step.value)).last().map(|step| step.at)
}
