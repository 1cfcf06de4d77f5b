//! A batch: the records of one append, or of a part of it, as one blob with a checksum.
//!
//! The checksum covers the batch's place too, so that a row under a wrong offset is found as surely as a flipped bit.

use bytes::Bytes;
use schemas::Offset;
use sqlx::{FromRow, Row, sqlite::SqliteRow};

use super::super::{Error, Record};

/// One row of the table `batches`.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) topic: String,
    pub(super) first_offset: i64,
    pub(super) next_offset: i64,
    pub(super) at: i64,
    pub(super) crc32: i64,
    pub(super) data: Vec<u8>,
}

impl Batch {
    /// The batch of `records` at `first`.
    pub(super) fn new(topic: &str, first: Offset, at: i64, records: &[(Bytes, Bytes)]) -> Result<Self, Error> {
        let first_offset = first.0 as i64;
        let mut batch = Self {
            topic: topic.to_owned(),
            first_offset,
            next_offset: first_offset + records.len() as i64,
            at,
            crc32: 0,
            data: Vec::with_capacity(records.iter().map(|(key, value)| key.len() + value.len() + 8).sum()),
        };
        for (key, value) in records {
            put(&mut batch.data, key)?;
            put(&mut batch.data, value)?;
        }
        batch.crc32 = batch.checksum();
        Ok(batch)
    }

    /// The records, once the checksum holds.
    pub(super) fn records(self) -> Result<Vec<Record>, Error> {
        if self.checksum() != self.crc32 {
            return Err(damaged(self.topic, self.first_offset, "the checksum of a batch does not hold"));
        }
        let mut records = Vec::with_capacity((self.next_offset - self.first_offset).max(0) as usize);
        let (data, mut at) = (Bytes::from(self.data), 0);
        for offset in self.first_offset..self.next_offset {
            let (Some(key), Some(value)) = (take(&data, &mut at), take(&data, &mut at)) else { break };
            records.push(Record { offset: Offset(offset as u64), key, value });
        }
        if at != data.len() || records.len() as i64 != self.next_offset - self.first_offset {
            return Err(damaged(self.topic, self.first_offset, "a batch holds other records than it says"));
        }
        Ok(records)
    }

    pub(super) fn checksum(&self) -> i64 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(self.topic.as_bytes());
        for number in [self.first_offset, self.next_offset, self.at] {
            hasher.update(&number.to_le_bytes());
        }
        hasher.update(&self.data);
        i64::from(hasher.finalize())
    }
}

impl FromRow<'_, SqliteRow> for Batch {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            topic: row.try_get("topic")?,
            first_offset: row.try_get("first_offset")?,
            next_offset: row.try_get("next_offset")?,
            at: row.try_get("at")?,
            crc32: row.try_get("crc32")?,
            data: row.try_get("data")?,
        })
    }
}

pub(super) fn damaged(topic: String, offset: i64, reason: &str) -> Error {
    Error::Damaged { topic, offset: Offset(offset as u64), reason: reason.to_owned() }
}

fn put(data: &mut Vec<u8>, bytes: &[u8]) -> Result<(), Error> {
    let length = u32::try_from(bytes.len())
        .map_err(|_| Error::Storage(format!("a record of {} bytes is too large", bytes.len())))?;
    data.extend_from_slice(&length.to_le_bytes());
    data.extend_from_slice(bytes);
    Ok(())
}

fn take(data: &Bytes, at: &mut usize) -> Option<Bytes> {
    let length = data.get(*at..*at + 4)?.try_into().ok().map(u32::from_le_bytes)? as usize;
    let start = *at + 4;
    data.get(start..start.checked_add(length)?)?;
    *at = start + length;
    Some(data.slice(start..*at))
}
