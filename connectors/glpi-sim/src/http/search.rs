//! Search: `search/Ticket` and its options, by criteria.
//!
//! Only tickets have recorded search options. Everything that matches is found first and the page
//! cut afterwards, as GLPI does.

mod criteria;
mod dates;
mod fields;
mod matching;
mod values;

use std::cmp::Ordering;

use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::rows::Ticket;

use super::answer::{Answer, HTML, Opened, Refusal, Result};
use super::query::list;
use super::render;
use super::serve::Scope;
use super::{collections, rights};
use criteria::Criteria;
use fields::Field;
use values::Datum;

// Shown in every answer, in this order.
const ALWAYS_SHOWN: [u32; 3] = [2, 1, 80];
const DEFAULT_SORT: u32 = 1;

/// `GET /listSearchOptions/:itemtype`
pub(super) fn list_options(scope: &Scope<'_>, itemtype: &str) -> Result<Answer> {
    rights::readable(scope.desk, scope.options, scope.session, itemtype)?;
    check_recorded(itemtype)?;
    Ok(Answer::value(fields::all()))
}

/// `GET /search/:itemtype`
pub(super) fn search(scope: &Scope<'_>, itemtype: &str) -> Result<Answer> {
    rights::readable(scope.desk, scope.options, scope.session, itemtype)?;
    if itemtype == "Log" {
        return Ok(empty_rows(scope));
    }
    check_recorded(itemtype)?;
    let range = collections::range(scope)?;
    let criteria = Criteria::read(scope)?;
    if let Some((from, to)) = range.filter(|(from, to)| to < from) {
        return Ok(sql_error(scope, from, to));
    }
    let sorts = Sorts::read(scope);
    let mut found: Vec<&Ticket> = rights::tickets(scope.desk, scope.session, scope.query.flag("is_deleted", false))
        .filter(|ticket| criteria.matches(scope, ticket))
        .collect();
    sorts.apply(scope, &mut found);
    let (from, to) = range.unwrap_or((0, scope.options.list_limit.saturating_sub(1)));
    if from > found.len() {
        return Err(Refusal::range_exceeds(found.len()));
    }
    let columns = columns(scope, &criteria, &sorts);
    let total = found.len();
    let page: Vec<&Ticket> = found.into_iter().skip(from).take(to - from + 1).collect();
    Ok(answer(scope, &page, &columns, &sorts, (from, to, total)))
}

/// The asked order: option ids with `DESC` or not.
struct Sorts(Vec<(u32, bool)>);

impl Sorts {
    fn read(scope: &Scope<'_>) -> Self {
        let ids = list(scope.query.get("sort"));
        let orders = list(scope.query.get("order"));
        let down = |at: usize| orders.get(at).is_some_and(|order| order.eq_ignore_ascii_case("DESC"));
        let asked: Vec<(u32, bool)> =
            ids.iter().enumerate().filter_map(|(at, id)| Some((id.parse().ok()?, down(at)))).collect();
        if asked.is_empty() { Self(vec![(DEFAULT_SORT, down(0))]) } else { Self(asked) }
    }

    // An unknown option is echoed and sorts nothing; ties keep the order of ids.
    fn apply(&self, scope: &Scope<'_>, found: &mut Vec<&Ticket>) {
        let fields: Vec<(&Field, bool)> =
            self.0.iter().filter_map(|(id, down)| Some((fields::find(*id)?, *down))).collect();
        let key = |ticket: &Ticket| -> Vec<Option<Datum>> {
            fields.iter().map(|(field, _)| values::of(scope, field, ticket).into_iter().next()).collect()
        };
        let mut keyed: Vec<(Vec<Option<Datum>>, &Ticket)> =
            found.drain(..).map(|ticket| (key(ticket), ticket)).collect();
        keyed.sort_by(|(a, _), (b, _)| {
            let each = a.iter().zip(b).zip(&fields);
            each.fold(Ordering::Equal, |order, ((a, b), (_, down))| {
                order.then_with(|| {
                    if *down { values::order(b.as_ref(), a.as_ref()) } else { values::order(a.as_ref(), b.as_ref()) }
                })
            })
        });
        found.extend(keyed.into_iter().map(|(_, ticket)| ticket));
    }
}

fn columns(scope: &Scope<'_>, criteria: &Criteria, sorts: &Sorts) -> Vec<&'static Field> {
    let forced = list(scope.query.get("forcedisplay")).into_iter().filter_map(|id| id.parse().ok());
    let sorted = sorts.0.iter().map(|(id, _)| *id);
    let asked = ALWAYS_SHOWN.into_iter().chain(forced).chain(criteria.fields().iter().copied()).chain(sorted);
    let mut shown: Vec<&'static Field> = Vec::new();
    for field in asked.filter_map(fields::find) {
        if !shown.iter().any(|known| known.id == field.id) {
            shown.push(field);
        }
    }
    shown
}

fn answer(
    scope: &Scope<'_>,
    page: &[&Ticket],
    columns: &[&Field],
    sorts: &Sorts,
    (from, to, total): (usize, usize, usize),
) -> Answer {
    let last = (to as i64).min(total as i64 - 1);
    let range = format!("{from}-{last}/{total}");
    let mut body = Vec::new();
    let sort: Vec<u32> = sorts.0.iter().map(|(id, _)| *id).collect();
    let order: Vec<&str> = sorts.0.iter().map(|(_, down)| if *down { "DESC" } else { "ASC" }).collect();
    body.extend_from_slice(format!("{{\"totalcount\":{total},\"count\":{}", page.len()).as_bytes());
    body.extend_from_slice(format!(",\"sort\":{},\"order\":{}", json!(sort), json!(order)).as_bytes());
    if !page.is_empty() {
        body.extend_from_slice(b",\"data\":[");
        for (at, ticket) in page.iter().enumerate() {
            if at > 0 {
                body.push(b',');
            }
            write_row(scope, &mut body, columns, ticket);
        }
        body.push(b']');
    }
    body.extend_from_slice(b",\"content-range\":");
    render::text(&mut body, &range);
    body.push(b'}');
    let status = if page.len() < total { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    Answer {
        content_range: (total > 0).then_some(range),
        accept_range: Some(collections::accept_range("Ticket")),
        ..Answer::json(status, body)
    }
}

fn write_row(scope: &Scope<'_>, body: &mut Vec<u8>, columns: &[&Field], ticket: &Ticket) {
    body.push(b'{');
    for (at, field) in columns.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        body.extend_from_slice(format!("\"{}\":", field.id).as_bytes());
        let value = values::shown(scope, field, ticket);
        match value {
            Value::String(words) => render::text(body, &words),
            other => body.extend_from_slice(other.to_string().as_bytes()),
        }
    }
    body.push(b'}');
}

// The history has no search options: rows come without columns.
fn empty_rows(scope: &Scope<'_>) -> Answer {
    let total = scope.desk.count("Log");
    let count = total.min(scope.options.list_limit);
    let mut body = json!({"totalcount": total, "count": count, "sort": [DEFAULT_SORT], "order": ["ASC"]});
    let range = format!("0-{}/{total}", count as i64 - 1);
    if let Some(body) = body.as_object_mut() {
        if count > 0 {
            body.insert("data".to_owned(), vec![json!({}); count].into());
        }
        body.insert("content-range".to_owned(), range.clone().into());
    }
    let status = if count < total { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    Answer {
        content_range: (total > 0).then_some(range),
        accept_range: Some(collections::accept_range("Log")),
        ..Answer::json(status, body.to_string().into_bytes())
    }
}

fn check_recorded(itemtype: &str) -> Result<()> {
    if itemtype == "Ticket" {
        Ok(())
    } else {
        Err(Refusal::generic("search options of this itemtype were not recorded"))
    }
}

// The database's own words come first, so the body is no JSON; without output buffering the status
// and the headers are out before GLPI can set them.
fn sql_error(scope: &Scope<'_>, from: usize, to: usize) -> Answer {
    let limit = 1 + to as i64 - from as i64;
    let words = format!(
        "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB server version \
         for the right syntax to use near '{limit}' at line 26"
    );
    let body = format!("{words}{}", json!(["ERROR_SQL", format!("Unexpected SQL Error : {words}")])).into_bytes();
    if scope.options.output_buffering {
        return Answer::json(StatusCode::INTERNAL_SERVER_ERROR, body);
    }
    Answer { content_type: HTML, opened: Opened::TooLate, ..Answer::json(StatusCode::OK, body) }
}
