//! Collections: pages of rows, of a whole item type or of one parent.

use poem::http::StatusCode;
use serde_json::Value;

use crate::desk::Tables;
use crate::rows::{Cell, Id, Record, Ticket};

use super::answer::{Answer, Refusal, Result};
use super::likeness::Pattern;
use super::serve::Scope;
use super::{foreign, items, rights};

/// What a page is cut from.
struct Asked<'a> {
    itemtype: &'a str,
    parent: Option<(&'a str, Id)>,
    range: Option<(usize, usize)>,
    sort: String,
    down: bool,
    filters: Vec<(String, Pattern)>,
    trash: bool,
}

type Rows<'a> = Vec<&'a dyn Record>;

/// `GET /:itemtype`
pub(super) fn list(scope: &Scope<'_>, itemtype: &str) -> Result<Answer> {
    rights::readable(scope.desk, scope.options, scope.session, itemtype)?;
    page(scope, &asked(scope, itemtype, None)?)
}

/// `GET /:itemtype/:id/:subitem`
pub(super) fn parts(scope: &Scope<'_>, parent: (&str, Id), itemtype: &str) -> Result<Answer> {
    items::find(scope, parent.0, parent.1)?;
    rights::readable(scope.desk, scope.options, scope.session, itemtype)?;
    page(scope, &asked(scope, itemtype, Some(parent))?)
}

/// The asked range, `None` when none is asked.
pub(super) fn range(scope: &Scope<'_>) -> Result<Option<(usize, usize)>> {
    let Some(text) = scope.query.text("range") else { return Ok(None) };
    let ends = text.split_once('-').and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)));
    match ends {
        Some(ends) if !text.contains('+') => Ok(Some(ends)),
        _ => Err(Refusal::generic("range must be in format : [start-end] with integers")),
    }
}

fn asked<'a>(scope: &Scope<'_>, itemtype: &'a str, parent: Option<(&'a str, Id)>) -> Result<Asked<'a>> {
    let range = range(scope)?;
    let sort = scope.query.text("sort").unwrap_or("id").to_owned();
    if !has_column(scope, itemtype, &sort) {
        return Err(Refusal::generic(&format!("sort param is not a field of {}", foreign::table(itemtype))));
    }
    let order = scope.query.text("order").unwrap_or("ASC").to_uppercase();
    if !matches!(order.as_str(), "ASC" | "DESC") {
        return Err(Refusal::generic("order must be DESC or ASC"));
    }
    let mut filters = Vec::new();
    if let Some(Value::Object(texts)) = scope.query.get("searchText") {
        for (column, text) in texts {
            if !has_column(scope, itemtype, column) {
                return Err(Refusal::field_not_found(column, itemtype));
            }
            filters.push((column.clone(), Pattern::new(text.as_str().unwrap_or_default())));
        }
    }
    let trash = scope.query.flag("is_deleted", false);
    Ok(Asked { itemtype, parent, range, sort, down: order == "DESC", filters, trash })
}

fn has_column(scope: &Scope<'_>, itemtype: &str, column: &str) -> bool {
    if column == "id" || Tables::columns(itemtype).is_some_and(|columns| columns.contains(&column)) {
        return true;
    }
    // An untyped table knows its columns by its rows; an empty one cannot say no.
    match scope.desk.page(itemtype, 0, false).next() {
        Some(row) => row.cell(column).is_some(),
        None => Tables::columns(itemtype).is_none(),
    }
}

fn page(scope: &Scope<'_>, asked: &Asked<'_>) -> Result<Answer> {
    if asked.range.is_some_and(|(from, to)| to < from) {
        return Err(Refusal::items_search_failed());
    }
    let (from, to) = asked.range.unwrap_or((0, scope.options.list_limit.saturating_sub(1)));
    if let Some((total, rows)) = indexed(scope, asked, from) {
        return answer(scope, asked, total, rows.take(to - from + 1).collect());
    }
    let mut rows = matching(scope, asked);
    sort(&mut rows, &asked.sort, asked.down);
    let total = rows.len();
    answer(scope, asked, total, rows.into_iter().skip(from).take(to - from + 1).collect())
}

/// All rows and those from `from` on, where an index finds them: in the order of ids, unless rows have to be looked at.
fn indexed<'a>(scope: &Scope<'a>, asked: &Asked<'_>, from: usize) -> Option<(usize, crate::desk::Records<'a>)> {
    let is_by_id = asked.parent.is_none() && asked.sort == "id";
    if !is_by_id || asked.itemtype == "Ticket" || !rights::unrestricted(scope.desk, asked.itemtype) {
        return None;
    }
    match asked.filters.as_slice() {
        [] => Some((scope.desk.count(asked.itemtype), scope.desk.page(asked.itemtype, from, asked.down))),
        // History of tickets, as whoever reads all of it asks.
        [(column, pattern)] if asked.itemtype == "Log" && column == "itemtype" && pattern.is_just("Ticket") => {
            scope.desk.hung_page("Log", from, asked.down)
        }
        _ => None,
    }
}

fn matching<'a>(scope: &Scope<'a>, asked: &Asked<'_>) -> Rows<'a> {
    let tickets = asked.itemtype == "Ticket" && asked.parent.is_none();
    let rows: Rows<'a> = if tickets {
        rights::tickets(scope.desk, scope.session, asked.trash).map(|ticket: &Ticket| ticket as &dyn Record).collect()
    } else {
        source(scope, asked)
            .filter(|row| trashed(*row).is_none_or(|trashed| trashed == asked.trash))
            .filter(|row| rights::visible(scope.desk, scope.session, asked.itemtype, *row))
            .collect()
    };
    if asked.filters.is_empty() {
        return rows;
    }
    let like =
        |row: &&'a dyn Record| asked.filters.iter().all(|(column, pattern)| is_like(scope, *row, column, pattern));
    rows.into_iter().filter(like).collect()
}

fn is_like(scope: &Scope<'_>, row: &dyn Record, column: &str, pattern: &Pattern) -> bool {
    match row.cell(column) {
        Some(Cell::Text(text)) => pattern.matches(text),
        Some(Cell::Null) | None => false,
        Some(cell) => pattern.matches(&cell.print(scope.options.zone)),
    }
}

fn source<'a>(scope: &Scope<'a>, asked: &Asked<'_>) -> crate::desk::Records<'a> {
    let Some((parent, id)) = asked.parent else { return scope.desk.records(asked.itemtype) };
    if let Some(rows) = (parent == "Ticket").then(|| scope.desk.records_of_ticket(asked.itemtype, id)).flatten() {
        return rows;
    }
    let parent = parent.to_owned();
    Box::new(scope.desk.records(asked.itemtype).filter(move |row| hangs_on(*row, &parent, id)))
}

fn hangs_on(row: &dyn Record, parent: &str, id: Id) -> bool {
    if let Some(Cell::Text(itemtype)) = row.cell("itemtype") {
        return itemtype == parent && row.cell("items_id").and_then(|cell| cell.int()) == Some(id);
    }
    let mut hangs = false;
    row.each(&mut |column, cell| {
        hangs |= column.ends_with("_id") && foreign::itemtype(column) == Some(parent) && cell.int() == Some(id);
    });
    hangs
}

fn trashed(row: &dyn Record) -> Option<bool> {
    row.cell("is_deleted").and_then(|cell| cell.int()).map(|flag| flag == 1)
}

// Ties keep the order of ids: the database promises none, but a test must repeat.
fn sort(rows: &mut Rows<'_>, column: &str, down: bool) {
    if column == "id" {
        if down {
            rows.reverse();
        }
        return;
    }
    let mut keyed: Vec<(Cell<'_>, &dyn Record)> =
        rows.iter().map(|row| (row.cell(column).unwrap_or(Cell::Null), *row)).collect();
    keyed.sort_by(|(a, _), (b, _)| if down { b.order(a) } else { a.order(b) });
    *rows = keyed.into_iter().map(|(_, row)| row).collect();
}

fn answer(scope: &Scope<'_>, asked: &Asked<'_>, count: usize, rows: Rows<'_>) -> Result<Answer> {
    let total = if count == 0 { 0 } else { count + scope.options.surplus };
    let from = asked.range.map_or(0, |(from, _)| from);
    if from > total {
        return Err(Refusal::range_exceeds(total));
    }
    let is_unreadable =
        |row: &&dyn Record| scope.options.unreadable.contains(&format!("{}/{}", asked.itemtype, row.id()));
    let may_fail = asked.parent.is_none() && !scope.options.unreadable.is_empty();
    if may_fail && !scope.query.flag("only_id", false) && rows.iter().any(is_unreadable) {
        return Err(Refusal::items_search_failed());
    }
    let shown = rows.len();
    let body = scope.look().rows(asked.itemtype, rows.into_iter());
    let status = if shown < total { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    Ok(Answer {
        accept_range: Some(accept_range(asked.itemtype)),
        content_range: (total > 0).then(|| content_range(scope, asked, total)),
        ..Answer::json(status, body)
    })
}

/// The header by which PHP tells how many parameters it takes.
pub(super) fn accept_range(itemtype: &str) -> String {
    const MAX_INPUT_VARS: u32 = 1000;
    format!("{itemtype} {MAX_INPUT_VARS}")
}

// Without a range GLPI names an end that is one too high.
fn content_range(scope: &Scope<'_>, asked: &Asked<'_>, total: usize) -> String {
    let (from, to) = asked.range.unwrap_or((0, scope.options.list_limit));
    let last = total as i64 - 1;
    format!("{from}-{}/{total}", (to as i64).min(last))
}
