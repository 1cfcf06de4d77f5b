//! The search options of an item type, as the server lists them.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// The number of a search option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OptionId(pub u32);

/// A kind of comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SearchType {
    /// Contains a text.
    Contains,
    /// Does not contain a text.
    NotContains,
    /// Is.
    Equals,
    /// Is not.
    NotEquals,
    /// Is earlier or smaller, strictly.
    LessThan,
    /// Is later or larger, strictly.
    MoreThan,
    /// Is this node of a tree or one below it.
    Under,
    /// Is neither this node of a tree nor one below it.
    NotUnder,
}

/// One thing a search can compare, show or sort by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchOption {
    /// The database table it comes from.
    pub table: String,
    /// The column.
    pub field: String,
    /// What kind of value it holds, where the server tells.
    pub datatype: Option<String>,
    /// The comparisons it allows; names unknown here are left out.
    pub searchtypes: Vec<SearchType>,
    /// Whether filters may use it.
    pub is_searchable: bool,
    /// Whether it may be shown.
    pub is_displayable: bool,
}

/// All search options of one item type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchOptions {
    itemtype: String,
    options: BTreeMap<OptionId, SearchOption>,
}

impl fmt::Display for OptionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl SearchType {
    pub(crate) const ALL: [Self; 8] = [
        Self::Contains,
        Self::NotContains,
        Self::Equals,
        Self::NotEquals,
        Self::LessThan,
        Self::MoreThan,
        Self::Under,
        Self::NotUnder,
    ];

    /// As GLPI writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contains => "contains",
            Self::NotContains => "notcontains",
            Self::Equals => "equals",
            Self::NotEquals => "notequals",
            Self::LessThan => "lessthan",
            Self::MoreThan => "morethan",
            Self::Under => "under",
            Self::NotUnder => "notunder",
        }
    }

    /// The kind GLPI calls `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|searchtype| searchtype.name() == name)
    }
}

impl SearchOption {
    /// Whether it allows `searchtype`.
    ///
    /// The server does not list `equals` for the id of an item, but compares it exactly; the recording
    /// `search_multi_value_column` shows it.
    pub fn allows(&self, searchtype: SearchType) -> bool {
        let is_id = self.field == "id" && self.datatype.as_deref() == Some("number");
        self.searchtypes.contains(&searchtype) || (is_id && searchtype == SearchType::Equals)
    }

    pub(crate) fn is_date(&self) -> bool {
        matches!(self.datatype.as_deref(), Some("datetime" | "date"))
    }
}

impl SearchOptions {
    /// Reads the answer of `listSearchOptions`. Headings between the options are passed over.
    pub fn parse(itemtype: &str, answer: &Value) -> Self {
        let entries = answer.as_object().into_iter().flatten();
        let options = entries.filter_map(|(key, entry)| Some((OptionId(key.parse().ok()?), option(entry)?))).collect();
        Self { itemtype: itemtype.to_owned(), options }
    }

    /// The item type they belong to.
    pub fn itemtype(&self) -> &str {
        &self.itemtype
    }

    /// The option of that number.
    pub fn get(&self, id: OptionId) -> Option<&SearchOption> {
        self.options.get(&id)
    }

    /// The option for a column of a table. Several options may share a column; then the smallest number is meant for
    /// the item's own table, and nothing for others: actors and SLAs differ only in a condition the server hides.
    pub fn find(&self, table: &str, field: &str) -> Option<OptionId> {
        let mut found = self.options.iter().filter(|(_, option)| option.table == table && option.field == field);
        let (&id, _) = found.next()?;
        (found.next().is_none() || self.is_own(table)).then_some(id)
    }

    /// Whether there is nothing to search by.
    pub fn is_empty(&self) -> bool {
        self.options.is_empty()
    }

    fn is_own(&self, table: &str) -> bool {
        self.get(OptionId(2)).is_some_and(|id| id.table == table)
    }
}

fn option(entry: &Value) -> Option<SearchOption> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).map(str::to_owned);
    // PHP writes a list with gaps as an object.
    let kinds: Vec<&Value> = match entry.get("available_searchtypes") {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(Value::Object(list)) => list.values().collect(),
        _ => Vec::new(),
    };
    Some(SearchOption {
        table: text("table")?,
        field: text("field")?,
        datatype: text("datatype").filter(|datatype| !datatype.is_empty()),
        searchtypes: kinds.into_iter().filter_map(|kind| SearchType::named(kind.as_str()?)).collect(),
        is_searchable: !flag(entry, "nosearch"),
        is_displayable: !flag(entry, "nodisplay"),
    })
}

fn flag(entry: &Value, key: &str) -> bool {
    entry.get(key).is_some_and(|value| value.as_bool().unwrap_or(value.as_u64() == Some(1)))
}
