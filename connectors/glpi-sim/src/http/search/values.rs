//! Values: what a search option shows of a ticket, with GLPI's uneven typing.
//!
//! People come as id strings, the last editor as a login, groups and agreements as names, durations
//! as strings; one value is a scalar, several are an array, none is null.

use std::cmp::Ordering;

use serde_json::Value;

use crate::http::likeness::fold;
use crate::http::serve::Scope;
use crate::http::{foreign, likeness};
use crate::rows::{Cell, Id, Record, Seconds, Ticket, naive};
use crate::truth;

use super::fields::{Field, Late, Source};

/// One value of one option.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Datum {
    /// A number.
    Int(i64),
    /// Words.
    Text(String),
    /// An instant.
    Time(Seconds),
    /// An item by its id and its name.
    Item(Id, String),
}

/// The values of an option, in the order of their rows.
pub(super) fn of(scope: &Scope<'_>, field: &Field, ticket: &Ticket) -> Vec<Datum> {
    let desk = scope.desk;
    match field.source {
        Source::Column(column) => ticket.cell(column).and_then(datum).into_iter().collect(),
        Source::Late(late) => vec![Datum::Int(i64::from(is_late(late, ticket, scope.options.clock.now())))],
        Source::Users(role) => items(scope, "User", "name", desk.users(ticket.id, role)),
        Source::Groups(role) => items(scope, "Group", "completename", desk.groups(ticket.id, role)),
        Source::Suppliers => items(scope, "Supplier", "name", desk.suppliers(ticket.id)),
        Source::Item(column, itemtype, shown) => {
            let id = ticket.cell(column).and_then(|cell| cell.int());
            items(scope, itemtype, shown, id.filter(|id| *id > 0 || itemtype == "Entity").into_iter())
        }
        Source::Parts(itemtype, column) => cells(scope, itemtype, column, ticket.id),
        Source::Latest(itemtype, column) => {
            let newest = cells(scope, itemtype, column, ticket.id).into_iter().filter_map(|value| match value {
                Datum::Time(at) => Some(at),
                _ => None,
            });
            newest.max().map(Datum::Time).into_iter().collect()
        }
        Source::PartItems(itemtype, column, pointed) => {
            let ids = cells(scope, itemtype, column, ticket.id).into_iter().filter_map(|value| match value {
                Datum::Int(id) if id > 0 => Some(id),
                _ => None,
            });
            items(scope, pointed, "name", ids)
        }
        Source::Count(itemtype) => {
            let count = desk.records_of_ticket(itemtype, ticket.id).map_or(0, Iterator::count);
            vec![Datum::Int(count as i64)]
        }
        Source::Nowhere => Vec::new(),
    }
}

/// An option as the answer shows it.
pub(super) fn shown(scope: &Scope<'_>, field: &Field, ticket: &Ticket) -> Value {
    let mut values: Vec<Value> = Vec::new();
    for value in of(scope, field, ticket) {
        let value = show(scope, field, value);
        if !values.contains(&value) {
            values.push(value);
        }
    }
    match values.len() {
        0 => Value::Null,
        1 => values.swap_remove(0),
        _ => Value::Array(values),
    }
}

/// The order of two first values, nothing first.
pub(super) fn order(a: Option<&Datum>, b: Option<&Datum>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => match (a, b) {
            (Datum::Int(a), Datum::Int(b)) | (Datum::Time(a), Datum::Time(b)) => a.cmp(b),
            (Datum::Text(a) | Datum::Item(_, a), Datum::Text(b) | Datum::Item(_, b)) => fold(a).cmp(&fold(b)),
            _ => Ordering::Equal,
        },
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// A value as words, for `contains`.
pub(super) fn words(scope: &Scope<'_>, value: &Datum) -> String {
    match value {
        Datum::Int(number) => number.to_string(),
        Datum::Text(words) | Datum::Item(_, words) => words.clone(),
        Datum::Time(at) => naive::to_text(*at, scope.options.zone),
    }
}

/// Whether a user's names are like a pattern: login, last name, first name.
pub(super) fn user_is_like(scope: &Scope<'_>, id: Id, pattern: &likeness::Pattern) -> bool {
    let Some(user) = scope.desk.row("User", id) else { return false };
    let names = ["name", "realname", "firstname"].iter().filter_map(|column| user.get(*column)?.as_str());
    names.into_iter().any(|name| pattern.matches(name))
}

fn show(scope: &Scope<'_>, field: &Field, value: Datum) -> Value {
    match value {
        Datum::Int(number) if field.datatype == "timestamp" && field.searchable => number.to_string().into(),
        Datum::Int(number) => number.into(),
        Datum::Text(words) => words.into(),
        Datum::Time(at) => naive::to_text(at, scope.options.zone).into(),
        Datum::Item(id, _) if matches!(field.source, Source::Users(_)) => id.to_string().into(),
        Datum::Item(_, name) => name.into(),
    }
}

fn items(scope: &Scope<'_>, itemtype: &str, column: &str, ids: impl Iterator<Item = Id>) -> Vec<Datum> {
    ids.map(|id| Datum::Item(id, name(scope, itemtype, column, id))).collect()
}

fn name(scope: &Scope<'_>, itemtype: &str, column: &str, id: Id) -> String {
    let row = scope.desk.row(itemtype, id).and_then(|row| row.get(column)).and_then(Value::as_str);
    row.or_else(|| foreign::name(scope.desk, itemtype, id)).unwrap_or_default().to_owned()
}

fn cells(scope: &Scope<'_>, itemtype: &str, column: &str, ticket: Id) -> Vec<Datum> {
    let rows = scope.desk.records_of_ticket(itemtype, ticket).into_iter().flatten();
    rows.filter_map(|row| row.cell(column).and_then(datum)).collect()
}

fn datum(cell: Cell<'_>) -> Option<Datum> {
    match cell {
        Cell::Null => None,
        Cell::Int(number) => Some(Datum::Int(number)),
        Cell::Text(words) => Some(Datum::Text(words.to_owned())),
        Cell::Time(at) => Some(Datum::Time(at)),
        Cell::Json(value) => Some(Datum::Text(value.to_string())),
    }
}

fn is_late(late: Late, ticket: &Ticket, now: Seconds) -> bool {
    let (target, reached) = match late {
        Late::Resolve => (ticket.time_to_resolve, ticket.solvedate),
        Late::Own => (ticket.time_to_own, truth::owned_at(ticket)),
        Late::InternalResolve => (ticket.internal_time_to_resolve, ticket.solvedate),
        Late::InternalOwn => (ticket.internal_time_to_own, truth::owned_at(ticket)),
    };
    truth::late(target, reached, ticket.status, now)
}
