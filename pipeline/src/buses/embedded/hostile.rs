//! What holds of every batch of the log, whatever its bytes: the check that fuzzing runs.

#![allow(clippy::unwrap_used, clippy::missing_panics_doc, reason = "checks of tests and fuzzing")]

use bytes::Bytes;
use schemas::Offset;

use super::batch::Batch;

/// Records of one batch here: each may be empty.
const RECORDS_MAX: u8 = 16;

/// Checks a batch: `batch`, the number of its records, and its data. Its checksum is made to hold.
pub fn check(input: &[u8]) {
    let Some((&count, data)) = input.strip_prefix(b"batch\n").and_then(<[u8]>::split_first) else { return };
    let first = 5;
    let next_offset = first + i64::from(count % RECORDS_MAX);
    let batch =
        |crc32| Batch { topic: "tickets".into(), first_offset: first, next_offset, at: 0, crc32, data: data.into() };
    let sealed = || batch(batch(0).checksum());
    let Ok(records) = sealed().records() else { return };
    assert_eq!(records.len() as i64, next_offset - first);
    let read: Vec<(Bytes, Bytes)> = records.into_iter().map(|record| (record.key, record.value)).collect();
    let again = Batch::new("tickets", Offset(first.cast_unsigned()), 0, &read).unwrap();
    assert_eq!((again.data.as_slice(), again.crc32), (data, sealed().crc32));
}
