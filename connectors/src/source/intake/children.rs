//! Rows that belong to tickets, and rows of tickets that are there no more.

use std::collections::HashSet;

use pipeline::sources::Error;
use serde_json::Value;

use super::{Intake, Subject, content_of};
use crate::source::convert::{self, Draft, Reason, Row};
use crate::source::kind::Kind;
use crate::source::ledger::{Entry, Fate, kept};

impl Intake<'_> {
    /// Takes in rows of one kind, of whichever tickets.
    ///
    /// Lists of such rows know no entity, so rows of tickets that the account cannot see are left out.
    pub(crate) async fn children(&mut self, kind: Kind, rows: &[Value]) -> Result<(), Error> {
        self.memory.load_rows(kind, rows).await?;
        let understood: Vec<_> = rows.iter().map(|raw| (raw, convert::child(kind, raw, &self.context))).collect();
        self.memory.load_strays(understood.iter().filter(|(_, row)| row.is_err()).map(|(raw, _)| *raw)).await?;
        for (raw, row) in understood {
            self.batch.fetched += 1;
            match row {
                Ok(row) => self.child(kind, row),
                Err(reason) => self.broken_child(kind, raw, reason),
            }
        }
        Ok(())
    }

    /// Takes in that `rows` are all rows of `kind` that the ticket has.
    pub(crate) fn complete(&mut self, ticket: i64, kind: Kind, rows: &[Value]) {
        let Some(memory) = self.memory.ticket(ticket).filter(|memory| kind.can_vanish() && !memory.is_ousted) else {
            return;
        };
        let present: HashSet<i64> = rows.iter().filter_map(convert::id_of).collect();
        let entity = memory.entity;
        let vanished: Vec<(i64, Entry)> =
            memory.rows(kind).filter(|(id, entry)| entry.fate != Fate::Gone && !present.contains(id)).collect();
        for (id, old) in vanished {
            let entry = old.next(old.revision, Fate::Gone);
            if old.fate == Fate::Told {
                let body = if kind.is_link() {
                    convert::absent_link(kind, old.revision)
                } else {
                    convert::absent_comment(kind, id)
                };
                let subject = Subject { itemtype: kind.itemtype(), id, ticket, entity };
                let event = self.event(subject, Draft::observed(body, self.context.observed_at), &entry.name(0));
                // An absence is no row, but it is an answer of the source: it counts as one.
                self.batch.fetched += 1;
                self.tell(vec![event]);
            }
            self.memory.amend(ticket, |memory| memory.remember(kind, id, entry));
        }
    }

    /// Takes in that every row of `kind` that the ticket has was read.
    pub(crate) fn told_whole(&mut self, ticket: i64, kind: Kind) {
        // A row that could not be read is told again with the others once it can.
        let is_whole = !self.broken.contains(&(ticket, kind));
        if is_whole && self.memory.ticket(ticket).is_some_and(|memory| memory.to_retell.has(kind)) {
            self.memory.amend(ticket, |memory| memory.to_retell = memory.to_retell.without(kind));
        }
    }

    fn child(&mut self, kind: Kind, row: Row) {
        let known = self.memory.ticket(row.ticket).filter(|memory| memory.takes_rows());
        let Some(memory) = known.filter(|_| !row.drafts.is_empty()) else {
            self.batch.filtered += 1;
            return;
        };
        let revision = kept(kind, row.revision);
        let old = memory.entry(kind, row.id);
        let is_same = old.is_some_and(|entry| entry.fate == Fate::Told && entry.revision == revision);
        if is_same && !memory.to_retell.has(kind) {
            return self.repeat();
        }
        let entry = old.map_or(Entry::first(revision, Fate::Told), |old| old.next(revision, Fate::Told));
        let name = entry.name(row.revision);
        let subject = Subject { itemtype: kind.itemtype(), id: row.id, ticket: row.ticket, entity: memory.entity };
        let events = row.drafts.into_iter().map(|draft| self.event(subject, draft, &name)).collect();
        self.tell(events);
        self.memory.amend(row.ticket, |memory| {
            memory.remember(kind, row.id, entry);
            if kind == Kind::Survey {
                // A ticket has one, and it is read in lists, over and over.
                memory.to_retell = memory.to_retell.without(kind);
            }
        });
    }

    fn broken_child(&mut self, kind: Kind, raw: &Value, reason: Reason) {
        let id = convert::id_of(raw).filter(|&id| id > 0);
        let ticket = convert::ticket_of(kind, raw);
        let subject = |ticket| Subject { itemtype: kind.itemtype(), id: id.unwrap_or(0), ticket, entity: None };
        let (Some(id), Some(ticket)) = (id, ticket) else {
            return self.bury_stray(subject(ticket.unwrap_or(0)), raw, reason);
        };
        let Some(memory) = self.memory.ticket(ticket).filter(|memory| memory.takes_rows()) else {
            self.batch.filtered += 1;
            return;
        };
        let old = memory.entry(kind, id);
        let is_told = old.is_some_and(|entry| entry.fate == Fate::Told);
        if is_told && kind.can_vanish() {
            // What was told stays remembered: should the row vanish before it can be read again, that has to be told, too.
            self.broken.insert((ticket, kind));
            return self.bury_stray(subject(ticket), raw, reason);
        }
        let revision = kept(kind, content_of(raw));
        let is_known = old.is_some_and(|entry| entry.fate == Fate::Dead && entry.revision == revision);
        if is_known && !self.retries_dead {
            return self.repeat();
        }
        let entry = old.map_or(Entry::first(revision, Fate::Dead), |old| old.next(revision, Fate::Dead));
        self.bury(subject(ticket), raw, reason);
        self.memory.amend(ticket, |memory| memory.remember(kind, id, entry));
    }
}
