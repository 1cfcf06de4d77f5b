//! Cell: one value of one column, borrowed from its row.

use std::cmp::Ordering;

use serde_json::Value;

use super::Seconds;
use super::naive::{self, Zone};

/// One value; a time is still an instant, not yet text of some zone.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    /// SQL NULL.
    Null,
    /// A whole number.
    Int(i64),
    /// Text as stored.
    Text(&'a str),
    /// An instant.
    Time(Seconds),
    /// Any other JSON.
    Json(&'a Value),
}

impl<'a> Cell<'a> {
    /// A cell of an untyped row: integers, texts and (UTC) times are recognised.
    pub fn loose(value: &'a Value) -> Self {
        match value {
            Value::Null => Cell::Null,
            Value::String(text) => naive::to_seconds(text, Zone::UTC).map_or(Cell::Text(text), Cell::Time),
            Value::Number(number) => number.as_i64().map_or(Cell::Json(value), Cell::Int),
            _ => Cell::Json(value),
        }
    }

    /// The cell as JSON, a time as naive text of `zone`.
    pub fn value(&self, zone: Zone) -> Value {
        match self {
            Cell::Null => Value::Null,
            Cell::Int(number) => (*number).into(),
            Cell::Text(text) => (*text).into(),
            Cell::Time(at) => naive::to_text(*at, zone).into(),
            Cell::Json(value) => (*value).clone(),
        }
    }

    /// The cell as the database would print it; NULL prints as nothing.
    pub fn print(&self, zone: Zone) -> String {
        match self {
            Cell::Null => String::new(),
            Cell::Int(number) => number.to_string(),
            Cell::Text(text) => (*text).to_owned(),
            Cell::Time(at) => naive::to_text(*at, zone),
            Cell::Json(value) => value.to_string(),
        }
    }

    /// The whole number, when it is one.
    pub fn int(&self) -> Option<i64> {
        match self {
            Cell::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The order of `ORDER BY`: NULL first, then numbers, times and texts.
    pub fn order(&self, other: &Cell<'_>) -> Ordering {
        match (self, other) {
            (Cell::Int(a), Cell::Int(b)) | (Cell::Time(a), Cell::Time(b)) => a.cmp(b),
            (Cell::Text(a), Cell::Text(b)) => text_order(a, b),
            (Cell::Json(a), Cell::Json(b)) => a.to_string().cmp(&b.to_string()),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Cell::Null => 0,
            Cell::Int(_) => 1,
            Cell::Time(_) => 2,
            Cell::Text(_) => 3,
            Cell::Json(_) => 4,
        }
    }
}

// The database compares text without regard to case.
fn text_order(a: &str, b: &str) -> Ordering {
    a.chars().flat_map(char::to_lowercase).cmp(b.chars().flat_map(char::to_lowercase))
}
