//! The use case redrive: gives the row of a dead letter another chance, with the present code and policy.

use super::{Error, Ingest, Ingested, counts, letters};
use crate::{buses::DeadLetter, sources::SourceBatch};

/// What became of a dead letter.
#[derive(Clone, Debug, PartialEq)]
pub struct Redriven {
    /// What was appended and counted. The row counts once more, for it was looked at once more.
    pub ingested: Ingested,
    /// Why the row is dead still; `None` once it lives, and its letter is then marked.
    pub still_dead: Option<String>,
}

impl Ingest {
    /// Converts the row of the letter `id` again and appends its events.
    ///
    /// A row that is still dead leaves its letter as it is. What the policy hid when the letter was written stays hidden.
    /// Redriving twice is harmless: the events have the same ids.
    pub async fn redrive(&mut self, id: &str) -> Result<Redriven, Error> {
        let letter = self.bus.dead_letters().get(id).await?;
        let letter = letter.ok_or_else(|| Error::NoLetter { id: id.to_owned() })?;
        let batch = self.reread(&letter).await?;
        let batch = SourceBatch { cursor: None, watermark: None, ..batch };
        let mut sorted = self.sort(&batch).await?;
        let counts = counts(&batch, &sorted)?;

        let still_dead = sorted.dead.pop().map(|again| again.reason);
        // The letter that exists is the row's letter: a masked row may hash to another id, and one row needs no two letters.
        sorted.dead.clear();
        let ingested = self.append(batch, sorted, counts, None).await?;
        if still_dead.is_none() {
            self.bus.dead_letters().mark_redriven(id, (self.clock)()).await?;
        }
        Ok(Redriven { ingested, still_dead })
    }

    async fn reread(&mut self, letter: &DeadLetter) -> Result<SourceBatch, Error> {
        match letter.stage.as_str() {
            letters::SOURCE => Ok(self.source.redrive(&letter.origin, &letter.raw, self.bus.ledger()).await?),
            letters::TRANSFORM => {
                let unreadable =
                    |error: serde_json::Error| Error::Letter { id: letter.id.clone(), reason: error.to_string() };
                let events = letters::events(&letter.raw).map_err(unreadable)?;
                Ok(SourceBatch { fetched: 1, converted: vec![events], ..SourceBatch::default() })
            }
            _ => Err(Error::InLog { id: letter.id.clone() }),
        }
    }
}
