//! What the events say at the end, held against what the desk stores.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use schemas::{ActorKind, CommentKind, DeletionCause, LinkChange, Role, TicketState};

use super::*;

#[derive(Default)]
struct Told {
    state: Option<TicketState>,
    is_gone: bool,
    links: BTreeMap<String, (ActorKind, i64, Role)>,
    comments: BTreeMap<String, CommentKind>,
    history: usize,
}

/// Folds events in their order, each once.
fn fold(events: &[Event]) -> BTreeMap<i64, Told> {
    let mut seen = HashSet::new();
    let mut tickets: BTreeMap<i64, Told> = BTreeMap::new();
    for event in events.iter().filter(|event| seen.insert(event.envelope.event_id)) {
        if event.envelope.ticket_id.0 == 0 {
            continue;
        }
        let told = tickets.entry(event.envelope.ticket_id.0).or_default();
        let origin = event.envelope.origin.as_str().to_owned();
        told.history += usize::from(origin.starts_with("Log/"));
        match &event.body {
            Body::Updated(updated) => told.state = updated.state.clone().or(told.state.take()),
            Body::Deleted(deleted) if deleted.cause != DeletionCause::Trashed => told.is_gone = true,
            Body::Restored(_) => told.is_gone = false,
            Body::Assignment(link) => match link.change {
                LinkChange::Present => drop(told.links.insert(origin, (link.actor_kind, link.actor_id, link.role))),
                LinkChange::Absent => drop(told.links.remove(&origin)),
                _ => {}
            },
            Body::Commented(comment) => match comment.change {
                LinkChange::Absent => drop(told.comments.remove(&origin)),
                _ => drop(told.comments.insert(origin, comment.kind)),
            },
            _ => {}
        }
    }
    tickets
}

impl Journey {
    /// Asserts that the events tell exactly what the desk stores.
    pub(super) fn assert_true(&self) {
        let tickets = fold(&self.events);
        let desk = self.sim.desk();
        let desk = desk.read();
        let truths = desk.truths();
        let here: BTreeSet<i64> = truths.iter().map(|truth| truth.row.id).collect();
        let told_here = tickets.iter().filter(|(_, told)| !told.is_gone).map(|(&id, _)| id);
        assert_eq!(told_here.collect::<BTreeSet<_>>(), here);
        for truth in truths {
            let id = truth.row.id;
            let told = &tickets[&id];
            let state = told.state.as_ref().unwrap_or_else(|| panic!("no state of {id}"));
            assert_eq!(state.status, truth.row.status, "ticket {id}");
            assert_eq!(state.modified_at.seconds(), truth.row.date_mod, "ticket {id}");
            assert_eq!(state.is_trashed, truth.row.is_deleted == 1, "ticket {id}");
            let actors = |kind, role| {
                let links = told.links.values().filter(|link| (link.0, link.2) == (kind, role));
                links.map(|link| link.1).collect::<BTreeSet<_>>()
            };
            assert_eq!(actors(ActorKind::Person, Role::Assigned), truth.users.assigned, "ticket {id}");
            assert_eq!(actors(ActorKind::Person, Role::Requester), truth.users.requesters, "ticket {id}");
            assert_eq!(actors(ActorKind::Group, Role::Assigned), truth.groups.assigned, "ticket {id}");
            let comments = |kind| told.comments.values().filter(|&&told| told == kind).count();
            assert_eq!(comments(CommentKind::Followup), truth.followups, "ticket {id}");
            assert_eq!(comments(CommentKind::Task), truth.tasks, "ticket {id}");
            assert_eq!(comments(CommentKind::Solution), truth.solutions, "ticket {id}");
        }
    }
}
