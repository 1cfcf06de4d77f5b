//! The part of the ledger that a batch needs, with the batch's own changes on top.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use pipeline::sources::{Error, Ledger, LedgerEntry};
use serde_json::Value;

use super::{content_of, damaged};
use crate::source::convert;
use crate::source::kind::Kind;
use crate::source::ledger::{DimensionMemory, TICKETS, TicketMemory, UNREADABLE};

pub(super) struct Memory<'a> {
    pub(super) ledger: &'a dyn Ledger,
    tickets: HashMap<i64, Option<TicketMemory>>,
    changed: BTreeSet<i64>,
    dimensions: BTreeMap<(&'static str, i64), DimensionMemory>,
    known_strays: HashSet<i64>,
    strays: Vec<LedgerEntry>,
}

impl<'a> Memory<'a> {
    pub(super) fn new(ledger: &'a dyn Ledger) -> Self {
        Self {
            ledger,
            tickets: HashMap::new(),
            changed: BTreeSet::new(),
            dimensions: BTreeMap::new(),
            known_strays: HashSet::new(),
            strays: Vec::new(),
        }
    }

    /// Recalls what is known of these tickets.
    pub(super) async fn load(&mut self, tickets: impl IntoIterator<Item = i64>) -> Result<(), Error> {
        let wanted: BTreeSet<i64> = tickets.into_iter().filter(|id| !self.tickets.contains_key(id)).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = wanted.into_iter().collect();
        let mut found = self.ledger.recall(TICKETS, &ids).await?;
        for id in ids {
            let memory = match found.remove(&id) {
                Some(bytes) => Some(TicketMemory::decode(&bytes).ok_or_else(|| damaged(TICKETS, id))?),
                None => None,
            };
            self.tickets.insert(id, memory);
        }
        Ok(())
    }

    /// Recalls what is known of the tickets of `rows`, and of rows that do not say what they are.
    pub(super) async fn load_rows(&mut self, kind: Kind, rows: &[Value]) -> Result<(), Error> {
        self.load(rows.iter().filter_map(|raw| convert::ticket_of(kind, raw))).await?;
        let is_stray = |raw: &&Value| convert::ticket_of(kind, raw).is_none() || convert::id_of(raw).is_none();
        self.load_strays(rows.iter().filter(is_stray)).await
    }

    /// Recalls which of these rows were buried before.
    pub(super) async fn load_strays(&mut self, rows: impl Iterator<Item = &Value>) -> Result<(), Error> {
        let ids: Vec<i64> = rows.map(|raw| content_of(raw).cast_signed()).collect();
        if !ids.is_empty() {
            self.known_strays.extend(self.ledger.recall(UNREADABLE, &ids).await?.into_keys());
        }
        Ok(())
    }

    pub(super) fn ticket(&self, id: i64) -> Option<&TicketMemory> {
        self.tickets.get(&id)?.as_ref()
    }

    pub(super) fn change(&mut self, id: i64, memory: TicketMemory) {
        self.tickets.insert(id, Some(memory));
        self.changed.insert(id);
    }

    /// Changes what is known of a ticket, in place.
    pub(super) fn amend(&mut self, id: i64, change: impl FnOnce(&mut TicketMemory)) {
        if let Some(memory) = self.tickets.get_mut(&id).and_then(Option::as_mut) {
            change(memory);
            self.changed.insert(id);
        }
    }

    pub(super) fn remember_dimension(&mut self, space: &'static str, id: i64, memory: DimensionMemory) {
        self.dimensions.insert((space, id), memory);
    }

    pub(super) fn is_known_stray(&self, content: i64) -> bool {
        self.known_strays.contains(&content)
    }

    pub(super) fn remember_stray(&mut self, entry: LedgerEntry) {
        self.known_strays.insert(entry.id);
        self.strays.push(entry);
    }

    /// What is to be saved.
    pub(super) fn entries(self) -> Vec<LedgerEntry> {
        let mut entries = self.strays;
        for id in self.changed {
            if let Some(Some(memory)) = self.tickets.get(&id) {
                entries.push(LedgerEntry { space: TICKETS, id, value: Some(memory.encode()) });
            }
        }
        let dimensions = self.dimensions.into_iter();
        entries.extend(dimensions.map(|((space, id), memory)| LedgerEntry { space, id, value: Some(memory.encode()) }));
        entries
    }
}
