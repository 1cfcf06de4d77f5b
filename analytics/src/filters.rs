//! Filters on tickets: the words of a question, checked and turned into a predicate.

use std::collections::BTreeSet;

use datafusion::prelude::{Expr, col, lit};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    inputs,
    plans::{any_in_list, in_ids},
    stores::{Dimension, Dimensions},
    summaries::person_name,
    viewer::Viewer,
};

/// Which tickets a question is about. Values of one field are alternatives, fields narrow each other; an empty field
/// takes all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TicketFilters {
    /// Ids or names of assigned groups; the groups below them belong to them.
    pub queue: Vec<String>,
    /// 1 to 6, or `very_low` to `major`.
    pub priority: Vec<String>,
    /// Ids or names of ITIL categories; the categories below them belong to them.
    pub category: Vec<String>,
    /// 1 to 6, or `new`, `assigned`, `planned`, `pending`, `solved`, `closed`.
    pub status: Vec<String>,
    /// Ids or names of entities; the entities below them belong to them.
    pub entity: Vec<String>,
    /// `incident` or `request`.
    pub kind: Vec<String>,
    /// Ids or names of people assigned now.
    pub technician: Vec<String>,
}

/// GLPI's statuses and the names that filters and answers use.
pub(crate) const STATUSES: [(&str, u8); 6] =
    [("new", 1), ("assigned", 2), ("planned", 3), ("pending", 4), ("solved", 5), ("closed", 6)];

/// GLPI's priorities, likewise.
pub(crate) const PRIORITIES: [(&str, u8); 6] =
    [("very_low", 1), ("low", 2), ("medium", 3), ("high", 4), ("very_high", 5), ("major", 6)];

/// GLPI's types of tickets, likewise.
pub(crate) const KINDS: [(&str, u8); 2] = [("incident", 1), ("request", 2)];

impl TicketFilters {
    /// Checks every value whose meaning does not depend on the desk.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.numbered().map(|_| ())
    }

    /// The predicates that a ticket must meet, all of them.
    pub(crate) fn predicates(&self, dimensions: &Dimensions, viewer: &Viewer) -> Result<Vec<Expr>, Error> {
        let mut predicates = self.numbered()?;
        if !self.queue.is_empty() {
            predicates.push(any_in_list("group_ids", rows("queue", "Group", &self.queue, dimensions)?));
        }
        if !self.technician.is_empty() {
            predicates.push(any_in_list("technician_ids", rows("technician", "User", &self.technician, dimensions)?));
        }
        if !self.category.is_empty() {
            let ids = rows("category", "ITILCategory", &self.category, dimensions)?;
            predicates.push(in_ids(col("category_id"), &ids));
        }
        if !self.entity.is_empty() {
            let ids = rows("entity", "Entity", &self.entity, dimensions)?;
            let visible: BTreeSet<i64> = ids.into_iter().filter(|id| viewer.sees(*id, dimensions)).collect();
            predicates.push(in_ids(col("entity_id"), &visible));
        }
        Ok(predicates)
    }

    fn numbered(&self) -> Result<Vec<Expr>, Error> {
        let fields = [
            ("status", "status", &self.status, &STATUSES[..]),
            ("priority", "priority", &self.priority, &PRIORITIES[..]),
            ("kind", "kind", &self.kind, &KINDS[..]),
        ];
        let mut predicates = Vec::new();
        for (field, column, given, known) in fields {
            if !given.is_empty() {
                let numbers = numbers(field, given, known)?;
                predicates.push(col(column).in_list(numbers.into_iter().map(lit).collect(), false));
            }
        }
        Ok(predicates)
    }
}

/// GLPI's numbers of the words in `given`; a number stands for itself.
fn numbers(field: &'static str, given: &[String], known: &[(&str, u8)]) -> Result<Vec<u8>, Error> {
    let digits: Vec<(String, u8)> = known.iter().map(|(_, number)| (number.to_string(), *number)).collect();
    let mut words = known.to_vec();
    words.extend(digits.iter().map(|(digit, number)| (digit.as_str(), *number)));
    inputs::choices(field, given, &words)
}

/// The ids of the rows that `given` names, and of everything below them.
fn rows(field: &'static str, kind: &str, given: &[String], dimensions: &Dimensions) -> Result<BTreeSet<i64>, Error> {
    let mut ids = BTreeSet::new();
    for word in given {
        let named = named(kind, word.trim(), dimensions);
        if named.is_empty() {
            return Err(Error::invalid(
                field,
                format!("{word:?} is not known"),
                format!("the id or name of a {field}"),
            ));
        }
        ids.extend(named.into_iter().flat_map(|id| dimensions.subtree(kind, id)));
    }
    Ok(ids)
}

fn named(kind: &str, word: &str, dimensions: &Dimensions) -> Vec<i64> {
    if let Some(row) = word.parse().ok().and_then(|id| dimensions.get(kind, id)) {
        return vec![row.id];
    }
    let wanted = word.to_lowercase();
    let is = |name: &str| name.to_lowercase() == wanted;
    let bears = |row: &&Dimension| {
        is(&row.name) || row.complete_name.as_deref().is_some_and(is) || (kind == "User" && is(&person_name(row)))
    };
    dimensions.all(kind).filter(bears).map(|row| row.id).collect()
}
