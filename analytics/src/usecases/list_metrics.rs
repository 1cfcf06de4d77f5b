//! ListMetrics: the catalogue of every metric, and how each may be asked for.

use serde::{Deserialize, Serialize};

use crate::{
    answer::Mode,
    buckets::GRAINS,
    history::DIMS,
    metrics::{Metric, Unit, registry},
};

/// Every metric.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MetricCatalogue {
    /// They, by name.
    pub metrics: Vec<MetricEntry>,
}

/// A metric and its definition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MetricEntry {
    /// Its name.
    pub name: String,
    /// Grows with each change of its definition.
    pub version: u32,
    /// What it counts.
    pub unit: Unit,
    /// What it means, in one sentence.
    pub meaning: String,
    /// How it is reckoned.
    pub formula: String,
    /// What becomes of cases that people ask about.
    pub edge_cases: String,
    /// Its whole numbers.
    pub measures: Vec<String>,
    /// What is derived of them.
    pub derived: Vec<String>,
    /// What it may be counted by.
    pub dimensions: Vec<String>,
    /// What it is counted by where a question does not say.
    pub default_by: Vec<String>,
    /// How a window may be cut; none where it is told of now, or of a whole window.
    pub grains: Vec<String>,
    /// Whether it may be asked for `at` an instant.
    pub at: bool,
    /// Whether history tells it: then dimensions and filters are those of the instant that is counted.
    pub is_history: bool,
    /// Whose arithmetic it follows.
    pub mode: Mode,
}

/// The catalogue. It says nothing about any desk.
pub fn execute() -> MetricCatalogue {
    MetricCatalogue { metrics: registry().iter().map(|metric| entry(metric)).collect() }
}

fn entry(metric: &Metric) -> MetricEntry {
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let dimensions = DIMS.iter().filter(|(_, dim)| metric.has_dimension(*dim)).map(|(name, _)| (*name).to_owned());
    let grains = GRAINS.iter().filter(|_| metric.has_grains()).map(|(name, _)| (*name).to_owned());
    MetricEntry {
        name: metric.name.to_owned(),
        version: metric.version,
        unit: metric.unit,
        meaning: metric.meaning.to_owned(),
        formula: metric.formula.to_owned(),
        edge_cases: metric.edge_cases.to_owned(),
        measures: named(&metric.measures()),
        derived: metric.shows.iter().map(|show| show.name().to_owned()).collect(),
        dimensions: dimensions.collect(),
        default_by: named(metric.by),
        grains: grains.collect(),
        at: metric.is_stock(),
        is_history: metric.history.is_some(),
        mode: metric.mode(),
    }
}

/// The catalogue as a page: `docs/metrics.md` is what it says.
pub fn page() -> String {
    let mut page = String::from(
        "# Metrics\n\nEvery number that Farol tells, from its registry: `GET /v1/metrics` lists them, `GET /v1/metrics/{name}` answers\n\
         one, in any window, by any grain, by up to three dimensions. Times are seconds on the wall, unless a metric says that they\n\
         are working seconds. This page is written from the registry: run the tests of `analytics` with FAROL_WRITE_DOCS=1.\n\n\
         What **history** tells is read from the spans of tickets: status, priority, entity, people and groups are those of the\n\
         instant that is counted, in dimensions and in filters; category, kind, source and location are those of now. What tickets\n\
         tell is as it is **now**, all of it. A stock is told just before the end of each bucket, or `at` an instant.\n\
         What **promises** tell is read from the\n\
         clocks of SLAs and OLAs, in mode `canonical`, and so in working seconds of their calendars: people and groups are those that\n\
         were assigned when the target was used up, else now, all else is as it is now.\n",
    );
    for metric in execute().metrics {
        let list = |items: &[String]| items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ");
        let known = match (metric.is_history, metric.at) {
            _ if metric.mode == Mode::Canonical && metric.grains.is_empty() => "promises now",
            _ if metric.mode == Mode::Canonical => "promises, in any window",
            (true, true) => "history, at any instant",
            (true, false) => "history, in any window",
            (false, _) if metric.grains.is_empty() => "tickets now",
            (false, _) => "tickets now, in any window",
        };
        let unit = serde_json::to_value(metric.unit).ok().and_then(|unit| unit.as_str().map(str::to_owned));
        let derived =
            if metric.derived.is_empty() { String::new() } else { format!("; derived: {}", list(&metric.derived)) };
        let by = if metric.default_by.is_empty() {
            String::new()
        } else {
            format!("; by {} unless asked otherwise", list(&metric.default_by))
        };
        let section = format!(
            "\n## {} @{}\n\n{}\n\n- unit: {}; known from: {known}{by}\n- formula: {}\n- measures: {}{derived}\n- {}\n",
            metric.name,
            metric.version,
            metric.meaning,
            unit.unwrap_or_default(),
            metric.formula,
            list(&metric.measures),
            metric.edge_cases,
        );
        page.push_str(&section);
    }
    page
}
