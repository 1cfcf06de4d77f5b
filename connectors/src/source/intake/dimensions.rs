//! Rows that tickets refer to, and those of them that are there no more.

use std::collections::HashMap;

use pipeline::sources::Error;
use serde_json::Value;

use super::{Intake, Subject, content_of, damaged};
use crate::source::convert::{self, Dimension, Draft};
use crate::source::ledger::{DimensionMemory, Entry, Fate};

impl Intake<'_> {
    /// Takes in rows of one dimension, read among the live ones or from the trash.
    pub(crate) async fn dimension_rows(
        &mut self,
        dimension: &'static Dimension,
        rows: &[Value],
        is_trash: bool,
    ) -> Result<(), Error> {
        let known = self.known(dimension, rows).await?;
        self.memory.load_strays(rows.iter().filter(|raw| convert::id_of(raw).is_none())).await?;
        for raw in rows {
            let old = convert::id_of(raw).and_then(|id| known.get(&id).copied());
            self.dimension_row(dimension, raw, old, is_trash);
        }
        Ok(())
    }

    /// Takes in that a row of a dimension is gone.
    pub(crate) fn dimension_gone(&mut self, dimension: &'static Dimension, id: i64, old: DimensionMemory) {
        let entry = old.entry.next(0, Fate::Gone);
        let draft = Draft::observed(convert::removed_dimension(dimension, id), self.context.observed_at);
        let event = self.event(subject(dimension, id), draft, &entry.name(0));
        // An absence is no row, but it is an answer of the source: it counts as one.
        self.batch.fetched += 1;
        self.tell(vec![event]);
        self.memory.remember_dimension(dimension.space, id, DimensionMemory { entry, ..old });
    }

    fn dimension_row(
        &mut self,
        dimension: &'static Dimension,
        raw: &Value,
        old: Option<DimensionMemory>,
        is_trashed: bool,
    ) {
        self.batch.fetched += 1;
        let understood = convert::dimension(dimension, raw, &self.context);
        let (revision, fate) = match &understood {
            Ok(row) => (row.revision, Fate::Told),
            Err(_) => (content_of(raw), Fate::Dead),
        };
        let is_same = old.is_some_and(|old| old.entry.revision == revision && old.entry.fate == fate);
        let entry = match old {
            Some(old) if is_same => old.entry,
            Some(old) => old.entry.next(revision, fate),
            None => Entry::first(revision, fate),
        };
        let memory = DimensionMemory { entry, is_trashed };
        if let Some(id) = convert::id_of(raw).filter(|_| old != Some(memory)) {
            self.memory.remember_dimension(dimension.space, id, memory);
        }
        match understood {
            _ if is_same && !(self.retries_dead && fate == Fate::Dead) => self.repeat(),
            Ok(row) => {
                let name = entry.name(row.revision);
                let subject = subject(dimension, row.id);
                let events = row.drafts.into_iter().map(|draft| self.event(subject, draft, &name)).collect();
                self.tell(events);
            }
            Err(reason) => match convert::id_of(raw) {
                Some(id) => self.bury(subject(dimension, id), raw, reason),
                None => self.bury_stray(subject(dimension, 0), raw, reason),
            },
        }
    }

    async fn known(&self, dimension: &Dimension, rows: &[Value]) -> Result<HashMap<i64, DimensionMemory>, Error> {
        let ids: Vec<i64> = rows.iter().filter_map(convert::id_of).collect();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = self.memory.ledger.recall(dimension.space, &ids).await?;
        found
            .into_iter()
            .map(|(id, bytes)| match DimensionMemory::decode(&bytes) {
                Some(memory) => Ok((id, memory)),
                None => Err(damaged(dimension.space, id)),
            })
            .collect()
    }
}

fn subject(dimension: &Dimension, id: i64) -> Subject<'static> {
    Subject { itemtype: dimension.itemtype, id, ticket: 0, entity: None }
}
