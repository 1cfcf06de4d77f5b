//! Followups, tasks and solutions: that they are there, whose they are and what state they are in. Texts stay in GLPI.

use schemas::{Body, CommentKind, Commented, LinkChange};

use super::fields::Fields;
use super::{Draft, Reason, Row};
use crate::source::kind::Kind;

pub(super) fn convert(kind: Kind, fields: &Fields<'_>) -> Result<Row, Reason> {
    let id = fields.id()?;
    if kind != Kind::Task && fields.text("itemtype")? != "Ticket" {
        return Ok(Row::left_out(id, 0));
    }
    fields.has_all(&["users_id", "date_mod"])?;
    if kind == Kind::Task {
        fields.has_all(&["actiontime", "users_id_tech"])?;
    }
    let ticket = fields.ticket(if kind == Kind::Task { "tickets_id" } else { "items_id" })?;
    let written = fields.moment(if kind == Kind::Solution { "date_creation" } else { "date" })?;
    let commented = Commented {
        kind: comment_kind(kind),
        item_id: id,
        change: LinkChange::Present,
        author_id: fields.reference("users_id")?,
        is_private: kind != Kind::Solution && fields.flag("is_private")?,
        modified_at: fields.may_instant("date_mod")?,
        state: match kind {
            Kind::Task => fields.small("state")?,
            Kind::Solution => fields.small("status")?,
            _ => 0,
        },
        seconds: if kind == Kind::Task { fields.seconds("actiontime")? } else { 0 },
        technician_id: if kind == Kind::Task { fields.reference("users_id_tech")? } else { None },
    };
    let draft = Draft { confidence: written.confidence(), ..Draft::recorded(Body::Commented(commented), written.at) };
    Ok(Row::saying(id, ticket, vec![draft]))
}

/// That the comment is there no more.
pub(crate) fn absent(kind: Kind, item_id: i64) -> Body {
    Body::Commented(Commented {
        kind: comment_kind(kind),
        item_id,
        change: LinkChange::Absent,
        author_id: None,
        is_private: false,
        modified_at: None,
        state: 0,
        seconds: 0,
        technician_id: None,
    })
}

const fn comment_kind(kind: Kind) -> CommentKind {
    match kind {
        Kind::Task => CommentKind::Task,
        Kind::Solution => CommentKind::Solution,
        _ => CommentKind::Followup,
    }
}
