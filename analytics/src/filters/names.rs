//! Names in filters: which rows of the desk they mean, and which a viewer may know of.

use std::collections::BTreeSet;

use datafusion::prelude::{Expr, col};

use crate::{
    error::Error,
    plans::{any_in_list, any_in_list_or_empty, in_ids},
    stores::{Dimension, Dimensions},
    summaries::{named, person_name},
    viewer::{Viewer, Visible},
};

/// The word for tickets that refer to nothing.
const NONE: &str = "none";

/// Names that a refusal offers.
const NEAREST_MAX: usize = 5;

/// Characters of a name that are compared: enough to tell names apart, few enough for thousands of them.
const COMPARED_CHARS_MAX: usize = 40;

/// A filter on what tickets refer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    Queue,
    Technician,
    Category,
    Entity,
}

impl Reference {
    const fn field(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Technician => "technician",
            Self::Category => "category",
            Self::Entity => "entity",
        }
    }

    /// GLPI's item type.
    pub(crate) const fn kind(self) -> &'static str {
        match self {
            Self::Queue => "Group",
            Self::Technician => "User",
            Self::Category => "ITILCategory",
            Self::Entity => "Entity",
        }
    }

    /// The column of ids, and whether it holds a list of them.
    pub(crate) const fn column(self) -> (&'static str, bool) {
        match self {
            Self::Queue => ("group_ids", true),
            Self::Technician => ("technician_ids", true),
            Self::Category => ("category_id", false),
            Self::Entity => ("entity_id", false),
        }
    }

    /// The column that is empty where a ticket refers to nothing; every ticket has an entity.
    const fn absent(self) -> Option<&'static str> {
        match self {
            Self::Queue => Some("group_id"),
            Self::Technician => Some("technician_id"),
            Self::Category => Some("category_id"),
            Self::Entity => None,
        }
    }

    /// Whether every number among `words` is the id of a row of `dimensions`.
    pub(crate) fn has_rows_of(self, words: &[String], dimensions: &Dimensions) -> bool {
        let ids = words.iter().filter_map(|word| word.trim().parse().ok());
        ids.into_iter().all(|id| dimensions.get(self.kind(), id).is_some())
    }

    /// The ticket refers to one of the rows that `words` name, or to one below them. A row that is not in `known` is
    /// refused like one that does not exist.
    pub(crate) fn predicate(
        self,
        words: &[String],
        known: &BTreeSet<i64>,
        dimensions: &Dimensions,
    ) -> Result<Expr, Error> {
        let (ids, or_none) = self.meant(words, known, dimensions)?;
        let absent = self.absent().filter(|_| or_none).map(|column| col(column).is_null());
        let refers = match self.column() {
            (column, true) => any_in_list(column, ids.clone()),
            (column, false) => in_ids(col(column), &ids),
        };
        Ok(match absent {
            None => refers,
            Some(absent) if ids.is_empty() => absent,
            Some(absent) => absent.or(refers),
        })
    }

    /// The same of a span, which knows lists of people and groups, and an entity.
    pub(crate) fn predicate_of_spans(
        self,
        words: &[String],
        known: &BTreeSet<i64>,
        dimensions: &Dimensions,
    ) -> Result<Expr, Error> {
        let (ids, or_none) = self.meant(words, known, dimensions)?;
        Ok(match self.column() {
            (column, true) if or_none => any_in_list_or_empty(column, ids),
            (column, true) => any_in_list(column, ids),
            (column, false) => in_ids(col(column), &ids),
        })
    }

    /// The rows that `words` name, those below them, and whether they ask for what refers to nothing.
    fn meant(
        self,
        words: &[String],
        known: &BTreeSet<i64>,
        dimensions: &Dimensions,
    ) -> Result<(BTreeSet<i64>, bool), Error> {
        let (mut ids, mut or_none) = (BTreeSet::new(), false);
        for word in words.iter().map(|word| word.trim()) {
            if word == NONE && self.absent().is_some() {
                or_none = true;
            } else {
                ids.extend(self.rows(word, known, dimensions)?);
            }
        }
        Ok((ids, or_none))
    }

    /// The rows that `word` names, and everything below them.
    fn rows(self, word: &str, known: &BTreeSet<i64>, dimensions: &Dimensions) -> Result<BTreeSet<i64>, Error> {
        let of_id = word.parse().ok().filter(|id| known.contains(id));
        let ids = of_id.map_or_else(|| self.named(word, known, dimensions), |id| vec![id]);
        if ids.is_empty() {
            return Err(self.refused(word, known, dimensions));
        }
        Ok(ids.into_iter().flat_map(|id| dimensions.subtree(self.kind(), id)).collect())
    }

    fn named(self, word: &str, known: &BTreeSet<i64>, dimensions: &Dimensions) -> Vec<i64> {
        let wanted = word.to_lowercase();
        let bears = |row: &&Dimension| names(self.kind(), row).any(|name| name.to_lowercase() == wanted);
        let rows = known.iter().filter_map(|id| dimensions.get(self.kind(), *id));
        rows.filter(bears).map(|row| row.id).collect()
    }

    fn refused(self, word: &str, known: &BTreeSet<i64>, dimensions: &Dimensions) -> Error {
        let none = if self.absent().is_some() { ", or none" } else { "" };
        let nearest = nearest(self.kind(), word, known, dimensions);
        let offered = if nearest.is_empty() { String::new() } else { format!("; the nearest: {}", nearest.join(", ")) };
        let allowed = format!("an id or a name{none}{offered}");
        Error::invalid(self.field(), format!("{word:?} is not known"), allowed)
    }
}

/// The ids that `viewer` may know of; `used` are those that tickets he may see refer to.
///
/// Somebody who may see everything knows every row, and every id that a ticket refers to. Somebody limited to entities
/// knows those entities, and otherwise what tickets he may see refer to, with the rows above: what he cannot meet in an
/// answer is to him as if it did not exist.
pub(crate) fn known(
    reference: Reference,
    used: &BTreeSet<i64>,
    viewer: &Viewer,
    dimensions: &Dimensions,
) -> BTreeSet<i64> {
    let kind = reference.kind();
    let mut known = used.clone();
    match (&viewer.entities, reference) {
        (Visible::All, _) => known.extend(dimensions.all(kind).map(|row| row.id)),
        (Visible::Subtree(roots), Reference::Entity) => {
            let visible = roots.iter().flat_map(|root| dimensions.subtree(kind, *root));
            known.extend(visible.filter(|id| dimensions.get(kind, *id).is_some()));
        }
        _ => {
            let mut at: Vec<i64> = used.iter().copied().collect();
            while let Some(id) = at.pop() {
                let parent = dimensions.get(kind, id).and_then(|row| row.parent_id);
                at.extend(parent.filter(|parent| known.insert(*parent)));
            }
        }
    }
    known
}

/// Every name that a row is known by.
fn names(kind: &str, row: &Dimension) -> impl Iterator<Item = String> {
    let person = (kind == "User").then(|| person_name(row));
    [Some(row.name.clone()), row.complete_name.clone(), person].into_iter().flatten()
}

/// The names nearest to `word`, the nearest first: those that contain it, then those that fewest letters tell apart.
fn nearest(kind: &str, word: &str, known: &BTreeSet<i64>, dimensions: &Dimensions) -> Vec<String> {
    let wanted = compared(word);
    let text: String = wanted.iter().collect();
    let rank = |name: String| {
        let name = compared(&name);
        (!name.iter().collect::<String>().contains(&text), distance(&name, &wanted))
    };
    let rows = known.iter().filter_map(|id| dimensions.get(kind, *id));
    let ranked =
        rows.filter_map(|row| Some((names(kind, row).map(rank).min()?, named(kind, row.id, dimensions).name?)));
    let ranked: BTreeSet<_> = ranked.collect();
    ranked.into_iter().map(|(_, name)| name).take(NEAREST_MAX).collect()
}

fn compared(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).take(COMPARED_CHARS_MAX).collect()
}

/// Letters to add, take away or exchange to make one of the other.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.iter().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], at + 1);
        for (place, against) in other.iter().enumerate() {
            let exchanged = corner + usize::from(letter != against);
            corner = row[place + 1];
            row[place + 1] = exchanged.min(corner + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_more_less_or_other_is_one_apart() {
        let apart = |one: &str, other: &str| distance(&compared(one), &compared(other));
        assert_eq!(apart("Network", "network"), 0);
        assert_eq!(apart("Network", "Netwrk"), 1);
        assert_eq!(apart("Network", "Networks"), 1);
        assert_eq!(apart("Network", "Netwurk"), 1);
        assert_eq!(apart("", "abc"), 3);
    }
}
