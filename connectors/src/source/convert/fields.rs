//! The columns of one row, read with suspicion: numbers may come as text, times have no zone, 0 means none.

use chrono::{Duration, TimeZone, Utc};
use chrono_tz::Tz;
use schemas::{Confidence, Instant};
use serde_json::{Map, Value};

use super::{Context, Reason};
use crate::text;
use crate::zone::{self, Certainty};

/// How MySQL writes that there is no date.
const ZERO_DATE: &str = "0000-00-00 00:00:00";

/// A row and what is needed to read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    row: &'a Map<String, Value>,
    pub(super) context: &'a Context,
}

/// A time of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: Instant,
    pub(super) is_certain: bool,
    /// The latest instant it can mean.
    pub(super) latest: Instant,
}

impl Moment {
    /// How sure an event is that happened at this time.
    pub(super) const fn confidence(self) -> Confidence {
        if self.is_certain { Confidence::Recorded } else { Confidence::Inferred }
    }
}

impl<'a> Fields<'a> {
    pub(super) fn new(raw: &'a Value, context: &'a Context) -> Result<Self, Reason> {
        let row = raw.as_object().ok_or_else(|| Reason::new("the row is not an object"))?;
        Ok(Self { row, context })
    }

    /// Refuses a row that lacks one of `columns`, which every row of this kind has, null or not, on the servers that Farol knows:
    /// a missing column would be taken for none, and nothing would ever correct that.
    pub(super) fn has_all(&self, columns: &[&str]) -> Result<(), Reason> {
        match columns.iter().find(|column| !self.row.contains_key(**column)) {
            Some(column) if self.context.version.is_known() => Err(self.lack(column)),
            _ => Ok(()),
        }
    }

    /// The row's own id.
    pub(super) fn id(&self) -> Result<i64, Reason> {
        match self.number("id")? {
            id if id > 0 => Ok(id),
            id => Err(Reason::new(format!("column id is {id}"))),
        }
    }

    /// The id of the ticket in `column`.
    pub(super) fn ticket(&self, column: &str) -> Result<i64, Reason> {
        match self.number(column)? {
            id if id > 0 => Ok(id),
            id => Err(Reason::new(format!("column {column} is {id}, which is no ticket"))),
        }
    }

    /// A whole number that must be there.
    pub(super) fn number(&self, column: &str) -> Result<i64, Reason> {
        self.may_number(column)?.ok_or_else(|| self.lack(column))
    }

    /// A whole number that may be missing or null.
    pub(super) fn may_number(&self, column: &str) -> Result<Option<i64>, Reason> {
        match self.row.get(column) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => whole(value).map(Some).ok_or_else(|| wrong(column, "a whole number", value)),
        }
    }

    /// A small number, as enumerations are.
    pub(super) fn small(&self, column: &str) -> Result<i32, Reason> {
        let number = self.number(column)?;
        match u8::try_from(number) {
            Ok(small) => Ok(i32::from(small)),
            Err(_) => Err(Reason::new(format!("column {column} is {number}, which is out of range"))),
        }
    }

    /// A value of an enumeration from 0 on.
    pub(super) fn up_to(&self, column: &str, max: i32) -> Result<i32, Reason> {
        match self.number(column)? {
            number if (0..=i64::from(max)).contains(&number) => Ok(number as i32),
            number => Err(Reason::new(format!("column {column} is {number} instead of 0 to {max}"))),
        }
    }

    /// A span of seconds that GLPI never lets fall below 0; 0 where the server does not know the column.
    pub(super) fn delay(&self, column: &str) -> Result<i64, Reason> {
        match self.seconds(column)? {
            seconds if seconds < 0 => Err(Reason::new(format!("column {column} is {seconds}"))),
            seconds => Ok(seconds),
        }
    }

    /// A sum of seconds, which may be negative where clocks of web servers differ; 0 where the server does not know the column.
    pub(super) fn seconds(&self, column: &str) -> Result<i64, Reason> {
        Ok(self.may_number(column)?.unwrap_or(0))
    }

    /// A reference to another row: 0 and null are none.
    pub(super) fn reference(&self, column: &str) -> Result<Option<i64>, Reason> {
        match self.may_number(column)? {
            Some(id) if id < 0 => Err(Reason::new(format!("column {column} is {id}"))),
            other => Ok(other.filter(|&id| id != 0)),
        }
    }

    /// A flag that must be there.
    pub(super) fn flag(&self, column: &str) -> Result<bool, Reason> {
        if let Some(Value::Bool(flag)) = self.row.get(column) {
            return Ok(*flag);
        }
        match self.number(column)? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Reason::new(format!("column {column} is {other} instead of 0 or 1"))),
        }
    }

    /// A text, decoded; empty where it is null.
    pub(super) fn text(&self, column: &str) -> Result<String, Reason> {
        if !self.row.contains_key(column) {
            return Err(self.lack(column));
        }
        Ok(self.may_text(column)?.unwrap_or_default())
    }

    /// A text that may be missing or null, decoded.
    pub(super) fn may_text(&self, column: &str) -> Result<Option<String>, Reason> {
        match self.row.get(column) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(stored)) => Ok(Some(text::decode(&self.context.version, stored))),
            // A value of digits alone may come as a number.
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(other) => Err(wrong(column, "a text", other)),
        }
    }

    /// A time that must be there.
    pub(super) fn moment(&self, column: &str) -> Result<Moment, Reason> {
        self.may_moment(column)?.ok_or_else(|| self.lack(column))
    }

    /// A time that may be missing, null or the zero date.
    pub(super) fn may_moment(&self, column: &str) -> Result<Option<Moment>, Reason> {
        match self.row.get(column) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(naive)) if naive == ZERO_DATE => Ok(None),
            Some(Value::String(naive)) => read(naive, self.context.zone)
                .map(Some)
                .map_err(|error| Reason::new(format!("column {column}: {error}"))),
            Some(other) => Err(wrong(column, "a time", other)),
        }
    }

    /// The instant of a time that may be missing or null.
    pub(super) fn may_instant(&self, column: &str) -> Result<Option<Instant>, Reason> {
        Ok(self.may_moment(column)?.map(|moment| moment.at))
    }

    /// The value as it stands.
    pub(super) fn raw(&self, column: &str) -> Option<&'a Value> {
        self.row.get(column).filter(|value| !value.is_null())
    }

    fn lack(&self, column: &str) -> Reason {
        let state = match self.row.get(column) {
            None => "missing",
            Some(Value::Null) => "null",
            Some(_) => "the zero date",
        };
        Reason::new(format!("column {column} is {state}"))
    }
}

/// The row's id, if it has one.
pub(crate) fn id_of(raw: &Value) -> Option<i64> {
    whole(raw.get("id")?)
}

/// Whether the row says that it lies in the trash.
pub(crate) fn is_in_trash(raw: &Value) -> bool {
    raw.get("is_deleted").and_then(whole) == Some(1)
}

/// The earliest and the latest instant that GLPI's time `naive` can mean in `zone`.
pub(crate) fn instants(naive: &str, zone: Tz) -> Option<(Instant, Instant)> {
    read(naive, zone).ok().map(|moment| (moment.at, moment.latest))
}

/// A whole number, also where it came as text.
pub(super) fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn read(naive: &str, zone: Tz) -> Result<Moment, zone::Error> {
    let local = zone::parse(naive)?;
    let reading = zone::to_utc(local, zone);
    let latest = match reading.certainty {
        Certainty::Ambiguous => zone.from_local_datetime(&local).latest().map(|at| at.with_timezone(&Utc)),
        Certainty::Shifted => Some(reading.at + Duration::hours(1)),
        Certainty::Exact => None,
    };
    Ok(Moment {
        at: reading.at.into(),
        is_certain: reading.certainty == Certainty::Exact,
        latest: latest.unwrap_or(reading.at).into(),
    })
}

fn wrong(column: &str, expected: &str, value: &Value) -> Reason {
    let found = match value {
        Value::String(_) => "a text",
        Value::Number(_) => "a number",
        Value::Bool(_) => "true or false",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
        Value::Null => "null",
    };
    Reason::new(format!("column {column} is {found} instead of {expected}"))
}
