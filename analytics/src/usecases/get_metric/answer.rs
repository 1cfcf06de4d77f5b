//! What a question for a metric is answered with.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::SeriesKey;
use crate::{
    metrics::Unit,
    ratio::{Mean, Ratio},
    spread::{Spread, Survival},
};

/// A metric over time, by dimensions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MetricSeries {
    /// The metric.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// What it counts.
    pub unit: Unit,
    /// What it means, in one sentence.
    pub meaning: String,
    /// The instant asked for; `None` where a window was.
    pub at: Option<DateTime<Utc>>,
    /// The grain asked for.
    pub grain: Option<String>,
    /// The window in buckets, without gaps, also those in which nothing happened; none without a grain.
    pub buckets: Vec<MetricBucket>,
    /// What is counted by, in the order of keys, and as of when.
    pub by: Vec<MetricDimension>,
    /// As of when tickets are held against the filters `status`, `priority`, `queue`, `technician` and `entity`. `kind` and
    /// `category` are always those of now.
    pub filters_as_of: AsOf,
    /// How time is shared among several people or groups: `full`, `equal` or `primary`.
    pub share: String,
    /// Tickets, events or stretches of time that the answer rests on.
    pub n: u64,
    /// By key, the largest first; by weekday and hour in their order. Without dimensions one, of everything.
    pub series: Vec<MetricLine>,
    /// Series there are.
    pub series_total: u64,
}

/// As of when something is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AsOf {
    /// As it was at the instant that is counted.
    Then,
    /// As it is now.
    Now,
}

/// A dimension of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MetricDimension {
    /// Its name.
    pub name: String,
    /// As of when a ticket has it.
    pub as_of: AsOf,
}

/// A stretch of the window: `from` belongs to it, `to` does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MetricBucket {
    /// Its name in the zone, such as `2026-03`, `2026-W09` or `2026-Q1`.
    pub label: String,
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The first instant after it; how many there are is told just before it.
    pub to: DateTime<Utc>,
    /// The window has not all of it, or it is not over.
    pub is_partial: bool,
}

/// The figures of one key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MetricLine {
    /// What its tickets share, one for each dimension.
    pub keys: Vec<SeriesKey>,
    /// Of the whole window; of its end, where the metric says how many there are.
    pub whole: Figure,
    /// Of each bucket.
    pub points: Vec<Figure>,
    /// Seconds of the window with this weekday and hour; only where they are counted by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure_s: Option<i64>,
    /// What came in such an hour on average; likewise.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub per_hour: BTreeMap<String, f64>,
}

/// What a metric comes to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Figure {
    /// Its measures: whole numbers; seconds where they measure time.
    pub counts: BTreeMap<String, i64>,
    /// Shares of measures, with their intervals.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ratios: BTreeMap<String, Ratio>,
    /// Means of measures.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub means: BTreeMap<String, Mean>,
    /// How durations spread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// How durations spread where some go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub survival: Option<Survival>,
}
