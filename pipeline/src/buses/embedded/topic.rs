//! Topics: batches that follow each other without a gap.

use schemas::{Instant, Offset};
use sqlx::SqliteConnection;

use super::{
    super::{Append, Error, Record},
    batch::{Batch, damaged},
    parts::{BYTES_MAX, RECORDS_MAX, split},
    storage,
};

/// Bytes of records that one read gathers before it stops at the end of a batch.
const READ_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Adds the records of `append`, in as many batches as they need, and answers the end after them.
pub(super) async fn append(connection: &mut SqliteConnection, append: &Append) -> Result<Offset, Error> {
    let mut end = end(connection, &append.topic).await?;
    for records in split(&append.records, RECORDS_MAX, BYTES_MAX) {
        end = add(connection, Batch::new(&append.topic, end, append.at.0, records)?).await?;
    }
    Ok(end)
}

async fn add(connection: &mut SqliteConnection, batch: Batch) -> Result<Offset, Error> {
    let next = batch.next_offset;
    sqlx::query(
        "insert into topics values (?, ?) on conflict (topic) do update set next_offset = excluded.next_offset",
    )
    .bind(&batch.topic)
    .bind(next)
    .execute(&mut *connection)
    .await
    .map_err(storage)?;
    sqlx::query("insert into batches (topic, first_offset, next_offset, at, crc32, data) values (?, ?, ?, ?, ?, ?)")
        .bind(batch.topic)
        .bind(batch.first_offset)
        .bind(next)
        .bind(batch.at)
        .bind(batch.crc32)
        .bind(batch.data)
        .execute(connection)
        .await
        .map_err(storage)?;
    Ok(Offset(next as u64))
}

/// The offset after the last record. It is kept twice: nobody would notice a single one that moved.
pub(super) async fn end(connection: &mut SqliteConnection, topic: &str) -> Result<Offset, Error> {
    let (end, kept): (i64, i64) = sqlx::query_as(
        "select coalesce((select next_offset from topics where topic = ?1), 0), coalesce((
            select next_offset from batches where topic = ?1 order by first_offset desc limit 1), 0)",
    )
    .bind(topic)
    .fetch_one(connection)
    .await
    .map_err(storage)?;
    if end != kept {
        return Err(damaged(topic.to_owned(), kept, &format!("batches end at {kept}, the topic at {end}")));
    }
    Ok(Offset(end as u64))
}

/// At most `limit` records from `from` on.
pub(super) async fn read(
    connection: &mut SqliteConnection,
    topic: &str,
    from: Offset,
    limit: usize,
) -> Result<Vec<Record>, Error> {
    let end = end(connection, topic).await?.0 as i64;
    let mut place = i64::try_from(from.0).unwrap_or(i64::MAX);
    if place > end {
        return Err(damaged(topic.to_owned(), end, &format!("it ends here, and its reader has been at {from}")));
    }
    let (mut records, mut bytes) = (Vec::new(), 0);
    while place < end && records.len() < limit && bytes < READ_BYTES_MAX {
        let batch = holding(connection, topic, place).await?;
        bytes += batch.data.len();
        let (known, next) = ((place - batch.first_offset) as usize, batch.next_offset);
        records.extend(batch.records()?.into_iter().skip(known).take(limit - records.len()));
        place = next;
    }
    Ok(records)
}

/// The batch that holds the record at `place`.
async fn holding(connection: &mut SqliteConnection, topic: &str, place: i64) -> Result<Batch, Error> {
    let batch: Option<Batch> = sqlx::query_as(
        "select topic, first_offset, next_offset, at, crc32, data from batches
        where topic = ? and first_offset <= ? order by first_offset desc limit 1",
    )
    .bind(topic)
    .bind(place)
    .fetch_optional(connection)
    .await
    .map_err(storage)?;
    // Each batch must start where the one before it ends, so the batch below a hole ends too early.
    batch
        .filter(|batch| batch.next_offset > place)
        .ok_or_else(|| damaged(topic.to_owned(), place, "the batch of this record is missing"))
}

/// The first offset of the first append made at or after `at`, or the end.
pub(super) async fn offset_at(connection: &mut SqliteConnection, topic: &str, at: Instant) -> Result<Offset, Error> {
    let first: Option<i64> = sqlx::query_scalar("select min(first_offset) from batches where topic = ? and at >= ?")
        .bind(topic)
        .bind(at.0)
        .fetch_one(&mut *connection)
        .await
        .map_err(storage)?;
    match first {
        Some(first) => Ok(Offset(first as u64)),
        None => end(connection, topic).await,
    }
}
