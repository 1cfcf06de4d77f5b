//! The bus that forgets everything when it is dropped, for tests and for trying things out.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use schemas::{Cursor, Instant, Offset, ingestion::RowCounts};

use super::{Append, Bus, DeadLetter, DeadLetters, Error, Record};
use crate::sources::{self, Ledger};

/// A log in memory.
#[derive(Default)]
pub struct MemoryBus {
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    topics: HashMap<String, Vec<(Instant, Record)>>,
    cursor: Option<Cursor>,
    rows: RowCounts,
    ledger: HashMap<&'static str, BTreeMap<i64, Vec<u8>>>,
    letters: Vec<DeadLetter>,
}

impl MemoryBus {
    fn log(&self) -> MutexGuard<'_, Log> {
        // No call leaves the log half changed, so a panic elsewhere has not spoilt it.
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn end(&self, topic: &str) -> Offset {
        Offset(self.topics.get(topic).map_or(0, Vec::len) as u64)
    }

    fn add_letters(&mut self, letters: &[DeadLetter]) {
        for letter in letters {
            if !self.letters.iter().any(|known| known.id == letter.id) {
                self.letters.push(letter.clone());
            }
        }
    }

    fn add_rows(&mut self, rows: &RowCounts) {
        self.rows.fetched += rows.fetched;
        self.rows.repeated += rows.repeated;
        self.rows.converted += rows.converted;
        self.rows.filtered += rows.filtered;
        self.rows.dead += rows.dead;
    }
}

#[async_trait]
impl Bus for MemoryBus {
    async fn append(&self, batch: Append) -> Result<Offset, Error> {
        let mut log = self.log();
        let first = log.end(&batch.topic).0;
        let records = (first..)
            .zip(batch.records)
            .map(|(offset, (key, value))| (batch.at, Record { offset: Offset(offset), key, value }));
        log.topics.entry(batch.topic.clone()).or_default().extend(records);
        log.add_letters(&batch.dead);
        for entry in batch.ledger {
            let space = log.ledger.entry(entry.space).or_default();
            match entry.value {
                Some(value) => space.insert(entry.id, value),
                None => space.remove(&entry.id),
            };
        }
        if batch.cursor.is_some() {
            log.cursor = batch.cursor;
        }
        log.add_rows(&batch.rows);
        Ok(log.end(&batch.topic))
    }

    async fn read(&self, topic: &str, from: Offset, limit: usize) -> Result<Vec<Record>, Error> {
        let log = self.log();
        let end = log.end(topic);
        if from > end {
            let reason = format!("it ends here, and its reader has been at {from}");
            return Err(Error::Damaged { topic: topic.to_owned(), offset: end, reason });
        }
        let records = log.topics.get(topic).into_iter().flatten();
        Ok(records.skip(from.0 as usize).take(limit).map(|(_, record)| record.clone()).collect())
    }

    async fn end(&self, topic: &str) -> Result<Offset, Error> {
        Ok(self.log().end(topic))
    }

    async fn offset_at(&self, topic: &str, at: Instant) -> Result<Offset, Error> {
        let log = self.log();
        let first = log.topics.get(topic).into_iter().flatten().find(|(appended, _)| *appended >= at);
        Ok(first.map_or_else(|| log.end(topic), |(_, record)| record.offset))
    }

    async fn checkpoint(&self) -> Result<(Option<Cursor>, RowCounts), Error> {
        let log = self.log();
        Ok((log.cursor.clone(), log.rows))
    }

    fn ledger(&self) -> &dyn Ledger {
        self
    }

    fn dead_letters(&self) -> &dyn DeadLetters {
        self
    }
}

#[async_trait]
impl Ledger for MemoryBus {
    async fn recall(&self, space: &str, ids: &[i64]) -> Result<HashMap<i64, Vec<u8>>, sources::Error> {
        let log = self.log();
        let Some(space) = log.ledger.get(space) else { return Ok(HashMap::new()) };
        Ok(ids.iter().filter_map(|id| Some((*id, space.get(id)?.clone()))).collect())
    }

    async fn scan(&self, space: &str, after: i64, limit: u32) -> Result<Vec<(i64, Vec<u8>)>, sources::Error> {
        let log = self.log();
        let values = log.ledger.get(space).into_iter().flatten().filter(|(id, _)| **id > after);
        Ok(values.take(limit as usize).map(|(id, value)| (*id, value.clone())).collect())
    }
}

#[async_trait]
impl DeadLetters for MemoryBus {
    async fn add(&self, letters: &[DeadLetter]) -> Result<(), Error> {
        self.log().add_letters(letters);
        Ok(())
    }

    async fn list(&self, after: Option<&str>, limit: u32) -> Result<Vec<DeadLetter>, Error> {
        let log = self.log();
        let first = match after {
            None => 0,
            Some(id) => log.letters.iter().position(|letter| letter.id == id).map_or(log.letters.len(), |at| at + 1),
        };
        Ok(log.letters.iter().skip(first).take(limit as usize).cloned().collect())
    }

    async fn get(&self, id: &str) -> Result<Option<DeadLetter>, Error> {
        Ok(self.log().letters.iter().find(|letter| letter.id == id).cloned())
    }

    async fn waiting_rows(&self, itemtype: &str) -> Result<u64, Error> {
        let log = self.log();
        let waiting = log.letters.iter().filter(|letter| letter.redriven_at.is_none()).map(|letter| &letter.origin);
        let rows = waiting.filter(|origin| origin.parts().is_some_and(|(of, _)| of == itemtype));
        Ok(rows.collect::<BTreeSet<_>>().len() as u64)
    }

    async fn mark_redriven(&self, id: &str, at: Instant) -> Result<(), Error> {
        if let Some(letter) = self.log().letters.iter_mut().find(|letter| letter.id == id) {
            letter.redriven_at = Some(at);
        }
        Ok(())
    }
}

impl fmt::Debug for MemoryBus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryBus").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::super::suite::{Opened, suite};
    use super::*;

    #[allow(clippy::unused_async, reason = "the suite opens every bus alike")]
    async fn open() -> Opened {
        Opened { bus: Box::new(MemoryBus::default()), _data_dir: None }
    }

    suite!(open);
}
