//! Tickets' own rows, and tickets that are there no more.

use pipeline::sources::Error;
use schemas::{Body, Deleted, DeletionCause, Instant, RestorationCause, Restored};
use serde_json::Value;

use super::{Intake, Subject, content_of};
use crate::source::convert::{self, Draft, Reason, TicketRow};
use crate::source::kind::Kind;
use crate::source::ledger::{Entry, Fate, Kinds, Presence, TicketMemory};

/// What a ticket's row said about what to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) id: i64,
    /// It is new or other than before.
    pub(crate) is_news: bool,
    /// Its date of last change, where it can be read: the earliest and the latest instant it can mean.
    pub(crate) modified: Option<(Instant, Instant)>,
}

impl Intake<'_> {
    /// Takes in tickets' own rows, read among the live ones or from the trash.
    pub(crate) async fn tickets(&mut self, rows: &[Value], is_trash: bool) -> Result<Vec<Seen>, Error> {
        self.memory.load_rows(Kind::Ticket, rows).await?;
        Ok(rows.iter().filter_map(|raw| self.ticket(raw, is_trash)).collect())
    }

    /// The presence of a ticket as remembered.
    pub(crate) async fn presence(&mut self, ticket: i64) -> Result<Option<Presence>, Error> {
        self.memory.load([ticket]).await?;
        Ok(self.memory.ticket(ticket).map(|memory| memory.presence))
    }

    /// Whether everything that belongs to a ticket that was taken in has to be told again.
    pub(crate) fn is_to_retell(&self, ticket: i64) -> bool {
        self.memory.ticket(ticket).is_some_and(|memory| memory.to_retell == Kinds::CHILDREN)
    }

    /// Takes in that a ticket cannot be read any more.
    pub(crate) async fn gone(&mut self, ticket: i64, presence: Presence) -> Result<(), Error> {
        self.memory.load([ticket]).await?;
        let Some(memory) = self.memory.ticket(ticket) else { return Ok(()) };
        if memory.presence == presence {
            return Ok(());
        }
        let mut memory = memory.clone();
        let entry = memory.entry(Kind::Ticket, ticket).unwrap_or(Entry::first(0, Fate::Gone)).next(0, Fate::Gone);
        memory.presence = presence;
        memory.remember(Kind::Ticket, ticket, entry);
        let cause = match presence {
            Presence::Purged => DeletionCause::Purged,
            _ => DeletionCause::LeftScope,
        };
        // What belongs to it stays remembered: should it come back, each row goes on where it was.
        let draft = Draft::observed(Body::Deleted(Deleted { cause }), self.context.observed_at);
        let subject = subject(ticket, memory.entity);
        let event = self.event(subject, draft, &entry.name(0));
        // An absence is no row, but it is an answer of the source: it counts as one.
        self.batch.fetched += 1;
        self.tell(vec![event]);
        self.memory.change(ticket, memory);
        Ok(())
    }

    fn ticket(&mut self, raw: &Value, is_trash: bool) -> Option<Seen> {
        self.batch.fetched += 1;
        if let Some(reason) = self.ousted_by(raw) {
            return self.another(raw, is_trash, reason);
        }
        match convert::ticket(raw, &self.context) {
            Ok(ticket) => Some(self.understood(ticket)),
            Err(reason) => self.misunderstood(raw, is_trash, reason),
        }
    }

    /// Why a row is of another ticket than the one remembered under its id.
    fn ousted_by(&self, raw: &Value) -> Option<Reason> {
        let id = convert::ticket_of(Kind::Ticket, raw)?;
        let created = convert::creation(raw, self.context.zone)?;
        let before = self.memory.ticket(id)?.differs_from(Some(created))?;
        Some(Reason::new(format!(
            "this is another ticket under the same id: ticket {id} was created {before}, this one {created}"
        )))
    }

    /// Sets the row of another ticket aside. What is read under the id from now on is that ticket's, too.
    fn another(&mut self, raw: &Value, is_trash: bool, reason: Reason) -> Option<Seen> {
        let seen = self.misunderstood(raw, is_trash, reason)?;
        if self.memory.ticket(seen.id).is_some_and(|memory| !memory.is_ousted) {
            self.memory.amend(seen.id, |memory| memory.is_ousted = true);
        }
        // There is nothing to read of it.
        Some(Seen { is_news: false, ..seen })
    }

    fn understood(&mut self, ticket: TicketRow) -> Seen {
        let TicketRow { row, entity, created, is_trashed, modified_at, modified_latest } = ticket;
        let presence = if is_trashed { Presence::Trashed } else { Presence::Live };
        let known = self.memory.ticket(row.id).cloned();
        let seen = Seen { id: row.id, is_news: true, modified: Some((modified_at, modified_latest)) };

        let old = known.as_ref().and_then(|memory| memory.entry(Kind::Ticket, row.id));
        let is_told = old.is_some_and(|entry| entry.fate == Fate::Told);
        if is_told
            && old.is_some_and(|entry| entry.revision == row.revision)
            && known.as_ref().is_some_and(|memory| memory.presence == presence)
        {
            self.repeat();
            self.learn_creation(row.id, created);
            return Seen { is_news: self.is_to_retell(row.id), ..seen };
        }
        let entry = old.map_or(Entry::first(row.revision, Fate::Told), |old| old.next(row.revision, Fate::Told));
        let name = entry.name(row.revision);
        let subject = subject(row.id, Some(entity));
        let drafts = row.drafts.into_iter().filter(|draft| !(draft.is_once && is_told));
        let restored = known.as_ref().and_then(|memory| restoration(memory.presence, presence));
        let restored = restored.map(|cause| {
            let at = if cause == RestorationCause::Restored { modified_at } else { self.context.observed_at };
            Draft::observed(Body::Restored(Restored { cause }), at)
        });
        let events = drafts.chain(restored).map(|draft| self.event(subject, draft, &name)).collect();
        self.tell(events);

        let mut memory = known.unwrap_or(TicketMemory::unread(presence));
        memory.presence = presence;
        memory.is_ousted = false;
        memory.created_s = memory.created_s.or(created.map(Instant::seconds));
        if memory.entity != Some(entity) && memory.has_children() {
            memory.to_retell = Kinds::CHILDREN;
        }
        memory.entity = Some(entity);
        memory.remember(Kind::Ticket, row.id, entry);
        self.memory.change(row.id, memory);
        seen
    }

    /// Remembers when a known ticket was created; an older version of this source did not.
    fn learn_creation(&mut self, id: i64, created: Option<Instant>) {
        let Some(created) = created else { return };
        if self.memory.ticket(id).is_some_and(|memory| memory.created_s.is_none()) {
            self.memory.amend(id, |memory| memory.created_s = Some(created.seconds()));
        }
    }

    fn misunderstood(&mut self, raw: &Value, is_trash: bool, reason: Reason) -> Option<Seen> {
        let Some(id) = convert::ticket_of(Kind::Ticket, raw) else {
            self.bury_stray(subject(0, None), raw, reason);
            return None;
        };
        // The row cannot be trusted to say where it is; the list it came with can. A ticket that was told to be gone stays so
        // until its row can be understood: only that row can tell that it is back.
        let listed = if is_trash { Presence::Trashed } else { Presence::Live };
        let mut memory = self.memory.ticket(id).cloned().unwrap_or(TicketMemory::unread(listed));
        let presence = if memory.presence.is_visible() { listed } else { memory.presence };
        let content = content_of(raw);
        let seen = Seen { id, is_news: true, modified: None };
        let old = memory.entry(Kind::Ticket, id);
        let is_known = old.is_some_and(|entry| entry.fate == Fate::Dead && entry.revision == content);
        if is_known && memory.presence == presence && !self.retries_dead {
            self.repeat();
            return Some(Seen { is_news: false, ..seen });
        }
        let entry = old.map_or(Entry::first(content, Fate::Dead), |old| old.next(content, Fate::Dead));
        self.bury(subject(id, memory.entity), raw, reason);
        memory.presence = presence;
        memory.remember(Kind::Ticket, id, entry);
        self.memory.change(id, memory);
        Some(seen)
    }
}

/// What it means that a ticket is seen at `now` after it was last seen at `before`.
fn restoration(before: Presence, now: Presence) -> Option<RestorationCause> {
    match (before, now) {
        (Presence::Trashed, Presence::Live) => Some(RestorationCause::Restored),
        (Presence::Hidden | Presence::Purged, _) => Some(RestorationCause::EnteredScope),
        _ => None,
    }
}

fn subject(ticket: i64, entity: Option<i64>) -> Subject<'static> {
    Subject { itemtype: Kind::Ticket.itemtype(), id: ticket, ticket, entity }
}
