//! The policy: what a desk wants hidden and what it wants at all.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{MaskPolicy, SelectPolicy};

/// Ids that one list of the policy may name.
const LIST_IDS_MAX: usize = 10_000;

/// What is hidden and what is kept. By default nothing is hidden and everything is kept.
///
/// A policy holds for what is written from then on: the log already written keeps what it has, and what was left out is not read
/// again when a later policy would keep it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Personal data that is hidden.
    pub mask: MaskPolicy,
    /// Entities and types of events that are kept.
    pub select: SelectPolicy,
}

/// Why a policy makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// An id that GLPI never gives.
    #[error("{field} names {id}, which is no id of GLPI")]
    Id {
        /// The list.
        field: &'static str,
        /// The id.
        id: i64,
    },
    /// The same entry twice.
    #[error("{field} names {entry} twice")]
    Twice {
        /// The list.
        field: &'static str,
        /// The entry.
        entry: String,
    },
    /// A list without end.
    #[error("{field} names {found} ids, more than {LIST_IDS_MAX}")]
    Long {
        /// The list.
        field: &'static str,
        /// Its length.
        found: usize,
    },
}

impl Policy {
    /// Whether the policy makes sense.
    pub fn validate(&self) -> Result<(), PolicyError> {
        ids("mask.technician_ids", &self.mask.technician_ids, 1)?;
        // Entity 0 is the root entity.
        ids("select.entities", &self.select.entities, 0)?;
        let mut seen = BTreeSet::new();
        match self.select.event_types.iter().find(|event_type| !seen.insert(**event_type)) {
            Some(twice) => Err(PolicyError::Twice { field: "select.event_types", entry: twice.to_string() }),
            None => Ok(()),
        }
    }

    /// The policy in plain sentences, for people who start Farol.
    pub fn sentences(&self) -> Vec<String> {
        [self.mask.sentences(), self.select.sentences()].concat()
    }
}

fn ids(field: &'static str, ids: &[i64], smallest: i64) -> Result<(), PolicyError> {
    if ids.len() > LIST_IDS_MAX {
        return Err(PolicyError::Long { field, found: ids.len() });
    }
    let mut seen = BTreeSet::new();
    for &id in ids {
        if id < smallest {
            return Err(PolicyError::Id { field, id });
        }
        if !seen.insert(id) {
            return Err(PolicyError::Twice { field, entry: id.to_string() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    fn check(text: &str) -> Result<(), String> {
        let policy: Policy = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        policy.validate().map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_policy_hides_nothing_and_says_so() {
        let policy: Policy = toml::from_str("").unwrap();

        assert_eq!(policy, Policy::default());
        assert!(policy.sentences().iter().any(|sentence| sentence == "Ticket titles are kept."));
        assert!(policy.sentences().iter().any(|sentence| sentence == "Tickets of every entity are kept."));
    }

    #[test]
    fn a_policy_with_every_field_is_understood() {
        let text = "
            [mask]
            titles = 'hide'
            requester_names = 'hide'
            person_names = 'hide'
            survey_comments = 'keep'
            technician_ids = [7, 8]
            [select]
            entities = [0, 3]
            event_types = ['TicketCreatedV1', 'DimensionChangedV1']";
        assert_eq!(check(text), Ok(()));
    }

    #[test]
    fn a_policy_that_makes_no_sense_is_refused_in_words() {
        assert!(check("[mask]\ntitle = 'hide'").unwrap_err().contains("unknown field `title`"));
        assert!(check("[mask]\ntitles = 'blur'").unwrap_err().contains("unknown variant `blur`"));
        assert!(check("[select]\nevent_types = ['TicketV1']").unwrap_err().contains("unknown event type TicketV1"));
        assert_eq!(check("[select]\nentities = [-1]").unwrap_err(), "select.entities names -1, which is no id of GLPI");
        assert_eq!(check("[select]\nentities = [3, 3]").unwrap_err(), "select.entities names 3 twice");
        assert_eq!(
            check("[mask]\ntechnician_ids = [0]").unwrap_err(),
            "mask.technician_ids names 0, which is no id of GLPI"
        );
    }
}
