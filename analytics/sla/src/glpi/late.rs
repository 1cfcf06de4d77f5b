//! When GLPI calls a ticket late, by the fields of its row.

use super::Stored;
use crate::{Kind, Status};

/// Late to resolve: the deadline passed, and the ticket is not pending right now.
///
/// `kind` is the time to resolve or its internal twin; no deadline, never late.
pub fn is_late_to_resolve(row: &Stored, kind: Kind, now: i64) -> bool {
    let late = |due: i64| row.solved_at.map_or(due < now, |solved| solved > due);
    row.status != Status::PENDING.0 && row.due(kind).is_some_and(late)
}

/// Late to own. Rows without a date of taking into account compare working seconds with wall seconds (Q5).
pub fn is_late_to_own(row: &Stored, kind: Kind, now: i64) -> bool {
    let late = |due: i64| match row.taken_into_account_at {
        Some(taken) => taken > due,
        None if row.take_into_account_delay == 0 => due < now,
        None => row.take_into_account_delay > due - row.opened,
    };
    row.status != Status::PENDING.0 && row.due(kind).is_some_and(late)
}
