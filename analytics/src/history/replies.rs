//! What people wrote for everybody to read, read from the events themselves: `tickets` counts comments only.

use std::collections::HashMap;

use arrow::{array::AsArray, datatypes::TimestampMicrosecondType};
use datafusion::{
    dataframe::DataFrame,
    prelude::{col, lit},
};
use schemas::{CommentKind, EventType, LinkChange};
use serde::Deserialize;

use super::life::{numbers, wrong};
use crate::{error::Error, stores};

/// Something written by a person for everybody to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reply {
    /// When, in microseconds.
    pub(crate) at: i64,
    /// By whom.
    pub(crate) author: i64,
}

/// Every ticket's replies, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Replies {
    by_ticket: HashMap<i64, Vec<Reply>>,
}

/// What is read of a `TicketCommentedV1`.
#[derive(Deserialize)]
struct Commented {
    kind: CommentKind,
    item_id: i64,
    change: LinkChange,
    author_id: Option<i64>,
    is_private: bool,
}

/// A comment as read last.
struct Known {
    offset: i64,
    at: i64,
    /// Who wrote it, while it is there for everybody to read.
    author: Option<i64>,
}

impl Replies {
    /// Those that the table `events` tells of. A comment is there since it was first written, however often it was edited.
    pub(super) async fn of(events: DataFrame) -> Result<Self, Error> {
        let comments = events
            .filter(col("event_type").eq(lit(EventType::TicketCommentedV1.name())))?
            .select_columns(&["ticket_id", "occurred_at", "log_offset", "detail"])?;
        let mut known: HashMap<(i64, CommentKind, i64), Known> = HashMap::new();
        for batch in comments.collect().await? {
            let (tickets, offsets) = (numbers(&batch, "ticket_id")?, numbers(&batch, "log_offset")?);
            let times = batch.column_by_name("occurred_at").ok_or_else(|| wrong("occurred_at"))?;
            let times = times.as_primitive_opt::<TimestampMicrosecondType>().ok_or_else(|| wrong("occurred_at"))?;
            let details = batch.column_by_name("detail").ok_or_else(|| wrong("detail"))?;
            for row in 0..batch.num_rows() {
                let text = match details.as_string_opt::<i32>() {
                    Some(details) => details.value(row),
                    None => details.as_string_view_opt().ok_or_else(|| wrong("detail"))?.value(row),
                };
                let body: Commented = serde_json::from_str(text).map_err(|error| stores::Error::Damaged {
                    place: format!("the comments of ticket {}", tickets.value(row)),
                    reason: error.to_string(),
                })?;
                let (offset, at) = (offsets.value(row), times.value(row));
                let is_there = matches!(body.change, LinkChange::Present | LinkChange::Added) && !body.is_private;
                let author = body.author_id.filter(|_| is_there);
                let of =
                    known.entry((tickets.value(row), body.kind, body.item_id)).or_insert(Known { offset, at, author });
                if of.offset <= offset {
                    *of = Known { offset, at: of.at.min(at), author };
                } else {
                    of.at = of.at.min(at);
                }
            }
        }
        let mut by_ticket: HashMap<i64, Vec<Reply>> = HashMap::new();
        for ((ticket, _, _), Known { at, author, .. }) in known {
            by_ticket.entry(ticket).or_default().extend(author.map(|author| Reply { at, author }));
        }
        for replies in by_ticket.values_mut() {
            replies.sort_unstable();
        }
        Ok(Self { by_ticket })
    }

    /// The replies of a ticket.
    pub(super) fn find(&self, ticket: i64) -> &[Reply] {
        self.by_ticket.get(&ticket).map_or(&[], Vec::as_slice)
    }
}
