//! Absorbing one event into the working state of its ticket.

use chrono::NaiveDateTime;
use schemas::{
    Body, CommentKind, Confidence, Deleted, DeletionCause, Envelope, Event, FieldChange, LinkChange, Offset,
    RestorationCause, Restored, Satisfaction, TechnicianAssignment, TicketState,
};

use super::memory::{Answer, Change, Link, Memory, Named, Newest, Scope, ScopeChange, What, remember};

/// GLPI's search options of the fields whose history shows in rows.
const STATUS_OPTION: i32 = 12;
const PRIORITY_OPTION: i32 = 3;
const ENTITY_OPTION: i32 = 80;
const OPENING_OPTION: i32 = 15;
/// SLA to own, SLA to resolve, OLA to own, OLA to resolve.
const AGREEMENT_OPTIONS: [i32; 4] = [37, 30, 191, 190];
/// Farol's name of the history row that tells of a ticket's creation. It has no search option.
const CREATED_FIELD: &str = "created";

impl Memory {
    /// Takes in the event at `offset`, the greatest so far; false if its id was seen before.
    pub(super) fn absorb(&mut self, offset: Offset, event: &Event) -> bool {
        let Event { envelope, body } = event;
        if !remember(&mut self.seen, *envelope.event_id.0.as_bytes()) {
            return false;
        }
        if matches!(body, Body::SlaBreached(_) | Body::SlaTicked(_) | Body::Dimension(_)) {
            return true;
        }
        self.version = Offset(offset.0 + 1);
        if envelope.sequence != 0 {
            self.history_row(envelope);
        }
        match body {
            Body::Updated(updated) => {
                if let Some(change) = &updated.change {
                    self.field(offset, envelope, change);
                }
                if let Some(state) = &updated.state {
                    self.state(offset, envelope, state);
                }
            }
            Body::Assignment(assignment) => self.assignment(offset, envelope, assignment),
            Body::Commented(comment) => self.comment(comment.kind, comment.item_id, comment.change),
            Body::Deleted(deleted) => self.deleted(offset, envelope, deleted),
            Body::Restored(restored) => self.restored(offset, envelope, restored),
            Body::Satisfaction(survey) => self.survey(offset, envelope, survey),
            // What it says, the ticket's row says too.
            Body::Created(_) | Body::SlaBreached(_) | Body::SlaTicked(_) | Body::Dimension(_) => {}
        }
        true
    }

    /// Makes room for what a history row says. One that was told before has been converted anew: what it said no longer holds.
    fn history_row(&mut self, envelope: &Envelope) {
        let sequence = envelope.sequence;
        self.changes.retain(|change| change.sequence != sequence);
        self.creation = self.creation.filter(|known| *known != sequence);
        if self.history_since.is_none_or(|(first, _)| sequence <= first) {
            self.history_since = Some((sequence, envelope.occurred_at));
        }
    }

    fn change(&mut self, offset: Offset, envelope: &Envelope, what: What) {
        let change = Change {
            at: envelope.occurred_at,
            sequence: envelope.sequence,
            offset,
            is_recorded: envelope.confidence == Confidence::Recorded,
            what,
        };
        let place = self.changes.partition_point(|other| other.order() < change.order());
        self.changes.insert(place, change);
    }

    fn field(&mut self, offset: Offset, envelope: &Envelope, change: &FieldChange) {
        let numbers = || Some((number(&change.old)?, number(&change.new)?));
        let what = match change.option {
            STATUS_OPTION => numbers().map(|(old, new)| What::Status { old, new }),
            PRIORITY_OPTION => numbers().map(|(old, new)| What::Priority { old, new }),
            ENTITY_OPTION => Some(What::Entity { old: trailing_id(&change.old), new: trailing_id(&change.new) }),
            OPENING_OPTION => Some(What::Opening { old: local_time(&change.old) }),
            option if AGREEMENT_OPTIONS.contains(&option) => {
                let place = AGREEMENT_OPTIONS.iter().position(|one| *one == option).unwrap_or_default() as u8;
                let id = |text| trailing_id(text).filter(|id| *id > 0);
                Some(What::Agreement { place, old: id(&change.old), new: id(&change.new) })
            }
            _ => {
                if change.field == CREATED_FIELD {
                    self.creation = Some(envelope.sequence);
                }
                None
            }
        };
        if let Some(what) = what {
            self.change(offset, envelope, what);
        }
    }

    fn state(&mut self, offset: Offset, envelope: &Envelope, state: &TicketState) {
        // Whoever may read a hidden ticket's row may see it again. A purged ticket does not come back by an old row read late.
        if self.scope.last().is_some_and(|last| last.to == Scope::Hidden) {
            self.scope.push(ScopeChange { at: envelope.observed_at, is_recorded: false, to: Scope::Here });
        }
        let agreements = agreements(state);
        if self.named.last().is_none_or(|last| last.agreements != agreements) {
            self.named.push(Named { at: state.modified_at, agreements });
        }
        // The row read last is the present one, whatever the clocks say: GLPI's may be set back, differ between web nodes, or
        // repeat an hour, and that of the machine Farol runs on may be set back, too.
        self.newest = Some(Newest { state: state.clone(), observed_at: envelope.observed_at, offset });
    }

    fn assignment(&mut self, offset: Offset, envelope: &Envelope, assignment: &TechnicianAssignment) {
        let TechnicianAssignment { actor_kind: kind, actor_id: id, role, change, .. } = *assignment;
        let row = envelope.origin.parts().map_or(id, |(_, row)| row);
        match change {
            LinkChange::Added | LinkChange::Removed => {
                let joined = change == LinkChange::Added;
                self.change(offset, envelope, What::Actor { kind, id, role, joined });
            }
            LinkChange::Present => {
                self.links.insert((kind, row), Link { actor_id: id, role });
            }
            LinkChange::Absent => {
                self.links.remove(&(kind, row));
            }
        }
    }

    fn comment(&mut self, kind: CommentKind, item: i64, change: LinkChange) {
        match change {
            LinkChange::Present | LinkChange::Added => self.comments.insert((kind, item)),
            LinkChange::Absent | LinkChange::Removed => self.comments.remove(&(kind, item)),
        };
    }

    fn deleted(&mut self, offset: Offset, envelope: &Envelope, deleted: &Deleted) {
        match deleted.cause {
            DeletionCause::Trashed => self.change(offset, envelope, What::Trash { trashed: true }),
            DeletionCause::Purged => self.moved(envelope, Scope::Purged),
            DeletionCause::LeftScope => self.moved(envelope, Scope::Hidden),
        }
    }

    fn restored(&mut self, offset: Offset, envelope: &Envelope, restored: &Restored) {
        match restored.cause {
            RestorationCause::Restored => {
                self.change(offset, envelope, What::Trash { trashed: false });
                // Seen out of the trash after it was gone: it is back. A history row may merely be read late.
                let is_gone = self.scope.last().is_some_and(|last| last.to != Scope::Here);
                if is_gone && envelope.confidence == Confidence::Observed {
                    self.moved(envelope, Scope::Here);
                }
            }
            RestorationCause::EnteredScope => self.moved(envelope, Scope::Here),
        }
    }

    fn moved(&mut self, envelope: &Envelope, to: Scope) {
        let is_recorded = envelope.confidence == Confidence::Recorded;
        self.scope.push(ScopeChange { at: envelope.occurred_at, is_recorded, to });
    }

    fn survey(&mut self, offset: Offset, envelope: &Envelope, survey: &Satisfaction) {
        self.survey.sent_at = self.survey.sent_at.max(survey.sent_at);
        let Some(at) = survey.answered_at else { return };
        let answer = Answer { at, observed_at: envelope.observed_at, offset, score: survey.score };
        let age = |answer: &Answer| (answer.at, answer.offset);
        if self.survey.answer.as_ref().is_none_or(|old| age(old) < age(&answer)) {
            self.survey.answer = Some(answer);
        }
    }
}

/// The agreements that a row names, in the order of [`Named`].
pub(super) const fn agreements(state: &TicketState) -> [Option<i64>; 4] {
    [state.sla_tto_id, state.sla_ttr_id, state.ola_tto_id, state.ola_ttr_id]
}

/// A status or priority that the tables can hold; greater and negative numbers become 255, which is open and has no name.
pub(super) fn small(value: i32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

fn number(text: &str) -> Option<u8> {
    text.trim().parse().ok().map(small)
}

/// A date and time as GLPI writes them, in seconds of local time.
fn local_time(text: &str) -> Option<i64> {
    let form = if text.trim().matches(':').count() == 1 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    Some(NaiveDateTime::parse_from_str(text.trim(), form).ok()?.and_utc().timestamp())
}

/// The id in the trailing `(n)` of a name.
fn trailing_id(text: &str) -> Option<i64> {
    let (_, tail) = text.trim_end().strip_suffix(')')?.rsplit_once('(')?;
    tail.parse().ok()
}
