//! Policy: what pauses a clock, what stops it, what a month is.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{Kind, MonthRule, Status};

/// What counts as owning a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Ownership {
    /// The first time it was taken into account, as GLPI has it.
    #[default]
    TakenIntoAccount,
    /// The first assignment.
    Assigned,
}

/// The rules of canonical clocks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Statuses that pause a time to resolve, internal or not.
    pub pauses_resolve: BTreeSet<Status>,
    /// Statuses that pause a time to own, internal or not.
    pub pauses_own: BTreeSet<Status>,
    /// Pending reasons during which the clock runs on.
    pub running_reasons: BTreeSet<u64>,
    /// What stops a time to own.
    pub ownership: Ownership,
    /// What a month is.
    pub months: MonthRule,
}

impl Default for Policy {
    /// Pending pauses a time to resolve; nothing pauses a time to own.
    fn default() -> Self {
        Self {
            pauses_resolve: BTreeSet::from([Status::PENDING]),
            pauses_own: BTreeSet::new(),
            running_reasons: BTreeSet::new(),
            ownership: Ownership::default(),
            months: MonthRule::default(),
        }
    }
}

impl Policy {
    /// Whether a clock of `kind` stands still in `status` for `reason`.
    pub fn pauses(&self, kind: Kind, status: Status, reason: Option<u64>) -> bool {
        let pauses = if kind.is_own() { &self.pauses_own } else { &self.pauses_resolve };
        pauses.contains(&status) && !reason.is_some_and(|reason| self.running_reasons.contains(&reason))
    }
}
