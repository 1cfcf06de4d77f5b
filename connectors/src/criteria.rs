//! Criteria of GLPI's search, built so that GLPI cannot misread them.
//!
//! GLPI accepts much that it then ignores: an unparsable date, an unknown kind of comparison, an unknown sort. Each of
//! these would silently answer another question. So a [`CriteriaSpec`] is only sent as [`Criteria`], and it becomes
//! that by a check against the options the server itself lists.
//!
//! The links bind as in SQL: AND before OR; a group says otherwise. Groups come after the filters of their level, since
//! GLPI checks nothing that follows a group.

mod check;
mod date;
mod encode;
mod json;
mod options;
mod templates;
#[cfg(test)]
mod tests;

pub use check::{Criteria, Error};
pub use date::DateValue;
pub use options::{OptionId, SearchOption, SearchOptions, SearchType};
pub use templates::{changed_tickets, groups, locations, one_ticket, open_tickets, users};

use crate::client::Order;

/// SLA time to resolve, by name.
const SLA_TIME_TO_RESOLVE: OptionId = OptionId(30);
/// SLA time to own, by name.
const SLA_TIME_TO_OWN: OptionId = OptionId(37);

/// How a filter or group joins what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// Both hold.
    And,
    /// One of them holds.
    Or,
    /// The former holds and this does not.
    AndNot,
    /// The former holds or this does not.
    OrNot,
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// What is compared.
    pub field: OptionId,
    /// How.
    pub searchtype: SearchType,
    /// With what.
    pub value: String,
}

/// Filters and, after them, groups of filters. Immutable: each method gives a new value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    filters: Vec<(Link, Filter)>,
    groups: Vec<(Link, Group)>,
}

/// One column to sort by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// The column.
    pub field: OptionId,
    /// The direction.
    pub order: Order,
}

/// The rows to give: from `start`, at most `rows`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The first row, counted from 0.
    pub start: u64,
    /// The number of rows.
    pub rows: u32,
}

/// A search as somebody means it, not yet checked. Immutable: each method gives a new value.
///
/// The standard filter `is_deleted = 0` is part of every search that does not ask for the trash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriteriaSpec {
    itemtype: String,
    root: Group,
    sorts: Vec<Sort>,
    limit: Option<Limit>,
    columns: Vec<OptionId>,
    is_trash: bool,
}

impl Link {
    /// As GLPI writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::And => "AND",
            Self::Or => "OR",
            Self::AndNot => "AND NOT",
            Self::OrNot => "OR NOT",
        }
    }

    pub(crate) const ALL: [Self; 4] = [Self::And, Self::Or, Self::AndNot, Self::OrNot];
}

impl Filter {
    /// Compares option `field` with `value`.
    pub fn new(field: u32, searchtype: SearchType, value: impl Into<String>) -> Self {
        Self { field: OptionId(field), searchtype, value: value.into() }
    }
}

impl Group {
    /// A group that starts with `filter`.
    pub fn of(filter: Filter) -> Self {
        Self::default().and(filter)
    }

    /// This and `filter`.
    #[must_use]
    pub fn and(self, filter: Filter) -> Self {
        self.filter(Link::And, filter)
    }

    /// This or `filter`.
    #[must_use]
    pub fn or(self, filter: Filter) -> Self {
        self.filter(Link::Or, filter)
    }

    /// Joins `filter`. The first one of a group has nothing to be joined to, so its `Or` becomes `And`.
    #[must_use]
    pub fn filter(mut self, link: Link, filter: Filter) -> Self {
        let link = if link == Link::Or && self.filters.is_empty() { Link::And } else { link };
        self.filters.push((link, filter));
        self
    }

    /// Joins `group`, after all filters of this level.
    #[must_use]
    pub fn group(mut self, link: Link, group: Self) -> Self {
        self.groups.push((link, group));
        self
    }

    fn is_empty(&self) -> bool {
        self.filters.is_empty() && self.groups.is_empty()
    }
}

impl CriteriaSpec {
    /// A search for all items of `itemtype` that are not in the trash.
    pub fn of(itemtype: impl Into<String>) -> Self {
        Self {
            itemtype: itemtype.into(),
            root: Group::default(),
            sorts: Vec::new(),
            limit: None,
            columns: Vec::new(),
            is_trash: false,
        }
    }

    /// This and `filter`.
    #[must_use]
    pub fn and(self, filter: Filter) -> Self {
        self.filter(Link::And, filter)
    }

    /// This or `filter`.
    #[must_use]
    pub fn or(self, filter: Filter) -> Self {
        self.filter(Link::Or, filter)
    }

    /// Joins `filter`.
    #[must_use]
    pub fn filter(self, link: Link, filter: Filter) -> Self {
        Self { root: self.root.filter(link, filter), ..self }
    }

    /// Joins `group`, after all filters.
    #[must_use]
    pub fn group(self, link: Link, group: Group) -> Self {
        Self { root: self.root.group(link, group), ..self }
    }

    /// Sorts by `field`, after the sorts given before.
    #[must_use]
    pub fn sorted_by(mut self, field: u32, order: Order) -> Self {
        self.sorts.push(Sort { field: OptionId(field), order });
        self
    }

    /// Gives at most `rows` rows from `start` on.
    #[must_use]
    pub fn limited_to(self, start: u64, rows: u32) -> Self {
        Self { limit: Some(Limit { start, rows }), ..self }
    }

    /// Shows these columns. Without any, the columns would depend on the account's preferences.
    #[must_use]
    pub fn showing(mut self, columns: impl IntoIterator<Item = u32>) -> Self {
        self.columns.extend(columns.into_iter().map(OptionId));
        self
    }

    /// Searches the trash instead of everything else.
    #[must_use]
    pub fn in_trash(self) -> Self {
        Self { is_trash: true, ..self }
    }

    /// Keeps tickets with time limits: an SLA for the time to resolve or for the time to own (`with_tsl`).
    #[must_use]
    pub fn with_tsl(self) -> Self {
        let attached = |field: OptionId| Filter { field, searchtype: SearchType::NotEquals, value: "0".to_owned() };
        self.group(Link::And, Group::of(attached(SLA_TIME_TO_RESOLVE)).or(attached(SLA_TIME_TO_OWN)))
    }

    /// What is searched for.
    pub fn itemtype(&self) -> &str {
        &self.itemtype
    }

    /// The rows asked for.
    pub fn limit(&self) -> Option<Limit> {
        self.limit
    }
}
