//! Rows: answers of rows whose columns are not as they should be.

use rand::Rng;
use rand::rngs::SmallRng;
use serde_json::{Map, Value, json};

use crate::http::answer::Answer;

use super::{Misdeed, itemtype};

const HUGE_BYTES: usize = 10_000_000;
/// Columns of text that people wrote: long, and of no use to whoever counts tickets.
const TEXT_COLUMNS: [&str; 2] = ["content", "comment"];

/// The answer with its rows spoilt; an answer without rows stays as it is.
pub(super) fn spoil(kind: Misdeed, segments: &[String], answer: Answer, dice: &mut SmallRng) -> Answer {
    let Some(true) = itemtype(segments).map(|_| answer.status.is_success()) else { return answer };
    let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    let mut rows: Vec<&mut Map<String, Value>> = match &mut value {
        Value::Array(rows) => rows.iter_mut().filter_map(Value::as_object_mut).collect(),
        Value::Object(row) => vec![row],
        _ => Vec::new(),
    };
    if rows.is_empty() {
        return answer;
    }
    match kind {
        Misdeed::HugeField => grow(&mut rows, dice),
        Misdeed::ColumnsAdded => rows.iter_mut().for_each(|row| add_columns(row)),
        Misdeed::TextColumnMissing => rows.iter_mut().for_each(|row| drop_text(row)),
        _ => drop_any(&mut rows, dice),
    }
    Answer { body: value.to_string().into_bytes(), ..answer }
}

fn grow(rows: &mut [&mut Map<String, Value>], dice: &mut SmallRng) {
    let index = dice.random_range(0..rows.len());
    let text = TEXT_COLUMNS.iter().find(|column| rows[index].contains_key(**column));
    if let Some(text) = text.and_then(|column| rows[index].get_mut(*column)) {
        *text = "x".repeat(HUGE_BYTES).into();
    }
}

fn add_columns(row: &mut Map<String, Value>) {
    row.insert("plugin_fields_site".to_owned(), json!({"id": 7, "tags": ["a", null]}));
    row.insert("is_favourite".to_owned(), Value::Null);
    row.insert(String::new(), json!("a column without a name"));
}

fn drop_text(row: &mut Map<String, Value>) {
    row.retain(|column, _| !TEXT_COLUMNS.contains(&column.as_str()));
}

fn drop_any(rows: &mut [&mut Map<String, Value>], dice: &mut SmallRng) {
    let columns: Vec<String> = rows[0].keys().cloned().collect();
    if columns.is_empty() {
        return;
    }
    let column = &columns[dice.random_range(0..columns.len())];
    for row in rows {
        row.retain(|name, _| name != column);
    }
}
