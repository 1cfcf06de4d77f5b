//! One batch in the making: rows go in, and come out as events, repeats, rows left out and dead rows.
//!
//! It knows what is remembered, never the network. Each row that goes in is counted exactly once.

mod children;
mod dimensions;
mod memory;
mod tickets;

use std::collections::BTreeSet;

use pipeline::sources::{DeadRow, Error, Ledger, LedgerEntry, SourceBatch};
use schemas::{Body, Cursor, DeletionCause, Envelope, Event, Origin, TicketId, event_id};
use serde_json::Value;

use super::convert::{self, Context, Draft, Reason};
use super::kind::Kind;
use super::ledger::UNREADABLE;
use memory::Memory;

pub(crate) use tickets::Seen;

/// A batch in the making.
pub(crate) struct Intake<'a> {
    context: Context,
    memory: Memory<'a>,
    batch: SourceBatch,
    /// A row that was dead with the same content is looked at again.
    retries_dead: bool,
    /// Kinds of a ticket's rows of which one that was told before could not be read this time.
    broken: BTreeSet<(i64, Kind)>,
}

/// Whom an event is about.
#[derive(Clone, Copy)]
struct Subject<'a> {
    itemtype: &'a str,
    id: i64,
    ticket: i64,
    entity: Option<i64>,
}

impl<'a> Intake<'a> {
    pub(crate) fn new(context: Context, ledger: &'a dyn Ledger) -> Self {
        Self {
            context,
            memory: Memory::new(ledger),
            batch: empty_batch(),
            retries_dead: false,
            broken: BTreeSet::new(),
        }
    }

    /// An intake that looks again at rows that were dead.
    pub(crate) fn retrying(context: Context, ledger: &'a dyn Ledger) -> Self {
        Self { retries_dead: true, ..Self::new(context, ledger) }
    }

    /// The account's zone.
    pub(crate) fn zone(&self) -> chrono_tz::Tz {
        self.context.zone
    }

    /// What was remembered before this batch.
    pub(crate) fn ledger(&self) -> &'a dyn Ledger {
        self.memory.ledger
    }

    /// Counts rows that were delivered and are not looked at.
    pub(crate) fn leave_out(&mut self, rows: u64) {
        self.batch.fetched += rows;
        self.batch.filtered += rows;
    }

    /// Takes in that something cannot be read. It is dead once, however often that is found.
    pub(crate) async fn unreadable(
        &mut self,
        itemtype: &str,
        id: i64,
        raw: &Value,
        reason: String,
    ) -> Result<(), Error> {
        self.memory.load_strays([raw].into_iter()).await?;
        self.batch.fetched += 1;
        let ticket = if itemtype == Kind::Ticket.itemtype() { id } else { 0 };
        self.bury_stray(Subject { itemtype, id, ticket, entity: None }, raw, Reason(reason));
        Ok(())
    }

    /// Whether nothing has come in yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.batch.fetched == 0
    }

    /// Whether there is anything to tell.
    pub(crate) fn has_news(&self) -> bool {
        !self.batch.converted.is_empty()
    }

    /// Whether it is to be told that a ticket is out of reach for good.
    pub(crate) fn has_lost_tickets(&self) -> bool {
        let is_loss =
            |event: &Event| matches!(&event.body, Body::Deleted(deleted) if deleted.cause != DeletionCause::Trashed);
        self.batch.converted.iter().flatten().any(is_loss)
    }

    /// The batch, with the place after it.
    pub(crate) fn finish(self, cursor: Option<Cursor>) -> SourceBatch {
        SourceBatch { cursor, ledger: self.memory.entries(), ..self.batch }
    }

    fn tell(&mut self, events: Vec<Event>) {
        self.batch.converted.push(events);
    }

    fn repeat(&mut self) {
        self.batch.repeated += 1;
    }

    fn bury(&mut self, subject: Subject<'_>, raw: &Value, reason: Reason) {
        self.batch.dead.push(DeadRow {
            origin: Origin::new(subject.itemtype, subject.id),
            revision: format!("{:016x}", content_of(raw)),
            ticket_id: (subject.ticket > 0).then_some(TicketId(subject.ticket)),
            reason: reason.0,
            raw: convert::showable(subject.itemtype, raw),
        });
    }

    /// Buries a row that belongs to nothing known, once.
    fn bury_stray(&mut self, subject: Subject<'_>, raw: &Value, reason: Reason) {
        let content = content_of(raw).cast_signed();
        if self.memory.is_known_stray(content) && !self.retries_dead {
            return self.repeat();
        }
        self.memory.remember_stray(LedgerEntry { space: UNREADABLE, id: content, value: Some(vec![1]) });
        self.bury(subject, raw, reason);
    }

    fn event(&self, subject: Subject<'_>, draft: Draft, revision: &str) -> Event {
        let origin = Origin::new(subject.itemtype, subject.id);
        let event_type = draft.body.event_type();
        let revision = if draft.is_once { "" } else { revision };
        Event {
            envelope: Envelope {
                event_id: event_id(&self.context.instance, &origin, event_type, revision),
                event_type,
                instance: self.context.instance.clone(),
                entity_id: subject.entity,
                ticket_id: TicketId(subject.ticket),
                occurred_at: draft.occurred_at,
                observed_at: self.context.observed_at,
                sequence: draft.sequence,
                origin,
                confidence: draft.confidence,
                trace: None,
            },
            body: draft.body,
        }
    }
}

/// The content of a row as it came, in 64 bits.
fn content_of(raw: &Value) -> u64 {
    convert::fingerprint(raw.to_string().as_bytes())
}

fn empty_batch() -> SourceBatch {
    SourceBatch {
        converted: Vec::new(),
        dead: Vec::new(),
        fetched: 0,
        repeated: 0,
        filtered: 0,
        cursor: None,
        ledger: Vec::new(),
        watermark: None,
        phase: String::new(),
        progress: None,
        caught_up: false,
        wait_ms: 0,
    }
}

/// The ledger gave bytes that no version of this source wrote.
fn damaged(space: &str, id: i64) -> Error {
    Error::Ledger(format!("the entry of {space} {id} cannot be read"))
}
