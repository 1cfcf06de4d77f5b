//! An answer: data, and what a reader must know to trust it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Data and its provenance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(rename = "{T}Answer")]
pub struct Answer<T> {
    /// What was asked for.
    pub data: T,
    /// What it rests on.
    pub meta: Meta,
}

/// What an answer rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Meta {
    /// The metrics in it with their versions, such as `backlog@1`.
    pub metrics: Vec<String>,
    /// Whose arithmetic the SLA figures follow.
    pub mode: Mode,
    /// The IANA zone of local hours and dates in it.
    pub zone: String,
    /// The window it is about; `None` for questions about now.
    pub window: Option<Period>,
    /// Every change of a ticket before this instant is in it; `None` while that is unknown. Surveys, renamed things, redefined
    /// SLAs and purged tickets may come some minutes later.
    pub watermark: Option<DateTime<Utc>>,
    /// Seconds between the watermark and `generated_at`.
    pub freshness_s: Option<i64>,
    /// Equal numbers mean equal answers to equal questions; left out where nothing stored was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_version: Option<u64>,
    /// When it was put together.
    pub generated_at: DateTime<Utc>,
    /// Tickets that are left out of the counts, by reason. `trashed`, `purged` and `hidden` ones match the question, and so do
    /// `unassigned` ones where people or teams are counted. `unreadable` ones are known too little to match anything: GLPI
    /// told them in a form that could not be read (`farol dead-letters list` shows them), and only somebody who may see
    /// every entity is told how many.
    pub excluded: BTreeMap<String, u64>,
    /// The page that its list is; `None` where it has none.
    pub page: Option<Page>,
}

/// A half-open window: `from` belongs to it, `to` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Period {
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it.
    pub to: DateTime<Utc>,
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Page {
    /// Where the next page begins; `None` on the last one.
    pub next: Option<String>,
    /// Rows that a page holds at most.
    pub limit: u32,
    /// Rows of the whole list.
    pub total: u64,
    /// The desk changed since the first page was read: rows may have moved between pages.
    pub moved: bool,
}

/// Whose arithmetic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// What GLPI itself stores and shows, quirk for quirk.
    #[default]
    Glpi,
    /// What the events say by the rules of promises, GLPI's quirks corrected.
    Canonical,
}
