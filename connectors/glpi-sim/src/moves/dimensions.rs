//! Dimensions: renaming people, groups and places, and editing an agreement. No ticket is touched by any of it.

use std::sync::Arc;

use serde_json::Value;

use super::history::{FIELD, Line};
use super::{Agreements, Hand, Refused};
use crate::rows::naive::{self, Zone};
use crate::rows::{Id, Object};

/// Between the parts of a path.
const PATH_MARK: &str = " > ";

/// What can be renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// A person, by last name.
    User,
    /// A group.
    Group,
    /// A category.
    Category,
    /// An entity.
    Entity,
}

impl Dimension {
    fn itemtype(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::Category => "ITILCategory",
            Self::Entity => "Entity",
        }
    }

    /// The renamed column and its search option.
    fn name(self) -> (&'static str, i32) {
        match self {
            Self::User => ("realname", 34),
            Self::Entity => ("name", 14),
            Self::Group | Self::Category => ("name", 1),
        }
    }

    fn parent(self) -> Option<&'static str> {
        match self {
            Self::User => None,
            Self::Group => Some("groups_id"),
            Self::Category => Some("itilcategories_id"),
            Self::Entity => Some("entities_id"),
        }
    }
}

impl Hand<'_> {
    /// Renames a row; paths below it follow. Tickets keep their `date_mod` and their history its old spelling.
    pub fn rename(&mut self, dimension: Dimension, id: Id, name: &str) -> Result<(), Refused> {
        let itemtype = dimension.itemtype();
        let (column, option) = dimension.name();
        let row = self.desk.row(itemtype, id).ok_or(Refused::Missing { itemtype, id })?;
        let old: Arc<str> = text(row, column).into();
        let new = self.desk.text(name);
        if old == new {
            return Err(Refused::Unchanged(id));
        }
        let now = naive::to_text(self.at, Zone::UTC);
        self.desk.update_row(itemtype, id, |row| {
            row.insert(column.to_owned(), (*new).into());
            row.insert("date_mod".to_owned(), now.into());
        });
        if let Some(parent) = dimension.parent() {
            self.spell_paths(itemtype, parent, id);
        }
        // Later history rows spell the new name.
        self.rules.names.forget();
        self.tell(itemtype, id, Line { link: "", action: FIELD, option, old: Some(old), new: Some(new) });
        Ok(())
    }

    /// Gives an SLA another target. Due dates of tickets stay until something else moves them.
    pub fn edit_sla(&mut self, sla: Id, number_time: i64) -> Result<(), Refused> {
        let now = naive::to_text(self.at, Zone::UTC);
        let edit = |row: &mut Object| {
            row.insert("number_time".to_owned(), number_time.into());
            row.insert("date_mod".to_owned(), now.into());
        };
        self.desk.update_row("SLA", sla, edit).ok_or(Refused::Missing { itemtype: "SLA", id: sla })?;
        self.rules.agreements = Agreements::of(self.desk, self.rules.zone);
        Ok(())
    }

    /// Spells the paths of a row and of all rows below it anew.
    fn spell_paths(&mut self, itemtype: &'static str, parent: &str, top: Id) {
        let mut waiting = vec![top];
        while let Some(id) = waiting.pop() {
            let Some(row) = self.desk.row(itemtype, id) else { continue };
            let above = int(row, parent).filter(|above| *above != id).and_then(|above| self.desk.row(itemtype, above));
            let path = match above {
                Some(above) => format!("{}{PATH_MARK}{}", text(above, "completename"), text(row, "name")),
                None => text(row, "name").to_owned(),
            };
            self.desk.update_row(itemtype, id, |row| row.insert("completename".to_owned(), path.into()));
            let rows = self.desk.rows(itemtype).into_iter().flatten();
            waiting
                .extend(rows.filter(|(below, row)| **below != id && int(row, parent) == Some(id)).map(|(id, _)| *id));
        }
    }
}

fn text<'a>(row: &'a Object, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn int(row: &Object, field: &str) -> Option<Id> {
    row.get(field).and_then(Value::as_i64)
}
