//! Filters on tickets: the words of a question, checked and turned into predicates.

mod names;

use datafusion::prelude::{Expr, col, lit};
use serde::{Deserialize, Serialize};

use crate::{error::Error, inputs};

pub(crate) use names::{Reference, known};

/// Which tickets a question is about. Values of one field are alternatives, fields narrow each other; an empty field
/// takes all.
///
/// A row is known by its id or name; to a viewer limited to entities only where a ticket that he may see refers to it, or to
/// a row below it. A row whose name is `none` is known by its id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TicketFilters {
    /// Ids or names of assigned groups, the groups below them belong to them; or `none` for tickets without a group.
    pub queue: Vec<String>,
    /// 1 to 6, or `very_low`, `low`, `medium`, `high`, `very_high`, `major`; or `other` for any other.
    pub priority: Vec<String>,
    /// Ids or names of ITIL categories, the categories below them belong to them; or `none` for tickets without one.
    pub category: Vec<String>,
    /// 1 to 6, or `new`, `assigned`, `planned`, `pending`, `solved`, `closed`; or `other` for any other.
    pub status: Vec<String>,
    /// Ids or names of entities; the entities below them belong to them.
    pub entity: Vec<String>,
    /// 1, 2, `incident` or `request`; or `other` for any other.
    pub kind: Vec<String>,
    /// Ids or names of people assigned now; or `none` for tickets without one.
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

/// What every number that is not listed is called.
pub(crate) const OTHER: &str = "other";

impl TicketFilters {
    /// Checks every value whose meaning does not depend on the desk.
    pub(crate) fn validate(&self) -> Result<(), Error> {
        self.numbered().map(|_| ())
    }

    /// The predicates on statuses, priorities and kinds: a ticket must meet all of them.
    pub(crate) fn numbered(&self) -> Result<Vec<Expr>, Error> {
        let fields = [
            ("status", &self.status, &STATUSES[..]),
            ("priority", &self.priority, &PRIORITIES[..]),
            ("kind", &self.kind, &KINDS[..]),
        ];
        let given = fields.into_iter().filter(|(_, given, _)| !given.is_empty());
        given.map(|(field, given, known)| one_of(field, given, known)).collect()
    }

    /// Those of them that history knows, so that a span can be held against them.
    pub(crate) fn of_then(&self) -> Self {
        Self { kind: Vec::new(), category: Vec::new(), ..self.clone() }
    }

    /// The others: they are held against the ticket as it is now.
    pub(crate) fn of_now(&self) -> Self {
        Self { kind: self.kind.clone(), category: self.category.clone(), ..Self::default() }
    }

    /// The filters that name rows, each with its words.
    pub(crate) fn named(&self) -> impl Iterator<Item = (Reference, &[String])> {
        let fields = [
            (Reference::Queue, &self.queue),
            (Reference::Technician, &self.technician),
            (Reference::Category, &self.category),
            (Reference::Entity, &self.entity),
        ];
        fields
            .into_iter()
            .filter(|(_, words)| !words.is_empty())
            .map(|(reference, words)| (reference, words.as_slice()))
    }
}

/// The column `field` is one of the numbers that the words in `given` mean; a number stands for itself.
fn one_of(field: &'static str, given: &[String], known: &[(&str, u8)]) -> Result<Expr, Error> {
    let digits: Vec<(String, u8)> = known.iter().map(|(_, number)| (number.to_string(), *number)).collect();
    let mut words: Vec<(&str, Option<u8>)> = known.iter().map(|(name, number)| (*name, Some(*number))).collect();
    words.push((OTHER, None));
    words.extend(digits.iter().map(|(digit, number)| (digit.as_str(), Some(*number))));

    let chosen = inputs::choices(field, given, &words)?;
    let listed = col(field).in_list(chosen.iter().flatten().map(|number| lit(*number)).collect(), false);
    if !chosen.contains(&None) {
        return Ok(listed);
    }
    let other = col(field).in_list(known.iter().map(|(_, number)| lit(*number)).collect(), true);
    Ok(if chosen.iter().any(Option::is_some) { listed.or(other) } else { other })
}
