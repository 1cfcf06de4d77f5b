//! The check that turns a specification into criteria that may be sent.

use super::{CriteriaSpec, Filter, Group, Link, OptionId, SearchOption, SearchOptions, date};

/// Nested groups deeper than this have no reader, and PHP has a limit on variables.
const DEPTH_MAX: usize = 8;
/// Filters in one search; PHP drops variables beyond 1000, and each filter takes up to four.
const FILTERS_MAX: usize = 200;

/// A search that was checked against the options of the server. Only the check makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criteria {
    spec: CriteriaSpec,
}

/// Why a search must not be sent: GLPI would refuse it, or worse, answer another question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The options belong to another item type.
    #[error("options of {found} cannot check a search for {expected}")]
    OtherItemtype {
        /// What is searched for.
        expected: String,
        /// What the options belong to.
        found: String,
    },
    /// The server has no such option.
    #[error("{itemtype} has no search option {field}")]
    UnknownField {
        /// What is searched for.
        itemtype: String,
        /// The number.
        field: OptionId,
    },
    /// The server has no option for such a column.
    #[error("{itemtype} has no search option for column {column}")]
    NoOptionForColumn {
        /// What is searched for.
        itemtype: String,
        /// Table and column.
        column: String,
    },
    /// The option cannot be searched by.
    #[error("search option {field} cannot be searched by")]
    NotSearchable {
        /// The number.
        field: OptionId,
    },
    /// The option cannot be shown.
    #[error("search option {field} cannot be shown")]
    NotDisplayable {
        /// The number.
        field: OptionId,
    },
    /// The option does not allow this comparison.
    #[error("search option {field} does not allow {searchtype}")]
    SearchTypeNotAllowed {
        /// The number.
        field: OptionId,
        /// GLPI's name of the comparison.
        searchtype: &'static str,
    },
    /// GLPI would drop this date and everything would match.
    #[error("{value:?} is no date for search option {field}")]
    UnparsableDate {
        /// The number.
        field: OptionId,
        /// The value.
        value: String,
    },
    /// A filter without a value.
    #[error("the filter on search option {field} has no value")]
    NoValue {
        /// The number.
        field: OptionId,
    },
    /// A group without filters.
    #[error("a group has no filters")]
    EmptyGroup,
    /// There is nothing before the first filter that a NOT could be joined to.
    #[error("the first filter of a level cannot be negated")]
    FirstIsNegated,
    /// Too many or too deeply nested filters.
    #[error("more than {FILTERS_MAX} filters or {DEPTH_MAX} levels")]
    TooComplex,
    /// No rows are asked for.
    #[error("the limit asks for no rows")]
    NoRows,
    /// A written specification that is not one.
    #[error("not a specification of criteria: {reason}")]
    Unreadable {
        /// What is wrong with it.
        reason: String,
    },
}

impl CriteriaSpec {
    /// Checks every field, comparison, date, sort and column against what the server lists.
    pub fn check(&self, options: &SearchOptions) -> Result<Criteria, Error> {
        if options.itemtype() != self.itemtype {
            let (expected, found) = (self.itemtype.clone(), options.itemtype().to_owned());
            return Err(Error::OtherItemtype { expected, found });
        }
        if !self.root.is_empty() {
            check_group(&self.root, options, 1, &mut 0)?;
        }
        for sort in &self.sorts {
            option(options, sort.field)?;
        }
        for &field in &self.columns {
            if !option(options, field)?.is_displayable {
                return Err(Error::NotDisplayable { field });
            }
        }
        if self.limit.is_some_and(|limit| limit.rows == 0) {
            return Err(Error::NoRows);
        }
        Ok(Criteria { spec: self.clone() })
    }
}

impl Criteria {
    /// What was checked.
    pub fn spec(&self) -> &CriteriaSpec {
        &self.spec
    }

    /// For tests of the encoding, which holds for any search.
    #[cfg(test)]
    pub(super) fn unchecked(spec: CriteriaSpec) -> Self {
        Self { spec }
    }
}

fn check_group(group: &Group, options: &SearchOptions, depth: usize, filters: &mut usize) -> Result<(), Error> {
    *filters += group.filters.len();
    if depth > DEPTH_MAX || *filters > FILTERS_MAX {
        return Err(Error::TooComplex);
    }
    if group.is_empty() {
        return Err(Error::EmptyGroup);
    }
    let mut links = group.filters.iter().map(|(link, _)| link).chain(group.groups.iter().map(|(link, _)| link));
    if matches!(links.next(), Some(Link::AndNot | Link::OrNot)) {
        return Err(Error::FirstIsNegated);
    }
    for (_, filter) in &group.filters {
        check_filter(filter, options)?;
    }
    group.groups.iter().try_for_each(|(_, group)| check_group(group, options, depth + 1, filters))
}

fn check_filter(filter: &Filter, options: &SearchOptions) -> Result<(), Error> {
    let Filter { field, searchtype, ref value } = *filter;
    let option = option(options, field)?;
    if !option.is_searchable {
        return Err(Error::NotSearchable { field });
    }
    if !option.allows(searchtype) {
        return Err(Error::SearchTypeNotAllowed { field, searchtype: searchtype.name() });
    }
    if value.trim().is_empty() {
        return Err(Error::NoValue { field });
    }
    let is_text_search = searchtype.name().ends_with("contains");
    let is_date = if is_text_search { date::is_pattern(value) } else { date::is_date(value) };
    if option.is_date() && !is_date {
        return Err(Error::UnparsableDate { field, value: value.clone() });
    }
    Ok(())
}

fn option(options: &SearchOptions, field: OptionId) -> Result<&SearchOption, Error> {
    options.get(field).ok_or_else(|| Error::UnknownField { itemtype: options.itemtype().to_owned(), field })
}
