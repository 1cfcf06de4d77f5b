//! Rows of GLPI become drafts of events: one row at a time, without a look at any other.
//!
//! Pure. What depends on what was read before (is it new, which revision is it) is decided by whoever keeps the memory.

mod comments;
mod dimensions;
mod fields;
mod history;
mod links;
mod survey;
mod ticket;

use chrono_tz::Tz;
use schemas::{Body, Confidence, Instance, Instant};
use serde_json::Value;
use uuid::Uuid;

use super::kind::Kind;
use crate::client::Version;
use fields::Fields;

pub(crate) use comments::absent as absent_comment;
pub(crate) use dimensions::{DIMENSIONS, Dimension, removed as removed_dimension};
pub(crate) use fields::{id_of, instants, is_in_trash};
pub(crate) use links::absent as absent_link;
#[cfg(test)]
mod tests;

/// What a conversion has to know beside the row.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    /// The desk.
    pub(crate) instance: Instance,
    /// Decides how text is stored.
    pub(crate) version: Version,
    /// The account's zone.
    pub(crate) zone: Tz,
    /// When the row was read.
    pub(crate) observed_at: Instant,
}

/// Why nothing can be made of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reason(pub(crate) String);

/// An event without its name, its entity and its revision.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub(crate) body: Body,
    pub(crate) occurred_at: Instant,
    pub(crate) sequence: i64,
    pub(crate) confidence: Confidence,
    /// Told once for each origin, whatever the content becomes.
    pub(crate) is_once: bool,
}

/// A row as understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) id: i64,
    /// The ticket it belongs to; 0 for rows of dimensions and for rows of other things than tickets.
    pub(crate) ticket: i64,
    /// What it says; nothing where it is left out on purpose.
    pub(crate) drafts: Vec<Draft>,
    /// The content, in 64 bits.
    pub(crate) revision: u64,
}

/// A ticket's own row as understood.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct TicketRow {
    pub(crate) row: Row,
    pub(crate) entity: i64,
    /// When GLPI created it, where it kept that.
    pub(crate) created: Option<Instant>,
    pub(crate) is_trashed: bool,
    pub(crate) modified_at: Instant,
    /// The latest instant that its date of last change can mean.
    pub(crate) modified_latest: Instant,
}

/// Understands a ticket's own row.
pub(crate) fn ticket(raw: &Value, context: &Context) -> Result<TicketRow, Reason> {
    ticket::convert(&Fields::new(raw, context)?)
}

/// When GLPI created the ticket of this row, where it kept that and the row can be read so far.
pub(crate) fn creation(raw: &Value, zone: Tz) -> Option<Instant> {
    instants(raw.get(ticket::CREATED)?.as_str()?, zone).map(|(at, _)| at)
}

/// Understands a row that belongs to a ticket.
pub(crate) fn child(kind: Kind, raw: &Value, context: &Context) -> Result<Row, Reason> {
    let fields = Fields::new(raw, context)?;
    match kind {
        Kind::Ticket => ticket::convert(&fields).map(|ticket| ticket.row),
        Kind::TicketUser | Kind::GroupTicket | Kind::SupplierTicket => links::convert(kind, &fields),
        Kind::Followup | Kind::Task | Kind::Solution => comments::convert(kind, &fields),
        Kind::Survey => survey::convert(&fields),
        Kind::Log => history::convert(&fields),
    }
}

/// Understands a row that tickets refer to.
pub(crate) fn dimension(dimension: &Dimension, raw: &Value, context: &Context) -> Result<Row, Reason> {
    dimensions::convert(dimension, &Fields::new(raw, context)?)
}

/// The ticket a row belongs to, as far as that can be told from a damaged row.
pub(crate) fn ticket_of(kind: Kind, raw: &Value) -> Option<i64> {
    let column = match kind {
        Kind::Ticket => "id",
        Kind::Followup | Kind::Solution | Kind::Log => "items_id",
        _ => "tickets_id",
    };
    let is_of_ticket = raw.get("itemtype").and_then(Value::as_str).is_none_or(|itemtype| itemtype == "Ticket");
    fields::whole(raw.get(column)?).filter(|&id| id > 0 && is_of_ticket)
}

/// The row as a dead letter may show it: without texts that people wrote and without secrets.
pub(crate) fn showable(itemtype: &str, raw: &Value) -> String {
    let Value::Object(row) = raw else { return raw.to_string() };
    let dimension = DIMENSIONS.iter().find(|dimension| dimension.itemtype == itemtype);
    let may_show = |column: &str| match dimension {
        Some(dimension) => dimension.shows(column),
        None => !matches!(column, "content" | "alternative_email"),
    };
    let shown = row.iter().filter(|(column, _)| may_show(column)).map(|(key, value)| (key.clone(), value.clone()));
    Value::Object(shown.collect()).to_string()
}

/// 64 bits that stand for `content`, the same on every machine and in every version.
pub(crate) fn fingerprint(content: &[u8]) -> u64 {
    // Version 5 UUIDs are SHA-1 with a few bits fixed: strong enough to tell contents apart.
    Uuid::new_v5(&Uuid::nil(), content).as_u64_pair().0
}

impl Reason {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl Draft {
    /// What a row's own time says.
    fn recorded(body: Body, occurred_at: Instant) -> Self {
        Self { body, occurred_at, sequence: 0, confidence: Confidence::Recorded, is_once: false }
    }

    /// What is seen now.
    pub(crate) fn observed(body: Body, occurred_at: Instant) -> Self {
        Self { confidence: Confidence::Observed, ..Self::recorded(body, occurred_at) }
    }
}

impl Row {
    /// A row left out on purpose.
    fn left_out(id: i64, ticket: i64) -> Self {
        Self { id, ticket, drafts: Vec::new(), revision: 0 }
    }

    /// A row with what it says; times that the row itself tells are part of its content.
    fn saying(id: i64, ticket: i64, drafts: Vec<Draft>) -> Self {
        let mut content = Vec::new();
        for draft in drafts.iter().filter(|draft| !draft.is_once) {
            content.extend_from_slice(draft.body.event_type().name().as_bytes());
            if draft.confidence != Confidence::Observed {
                content.extend_from_slice(&draft.occurred_at.0.to_be_bytes());
            }
            // A body is plain values: writing it as text cannot fail.
            content.extend_from_slice(&serde_json::to_vec(&draft.body).unwrap_or_default());
        }
        Self { id, ticket, revision: fingerprint(&content), drafts }
    }
}
