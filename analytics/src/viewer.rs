//! Who asks, and which tickets he may see.

use std::collections::BTreeSet;

use datafusion::prelude::{Expr, col, lit};
use serde::{Deserialize, Serialize};

use crate::{plans::in_ids, stores::Dimensions};

/// Who asks. Part of the key of every cached answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Viewer {
    /// The entities whose tickets he may see.
    pub entities: Visible,
}

/// A set of entities.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visible {
    /// Every entity.
    All,
    /// These entities and everything below them. An empty list sees nothing.
    Subtree(Vec<i64>),
}

impl Viewer {
    /// Somebody who may see the whole desk.
    pub const fn of_everything() -> Self {
        Self { entities: Visible::All }
    }

    /// The tickets he may see, as a predicate on `tickets.entity_id`; `None` where it would hold for all.
    pub(crate) fn predicate(&self, dimensions: &Dimensions) -> Option<Expr> {
        let visible = self.visible_ids(dimensions)?;
        if visible.is_empty() {
            return Some(lit(false));
        }
        Some(in_ids(col("entity_id"), &visible))
    }

    /// The ids of the entities that he may see; `None` where he may see all.
    pub(crate) fn visible_ids(&self, dimensions: &Dimensions) -> Option<BTreeSet<i64>> {
        match &self.entities {
            Visible::All => None,
            Visible::Subtree(roots) => {
                Some(roots.iter().flat_map(|root| dimensions.subtree("Entity", *root)).collect())
            }
        }
    }
}
