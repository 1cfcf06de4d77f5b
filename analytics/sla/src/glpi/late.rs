//! When GLPI calls a ticket late, by the fields of its row.

use super::Stored;
use crate::{Kind, Status};

/// Late by GLPI's rule if the deadline of `kind` is `due`; without one, never. A pending ticket is not late right now.
///
/// To own, rows without a date of taking into account compare working seconds with wall seconds (Q5).
pub fn is_late(row: &Stored, kind: Kind, due: Option<i64>, now: i64) -> bool {
    let is_late = |due: i64| if kind.is_own() { owned_after(row, due, now) } else { solved_after(row, due, now) };
    row.status != Status::PENDING.0 && due.is_some_and(is_late)
}

fn solved_after(row: &Stored, due: i64, now: i64) -> bool {
    row.solved_at.map_or(due < now, |solved| solved > due)
}

fn owned_after(row: &Stored, due: i64, now: i64) -> bool {
    match row.taken_into_account_at {
        Some(taken) => taken > due,
        None if row.take_into_account_delay == 0 => due < now,
        None => row.take_into_account_delay > due - row.opened,
    }
}
