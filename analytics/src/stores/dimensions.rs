//! Names and trees of the rows that tickets refer to, as they are now.

mod current;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub(super) use current::CurrentRows;

/// One current row of a dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// GLPI's id.
    pub id: i64,
    /// Short name.
    pub name: String,
    /// Name with those of its ancestors.
    pub complete_name: Option<String>,
    /// The row above it.
    pub parent_id: Option<i64>,
    /// The other columns.
    pub attributes: Value,
    /// Gone from GLPI; kept because old tickets name it.
    pub is_removed: bool,
}

/// Every current row, by GLPI's item type and id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dimensions {
    rows: BTreeMap<String, BTreeMap<i64, Dimension>>,
}

impl Dimensions {
    /// Puts a row in, in place of the one with its id.
    pub fn insert(&mut self, kind: &str, row: Dimension) {
        self.rows.entry(kind.to_owned()).or_default().insert(row.id, row);
    }

    /// The row `id` of `kind`.
    pub fn get(&self, kind: &str, id: i64) -> Option<&Dimension> {
        self.rows.get(kind)?.get(&id)
    }

    /// Every row of `kind`, by id.
    pub fn all(&self, kind: &str) -> impl Iterator<Item = &Dimension> {
        self.rows.get(kind).into_iter().flat_map(BTreeMap::values)
    }

    /// `root` and everything below it in the tree of `kind`. A tree with a loop ends where it meets itself.
    pub fn subtree(&self, kind: &str, root: i64) -> BTreeSet<i64> {
        let mut found = BTreeSet::from([root]);
        let mut grew = true;
        while grew {
            let below = |row: &&Dimension| {
                row.parent_id.is_some_and(|parent| found.contains(&parent)) && !found.contains(&row.id)
            };
            let next: Vec<i64> = self.all(kind).filter(below).map(|row| row.id).collect();
            grew = !next.is_empty();
            found.extend(next);
        }
        found
    }
}
