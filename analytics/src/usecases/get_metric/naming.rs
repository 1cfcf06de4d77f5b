//! Names of the values that series are counted by.

use serde::{Deserialize, Serialize};

use crate::{
    clocks::agreement,
    filters::OTHER as OTHER_NAME,
    history::{Dim, NONE, OTHER},
    stores::Dimensions,
    summaries::{named, word},
};

/// What the tickets of a series share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SeriesKey {
    /// The dimension.
    pub by: String,
    /// GLPI's id or number; the weekday from Monday 1 to Sunday 7; the hour. `None` for tickets without one, and for everything
    /// together that has no name of its own or that the viewer may not know of, which is `other`.
    pub id: Option<i64>,
    /// Its name, as far as Farol knows it.
    pub name: Option<String>,
}

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The value of a dimension, named.
pub(in crate::usecases) fn key((by, dim): (&'static str, Dim), value: i64, dimensions: &Dimensions) -> SeriesKey {
    let id = Some(value).filter(|value| !matches!(*value, NONE | OTHER));
    if let (Some(value), Dim::Agreement) = (id, dim) {
        let (kind, id) = agreement(value);
        return SeriesKey { by: by.to_owned(), id: Some(id), name: named(kind, id, dimensions).name };
    }
    let name = match (id, dim) {
        (None, _) => (value == OTHER).then(|| OTHER_NAME.to_owned()),
        (Some(day), Dim::Weekday) => {
            usize::try_from(day - 1).ok().and_then(|day| WEEKDAYS.get(day)).map(|day| (*day).to_owned())
        }
        (Some(hour), Dim::Hour) => Some(format!("{hour:02}")),
        (Some(id), _) => match dim.kind() {
            Some(kind) => named(kind, id, dimensions).name,
            None => Some(word(dim.numbers(), Some(id)).to_owned()),
        },
    };
    SeriesKey { by: by.to_owned(), id, name }
}
