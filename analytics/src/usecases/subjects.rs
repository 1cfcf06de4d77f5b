//! Whom tickets are attributed to: people, or teams.

use serde::{Deserialize, Serialize};

use crate::{
    plans::tally::By,
    stores::Dimensions,
    summaries::{Named, named},
};

/// How tickets are attributed: to everybody assigned now, once each.
pub(crate) const ATTRIBUTION: &str = "assigned_now";

/// Whom tickets are attributed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// Each person assigned now.
    #[default]
    Technician,
    /// Each group assigned now.
    Team,
}

/// The words that inputs choose a [`SubjectKind`] by.
pub(crate) const SUBJECTS: [(&str, SubjectKind); 2] =
    [("technician", SubjectKind::Technician), ("team", SubjectKind::Team)];

impl SubjectKind {
    pub(crate) const fn by(self) -> By {
        match self {
            Self::Technician => By::Technician,
            Self::Team => By::Group,
        }
    }

    pub(crate) fn named(self, id: i64, dimensions: &Dimensions) -> Named {
        let kind = match self {
            Self::Technician => "User",
            Self::Team => "Group",
        };
        named(kind, id, dimensions)
    }
}
