//! A ticket in one line, and the names of what it refers to.

use chrono::{DateTime, Utc};
use datafusion::{
    arrow::array::RecordBatch,
    prelude::{Expr, col},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    error::Error,
    filters::{OTHER, PRIORITIES, STATUSES},
    lateness,
    plans::rows::Columns,
    stores::{Dimension, Dimensions},
};
use schemas::Instant;

/// Something that a ticket refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Named {
    /// GLPI's id.
    pub id: i64,
    /// Its name, with those of its ancestors where it has some; `None` while Farol does not know it.
    pub name: Option<String>,
}

/// A ticket in one line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TicketSummary {
    /// GLPI's id.
    pub id: i64,
    /// Its title, or empty where the policy hides it.
    pub title: String,
    /// `incident`, `request` or `other`.
    pub kind: String,
    /// `new`, `assigned`, `planned`, `pending`, `solved`, `closed` or `other`.
    pub status: String,
    /// `very_low`, `low`, `medium`, `high`, `very_high`, `major` or `other`.
    pub priority: String,
    /// Its entity.
    pub entity: Named,
    /// Its ITIL category.
    pub category: Option<Named>,
    /// The person assigned last among those assigned now.
    pub technician: Option<Named>,
    /// The group assigned last among those assigned now.
    pub group: Option<Named>,
    /// Opening date.
    pub opened_at: DateTime<Utc>,
    /// Last change.
    pub modified_at: DateTime<Utc>,
    /// Last solution; `None` while open.
    pub solved_at: Option<DateTime<Utc>>,
    /// Closing; `None` while not closed.
    pub closed_at: Option<DateTime<Utc>>,
    /// When time to own is up.
    pub due_tto_at: Option<DateTime<Utc>>,
    /// When time to resolve is up.
    pub due_ttr_at: Option<DateTime<Utc>>,
    /// Open and not pending, and one of its four clocks went over by GLPI's rule, running or stopped; as `overdue` counts it.
    pub is_late_now: bool,
    /// Solved after its time to resolve was up, whatever it is now; `None` while it is not solved, or where it has no such
    /// time.
    pub solved_late: Option<bool>,
    /// Times it went from solved or closed back to open.
    pub reopen_count: u32,
}

/// The columns of [`summary_columns`] that are reckoned.
const IS_LATE_NOW: &str = "is_late_now";
const SOLVED_LATE: &str = "solved_late";

const COLUMNS: [&str; 17] = [
    "ticket_id",
    "title",
    "kind",
    "status",
    "priority",
    "entity_id",
    "category_id",
    "technician_id",
    "group_id",
    "opened_at",
    "modified_at",
    "solved_at",
    "closed_at",
    "due_tto_at",
    "due_ttr_at",
    "reopen_count",
    "is_open",
];

/// What a plan must select for [`summaries`].
pub(crate) fn summary_columns(now: Instant) -> Vec<Expr> {
    let mut columns: Vec<Expr> = COLUMNS.iter().map(|name| col(*name)).collect();
    columns.push(lateness::late_now(now).alias(IS_LATE_NOW));
    columns.push(lateness::solved_late().alias(SOLVED_LATE));
    columns
}

/// The tickets of a batch that has [`summary_columns`].
pub(crate) fn summaries(batch: &RecordBatch, dimensions: &Dimensions) -> Result<Vec<TicketSummary>, Error> {
    let columns = Columns::of(batch);
    let reference = |name: &str, kind: &str, row: usize| -> Result<Option<Named>, Error> {
        Ok(columns.integer(name, row)?.map(|id| named(kind, id, dimensions)))
    };
    let mut tickets = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        tickets.push(TicketSummary {
            id: Columns::must(columns.integer("ticket_id", row)?, "ticket_id")?,
            title: columns.text("title", row)?.unwrap_or_default(),
            kind: kind_name(columns.integer("kind", row)?).to_owned(),
            status: word(&STATUSES, columns.integer("status", row)?).to_owned(),
            priority: word(&PRIORITIES, columns.integer("priority", row)?).to_owned(),
            entity: Columns::must(reference("entity_id", "Entity", row)?, "entity_id")?,
            category: reference("category_id", "ITILCategory", row)?,
            technician: reference("technician_id", "User", row)?,
            group: reference("group_id", "Group", row)?,
            opened_at: Columns::must(columns.time("opened_at", row)?, "opened_at")?,
            modified_at: Columns::must(columns.time("modified_at", row)?, "modified_at")?,
            solved_at: columns.time("solved_at", row)?,
            closed_at: columns.time("closed_at", row)?,
            due_tto_at: columns.time("due_tto_at", row)?,
            due_ttr_at: columns.time("due_ttr_at", row)?,
            is_late_now: columns.integer(IS_LATE_NOW, row)? == Some(1),
            solved_late: columns.integer(SOLVED_LATE, row)?.map(|late| late == 1),
            reopen_count: columns.integer("reopen_count", row)?.unwrap_or(0) as u32,
        });
    }
    Ok(tickets)
}

/// The row `id` of `kind` with the name people know it by.
pub(crate) fn named(kind: &str, id: i64, dimensions: &Dimensions) -> Named {
    let name = dimensions.get(kind, id).map(|row| match kind {
        "User" => person_name(row),
        _ => row.complete_name.clone().unwrap_or_else(|| row.name.clone()),
    });
    Named { id, name }
}

/// First and last name where GLPI knows them, otherwise the login.
pub(crate) fn person_name(row: &Dimension) -> String {
    let part = |name: &str| row.attributes.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let parts: Vec<&str> = [part("firstname"), part("realname")].into_iter().flatten().collect();
    if parts.is_empty() { row.complete_name.clone().unwrap_or_else(|| row.name.clone()) } else { parts.join(" ") }
}

/// The name of a status, priority or kind; `other` for a number GLPI's core does not have.
pub(crate) fn word(known: &[(&'static str, u8)], number: Option<i64>) -> &'static str {
    let found = known.iter().find(|(_, known)| Some(i64::from(*known)) == number);
    found.map_or(OTHER, |(name, _)| name)
}

/// The name of a ticket's kind.
pub(crate) fn kind_name(number: Option<i64>) -> &'static str {
    word(&crate::filters::KINDS, number)
}
