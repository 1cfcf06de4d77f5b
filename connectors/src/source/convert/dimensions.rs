//! Rows that tickets refer to, cut to the columns that metrics need.
//!
//! The lists below are all that ever leaves such a row: no token, address or phone, and no column that changes by itself.

use std::collections::BTreeMap;

use schemas::{Body, DimensionChanged};
use serde_json::Value;

use super::fields::Fields;
use super::{Draft, Reason, Row};
use crate::text;

/// An item type that tickets refer to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dimension {
    /// GLPI's name.
    pub(crate) itemtype: &'static str,
    /// Its space in the ledger.
    pub(crate) space: &'static str,
    /// The column of the row above it.
    parent: Option<&'static str>,
    /// The columns that metrics need, beside the names.
    columns: &'static [&'static str],
    /// Farol refuses to work without it.
    pub(crate) is_required: bool,
    /// Its rows can lie in a trash, which has to be read as well.
    pub(crate) has_trash: bool,
}

/// The columns that say what a row is called.
const NAMES: [&str; 3] = ["id", "name", "completename"];

macro_rules! dimension {
    ($itemtype:literal, $parent:expr, $columns:expr) => {
        Dimension {
            itemtype: $itemtype,
            space: concat!("dimension/", $itemtype),
            parent: $parent,
            columns: &$columns,
            is_required: false,
            has_trash: false,
        }
    };
}

/// Every dimension, in the order they are read.
pub(crate) const DIMENSIONS: &[Dimension] = &[
    Dimension {
        is_required: true,
        ..dimension!("Entity", Some("entities_id"), ["calendars_id", "calendars_strategy"])
    },
    Dimension {
        is_required: true,
        ..dimension!(
            "Group",
            Some("groups_id"),
            ["entities_id", "is_recursive", "is_requester", "is_watcher", "is_assign", "is_task", "is_manager"]
        )
    },
    Dimension {
        is_required: true,
        has_trash: true,
        ..dimension!("User", None, ["realname", "firstname", "is_active", "is_deleted"])
    },
    dimension!("Group_User", None, ["users_id", "groups_id", "is_manager"]),
    dimension!("Profile_User", None, ["users_id", "profiles_id", "entities_id", "is_recursive"]),
    dimension!("Supplier", None, ["entities_id", "is_recursive", "is_active"]),
    dimension!(
        "ITILCategory",
        Some("itilcategories_id"),
        ["entities_id", "is_recursive", "code", "is_incident", "is_request"]
    ),
    dimension!("Location", Some("locations_id"), ["entities_id", "is_recursive"]),
    dimension!("RequestType", None, ["is_active"]),
    dimension!("SolutionType", None, ["entities_id", "is_recursive"]),
    dimension!("SLM", None, ["entities_id", "is_recursive", "use_ticket_calendar", "calendars_id"]),
    dimension!(
        "SLA",
        None,
        [
            "entities_id",
            "is_recursive",
            "type",
            "number_time",
            "definition_time",
            "end_of_working_day",
            "use_ticket_calendar",
            "calendars_id",
            "slms_id"
        ]
    ),
    dimension!(
        "OLA",
        None,
        [
            "entities_id",
            "is_recursive",
            "type",
            "number_time",
            "definition_time",
            "end_of_working_day",
            "use_ticket_calendar",
            "calendars_id",
            "slms_id"
        ]
    ),
    dimension!("SlaLevel", None, ["slas_id", "execution_time", "is_active"]),
    dimension!("Calendar", None, ["entities_id", "is_recursive"]),
    dimension!("CalendarSegment", None, ["calendars_id", "day", "begin", "end"]),
    dimension!("Calendar_Holiday", None, ["calendars_id", "holidays_id"]),
    dimension!("Holiday", None, ["entities_id", "is_recursive", "begin_date", "end_date", "is_perpetual"]),
    dimension!("PendingReason", None, ["entities_id", "is_recursive"]),
];

impl Dimension {
    /// The dimension that GLPI calls `itemtype`.
    pub(crate) fn of(itemtype: &str) -> Option<&'static Self> {
        DIMENSIONS.iter().find(|dimension| dimension.itemtype == itemtype)
    }

    /// Whether a dead letter may show this column.
    pub(crate) fn shows(&self, column: &str) -> bool {
        NAMES.contains(&column) || self.parent == Some(column) || self.columns.contains(&column)
    }
}

pub(super) fn convert(dimension: &Dimension, fields: &Fields<'_>) -> Result<Row, Reason> {
    let id = fields.number("id")?;
    // Entity 0 is the root; no other row is 0.
    if id < 0 || (id == 0 && dimension.itemtype != "Entity") {
        return Err(Reason::new(format!("column id is {id}")));
    }
    let name = fields.may_text("name")?.unwrap_or_default();
    let complete_name = match dimension.itemtype {
        "User" => Some(person_name(fields, &name)?),
        _ => fields.may_text("completename")?,
    };
    let body = Body::Dimension(DimensionChanged {
        kind: dimension.itemtype.to_owned(),
        dimension_id: id,
        name,
        complete_name,
        parent_id: parent(dimension, fields)?,
        attributes: attributes(dimension, fields)?,
        is_removed: false,
    });
    Ok(Row::saying(id, 0, vec![Draft::observed(body, fields.context.observed_at)]))
}

/// That the row is there no more.
pub(crate) fn removed(dimension: &Dimension, id: i64) -> Body {
    Body::Dimension(DimensionChanged {
        kind: dimension.itemtype.to_owned(),
        dimension_id: id,
        name: String::new(),
        complete_name: None,
        parent_id: None,
        attributes: "{}".to_owned(),
        is_removed: true,
    })
}

/// `Realname Firstname`, or the login where neither is known.
fn person_name(fields: &Fields<'_>, login: &str) -> Result<String, Reason> {
    let (last, first) = (fields.may_text("realname")?, fields.may_text("firstname")?);
    let parts: Vec<String> = [last, first].into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
    Ok(if parts.is_empty() { login.to_owned() } else { parts.join(" ") })
}

fn parent(dimension: &Dimension, fields: &Fields<'_>) -> Result<Option<i64>, Reason> {
    match (dimension.parent, dimension.itemtype) {
        (None, _) => Ok(None),
        // The root entity is 0 and a parent like any other; only the root itself has none.
        (Some(column), "Entity") => Ok(fields.may_number(column)?.filter(|&id| id >= 0)),
        (Some(column), _) => fields.reference(column),
    }
}

/// The columns that metrics need, with their keys sorted and numbers as numbers.
fn attributes(dimension: &Dimension, fields: &Fields<'_>) -> Result<String, Reason> {
    let mut sorted = BTreeMap::new();
    for &column in dimension.columns {
        let value = match fields.raw(column) {
            None => Value::Null,
            Some(Value::String(stored)) => plain(column, &text::decode(&fields.context.version, stored)),
            Some(Value::Bool(flag)) => i64::from(*flag).into(),
            Some(Value::Number(number)) => number.clone().into(),
            Some(_) => return Err(Reason::new(format!("column {column} is neither a text nor a number"))),
        };
        sorted.insert(column, value);
    }
    serde_json::to_string(&sorted).map_err(|error| Reason::new(error.to_string()))
}

/// A number that came as text is a number, except in columns of text.
fn plain(column: &str, text: &str) -> Value {
    let is_text = matches!(column, "realname" | "firstname" | "code");
    match text.parse::<i64>() {
        Ok(number) if !is_text => number.into(),
        _ => text.into(),
    }
}
