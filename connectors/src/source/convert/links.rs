//! Rows that link an actor to a ticket: the actor holds the role now.

use schemas::{ActorKind, Body, LinkChange, Role, TechnicianAssignment};

use super::fields::Fields;
use super::{Draft, Reason, Row};
use crate::source::kind::Kind;

/// The bits of a link's revision that hold the role.
const ROLE_BITS: u32 = 4;

pub(super) fn convert(kind: Kind, fields: &Fields<'_>) -> Result<Row, Reason> {
    let (id, ticket) = (fields.id()?, fields.ticket("tickets_id")?);
    let column = match kind {
        Kind::GroupTicket => "groups_id",
        Kind::SupplierTicket => "suppliers_id",
        _ => "users_id",
    };
    fields.has_all(&[column])?;
    // Person 0 is a requester known by address only.
    let actor_id = fields.reference(column)?.unwrap_or(0);
    let number = fields.number("type")?;
    let role = role(number).ok_or_else(|| Reason::new(format!("column type is {number}, which is no role")))?;
    let body = assignment(kind, actor_id, role, LinkChange::Present);
    Ok(Row {
        id,
        ticket,
        revision: (actor_id.cast_unsigned() << ROLE_BITS) | number.cast_unsigned(),
        drafts: vec![Draft::observed(body, fields.context.observed_at)],
    })
}

/// That the link whose content was `revision` is there no more.
pub(crate) fn absent(kind: Kind, revision: u64) -> Body {
    let actor_id = (revision >> ROLE_BITS).cast_signed();
    let number = (revision & ((1 << ROLE_BITS) - 1)).cast_signed();
    assignment(kind, actor_id, role(number).unwrap_or(Role::Unknown), LinkChange::Absent)
}

fn assignment(kind: Kind, actor_id: i64, role: Role, change: LinkChange) -> Body {
    let actor_kind = match kind {
        Kind::GroupTicket => ActorKind::Group,
        Kind::SupplierTicket => ActorKind::Supplier,
        _ => ActorKind::Person,
    };
    Body::Assignment(TechnicianAssignment { actor_kind, actor_id, actor_name: None, role, change })
}

fn role(number: i64) -> Option<Role> {
    match number {
        1 => Some(Role::Requester),
        2 => Some(Role::Assigned),
        3 => Some(Role::Observer),
        _ => None,
    }
}
