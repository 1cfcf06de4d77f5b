//! Kept: which tickets the policy has let through.
//!
//! A ticket that moves to an entity that is not selected would stay in the store as it was before, open for ever. Ingestion
//! remembers whose rows it has appended, and tells of such a ticket once that it has left.

use std::collections::{BTreeMap, HashSet};

use schemas::{Body, Event};

use crate::sources::{Error, Ledger, LedgerEntry, SourceBatch};

/// The space of the ledger that is ingestion's own. A source must not use it.
const SPACE: &str = "kept";

/// The tickets of one batch whose rows were appended before, with the batch's own changes on top.
#[derive(Debug, Default)]
pub(super) struct Kept {
    before: HashSet<i64>,
    now: BTreeMap<i64, bool>,
}

impl Kept {
    /// Recalls the tickets whose rows are in `batch`.
    pub(super) async fn recall(ledger: &dyn Ledger, batch: &SourceBatch) -> Result<Self, Error> {
        let mut ids: Vec<i64> = batch.converted.iter().flatten().filter_map(ticket_told).collect();
        ids.sort_unstable();
        ids.dedup();
        let before =
            if ids.is_empty() { HashSet::new() } else { ledger.recall(SPACE, &ids).await?.into_keys().collect() };
        Ok(Self { before, now: BTreeMap::new() })
    }

    /// Whether the ticket is among those kept.
    pub(super) fn holds(&self, ticket: i64) -> bool {
        self.now.get(&ticket).copied().unwrap_or_else(|| self.before.contains(&ticket))
    }

    /// Takes in that a ticket is kept, or is no more.
    pub(super) fn set(&mut self, ticket: i64, is_kept: bool) {
        self.now.insert(ticket, is_kept);
    }

    /// What to remember.
    pub(super) fn entries(self) -> Vec<LedgerEntry> {
        let news = self.now.into_iter().filter(|(id, is_kept)| self.before.contains(id) != *is_kept);
        news.map(|(id, is_kept)| LedgerEntry { space: SPACE, id, value: is_kept.then(Vec::new) }).collect()
    }
}

/// The ticket whose row `event` tells.
pub(super) fn ticket_told(event: &Event) -> Option<i64> {
    match &event.body {
        Body::Updated(updated) if updated.state.is_some() => Some(event.envelope.ticket_id.0),
        _ => None,
    }
}
