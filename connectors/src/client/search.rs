//! Searching, and what the server lists as searchable.
//!
//! A search finds ids; values are better read from the items, since a search gives actors as ids, groups as names, and
//! one value, several or none in three different shapes.

use std::collections::BTreeMap;

use serde_json::Value;

use super::GlpiClient;
use super::call::{Call, Expected};
use super::collection::checked;
use super::error::Error;
use crate::criteria::{Criteria, OptionId, SearchOptions};

/// The option number of an item's id.
const ID: OptionId = OptionId(2);

/// One page of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPage {
    /// All matches, as GLPI counts them.
    pub total: u64,
    /// The rows of this page.
    pub rows: Vec<SearchRow>,
}

/// One match, by option number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchRow {
    /// The columns that were asked for, and those GLPI always adds.
    pub columns: BTreeMap<OptionId, Column>,
}

/// The value of a column, whichever shape GLPI chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// No value.
    Nothing,
    /// One value: a number or a text.
    One(Value),
    /// Several values.
    Several(Vec<Value>),
}

impl SearchPage {
    /// The ids of the matches.
    pub fn ids(&self) -> impl Iterator<Item = u64> {
        self.rows.iter().filter_map(|row| row.columns.get(&ID)?.numbers().next())
    }
}

impl Column {
    /// The values, however many.
    pub fn values(&self) -> &[Value] {
        match self {
            Self::Nothing => &[],
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }

    /// The values that are whole numbers, written as numbers or as texts.
    pub fn numbers(&self) -> impl Iterator<Item = u64> {
        self.values().iter().filter_map(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()))
    }
}

impl GlpiClient {
    /// Reads what can be searched by for `itemtype`.
    pub async fn search_options(&self, itemtype: &str) -> Result<SearchOptions, Error> {
        let call = Call::get(&["listSearchOptions", checked(itemtype)?], Expected::Object);
        let options = SearchOptions::parse(itemtype, &self.ask(&call).await?.value);
        if options.is_empty() {
            return Err(Error::Shape { what: call.what(), expected: "search options", found: "an object without any" });
        }
        Ok(options)
    }

    /// Searches by criteria that were checked. A page behind the last match is empty.
    ///
    /// GLPI evaluates all matches in memory whatever the limit, so criteria should be narrow.
    pub async fn search(&self, criteria: &Criteria) -> Result<SearchPage, Error> {
        let mut call = Call::get(&["search", checked(criteria.spec().itemtype())?], Expected::Object);
        call.query = criteria.pairs();
        if criteria.spec().limit().is_none() {
            call = call.with("range", format!("0-{}", self.page_rows().max(1) - 1));
        }
        match self.ask(&call).await {
            Ok(reply) => found(&call, &reply.value),
            Err(Error::RangePastEnd) => Ok(SearchPage { total: 0, rows: Vec::new() }),
            Err(error) => {
                if matches!(error, Error::BadRequest { .. }) {
                    self.counters.criteria_failures.increase();
                }
                Err(error)
            }
        }
    }

    /// Counts criteria that were refused before they were sent.
    pub fn count_refused_criteria(&self) {
        self.counters.criteria_failures.increase();
    }
}

pub(super) fn found(call: &Call, answer: &Value) -> Result<SearchPage, Error> {
    let shape = |expected| Error::Shape { what: call.what(), expected, found: "an object without it" };
    let total = answer.get("totalcount").and_then(Value::as_u64).ok_or_else(|| shape("an object with a total"))?;
    let rows = match answer.get("data") {
        // Without a match, and behind the last one, there is no such key.
        None => Vec::new(),
        Some(Value::Array(rows)) => rows.iter().map(row).collect(),
        // PHP writes a list with gaps as an object.
        Some(Value::Object(rows)) => rows.values().map(row).collect(),
        Some(_) => return Err(shape("an object with rows")),
    };
    Ok(SearchPage { total, rows })
}

fn row(value: &Value) -> SearchRow {
    let columns = value.as_object().into_iter().flatten();
    let columns = columns.filter_map(|(key, value)| Some((OptionId(key.parse().ok()?), column(value)))).collect();
    SearchRow { columns }
}

fn column(value: &Value) -> Column {
    match value {
        Value::Null => Column::Nothing,
        Value::Array(values) if values.is_empty() => Column::Nothing,
        Value::Array(values) => Column::Several(values.clone()),
        other => Column::One(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::recorded;

    fn page(name: &str) -> SearchPage {
        let call = Call::get(&["search", "Ticket"], Expected::Object);
        found(&call, &recorded::exchange(name).body()).unwrap()
    }

    #[test]
    fn a_search_without_a_match_has_no_rows() {
        assert_eq!(page("search_empty_200"), SearchPage { total: 0, rows: Vec::new() });
    }

    #[test]
    fn ids_are_found_in_every_recorded_search() {
        assert_eq!(page("search_datemod_morethan_206").ids().count(), 3);
        assert_eq!(page("search_nested_groups").ids().collect::<Vec<_>>(), [182, 762, 1665]);
        assert_eq!(page("search_multi_sort").total, 1975);
    }

    #[test]
    fn one_value_several_and_none_come_in_three_shapes() {
        let page = page("search_multi_value_column");
        let columns = &page.rows[0].columns;
        assert_eq!(columns[&OptionId(5)].numbers().collect::<Vec<_>>(), [9, 10, 14]);
        assert_eq!(columns[&OptionId(8)], Column::One(json!("Network Team")));
        assert_eq!(columns[&OptionId(66)], Column::Nothing);
    }
}
