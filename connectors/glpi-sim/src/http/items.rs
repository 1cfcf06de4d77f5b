//! Items: one row by its id, or several at once.

use poem::http::StatusCode;
use serde_json::Value;

use crate::rows::{Cell, Id, Record};

use super::answer::{Answer, Refusal, Result};
use super::respond::http_date;
use super::rights;
use super::serve::Scope;

/// `GET /:itemtype/:id`
pub(super) fn item(scope: &Scope<'_>, itemtype: &str, id: Id) -> Result<Answer> {
    let row = find(scope, itemtype, id)?;
    let mut body = Vec::new();
    scope.look().row(&mut body, itemtype, row);
    let last_modified = match row.cell("date_mod") {
        Some(Cell::Time(at)) => Some(http_date(at)),
        _ => None,
    };
    Ok(Answer { last_modified, ..Answer::json(StatusCode::OK, body) })
}

/// `GET /getMultipleItems`: one missing or forbidden item fails the whole call.
pub(super) fn multiple(scope: &Scope<'_>) -> Result<Answer> {
    let Some(Value::Object(asked)) = scope.query.get("items") else {
        return Err(Refusal::documented(
            StatusCode::BAD_REQUEST,
            "ERROR_BAD_ARRAY",
            "input parameter must be an array of objects",
        ));
    };
    let mut body = vec![b'['];
    for wanted in asked.values() {
        let text = |name: &str| wanted.get(name).and_then(Value::as_str);
        let itemtype = text("itemtype").ok_or_else(Refusal::unknown_resource)?;
        let id = text("items_id").and_then(|id| id.parse().ok()).ok_or_else(Refusal::item_not_found)?;
        let row = find(scope, itemtype, id)?;
        if body.len() > 1 {
            body.push(b',');
        }
        scope.look().row(&mut body, itemtype, row);
    }
    body.push(b']');
    Ok(Answer::json(StatusCode::OK, body))
}

/// A row the session may see, trashed or not.
pub(super) fn find<'a>(scope: &Scope<'a>, itemtype: &str, id: Id) -> Result<&'a dyn Record> {
    rights::readable(scope.desk, scope.options, scope.session, itemtype)?;
    let row = scope.desk.record(itemtype, id).ok_or_else(Refusal::item_not_found)?;
    if !rights::visible(scope.desk, scope.session, itemtype, row) {
        return Err(Refusal::right_missing());
    }
    Ok(row)
}
