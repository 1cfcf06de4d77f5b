//! Moving fresh rows into Parquet files, and small files into larger ones.
//!
//! The writer is held up for two short transactions only: the merge itself runs beside it. A compaction always takes the oldest
//! fresh batches and the newest files, so files stay ordered by age and what it leaves out is older (files) or newer (batches).

use schemas::{
    Instant,
    manifest::seal::{BATCH_TEXT, FILE_TEXT, LIVE_BATCH_TEXT, LIVE_FILE_TEXT, Seal},
    tables::Table,
};
use sqlx::{AssertSqlSafe, SqliteConnection};

use super::{
    EmbeddedSink,
    database::storage,
    file::{self, Written},
    folder,
    merge::Merge,
    parts::{self, BatchEntry, FileEntry},
    seal,
    sweep::Swept,
    write,
};
use crate::sinks::Error;

/// A file is merged with fresh rows when it has at most this many times as many: files then grow geometrically, their
/// number with the logarithm of the rows, and superseded rows stay a small multiple of the others.
const FILE_RATIO: i64 = 2;
/// Fresh bytes that one merge takes, in multiples of the limit that starts it.
const MERGE_BYTES_RATIO: u64 = 4;

/// What a compaction did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// Batches whose rows are in files now.
    pub batches: u64,
    /// Files that were merged into larger ones.
    pub files: u64,
    /// Rows read.
    pub rows_read: u64,
    /// Rows written: fewer, where newer versions supersede older ones.
    pub rows_written: u64,
    /// What was removed because nobody reads it any more.
    pub swept: Swept,
}

impl EmbeddedSink {
    /// Moves fresh rows into files where a table has more of them than the limits say, and removes what nobody needs any more.
    /// Call it now and then; it does nothing when there is nothing to do. No answer changes by it.
    pub async fn compact(&self, now: Instant) -> Result<Compacted, Error> {
        let _one_at_a_time = self.compacting.lock().await;
        let mut compacted = Compacted::default();
        for table in Table::ALL {
            while self.has_many_fresh_rows(table).await? {
                self.compact_table(table, now, &mut compacted).await?;
            }
        }
        compacted.swept = self.sweep(now).await?;
        Ok(compacted)
    }

    async fn has_many_fresh_rows(&self, table: Table) -> Result<bool, Error> {
        let (batches, rows, bytes): (i64, i64, i64) = sqlx::query_as(
            "select count(*), coalesce(sum(rows), 0), coalesce(sum(bytes), 0) from batches
             where table_name = ? and removed_seq is null",
        )
        .bind(table.name())
        .fetch_one(&self.readers)
        .await
        .map_err(storage)?;
        let config = &self.config;
        Ok(rows as u64 > config.fresh_rows_max
            || bytes as u64 > config.fresh_bytes_max
            || batches as u64 > config.fresh_batches_max)
    }

    async fn compact_table(&self, table: Table, now: Instant, compacted: &mut Compacted) -> Result<(), Error> {
        let bytes_max = self.config.fresh_bytes_max.saturating_mul(MERGE_BYTES_RATIO).max(1);
        let mut connection = self.readers.acquire().await.map_err(storage)?;
        let batches = parts::batches(&mut connection, table, bytes_max).await?;
        let files = parts::files(&mut connection, table).await?;
        drop(connection);
        let Some(newest) = batches.last().map(|batch| batch.id) else { return Ok(()) };

        let replaced = newest_files(files, batches.iter().map(|batch| batch.rows).sum());
        let change = Change::new(table, newest, &replaced, &batches);
        let written = self.merge(&change, replaced, batches).await?;
        self.publish(&change, written, now).await?;

        compacted.batches += change.batches;
        compacted.files += change.files.len() as u64;
        compacted.rows_read += change.rows_read;
        compacted.rows_written += written.rows;
        Ok(())
    }

    async fn merge(&self, change: &Change, files: Vec<FileEntry>, batches: Vec<BatchEntry>) -> Result<Written, Error> {
        let (table, folder, path) = (change.table, self.generation.folder.clone(), change.path.clone());
        let merging = tokio::task::spawn_blocking(move || {
            let merge = Merge::new(table, parts::runs(table, &folder, &files, &batches)?);
            let written = file::write(&folder.join(path), table, merge)?;
            folder::sync_folder(&folder)?;
            Ok(written)
        });
        merging.await.map_err(|error| Error::Storage(format!("merging {}: {error}", table.name())))?
    }

    async fn publish(&self, change: &Change, written: Written, now: Instant) -> Result<(), Error> {
        let mut tx = self.writer.begin_with("begin immediate").await.map_err(storage)?;
        let mut sealed = seal::load(&mut tx).await?;
        let seq = write::commit_seq(&mut tx, now).await?;
        remove_batches(&mut tx, change, (seq, now), &mut sealed).await?;
        remove_files(&mut tx, change, (seq, now), &mut sealed).await?;
        add_file(&mut tx, change, seq, written, &mut sealed).await?;
        seal::save(&mut tx, sealed).await?;
        tx.commit().await.map_err(storage)
    }
}

async fn add_file(
    tx: &mut SqliteConnection,
    change: &Change,
    seq: i64,
    written: Written,
    sealed: &mut Seal,
) -> Result<(), Error> {
    let insert = format!(
        "insert into files (table_name, path, added_seq, through_seq, rows, bytes, crc32) values (?, ?, ?, ?, ?, ?, ?)
         returning {FILE_TEXT}"
    );
    let text: String = sqlx::query_scalar(AssertSqlSafe(insert))
        .bind(change.table.name())
        .bind(&change.path)
        .bind(seq)
        .bind(change.through_seq)
        .bind(written.rows as i64)
        .bind(written.bytes as i64)
        .bind(i64::from(written.crc32))
        .fetch_one(tx)
        .await
        .map_err(storage)?;
    sealed.add(&text);
    Ok(())
}

async fn remove_files(
    tx: &mut SqliteConnection,
    change: &Change,
    (seq, now): (i64, Instant),
    sealed: &mut Seal,
) -> Result<(), Error> {
    let remove = format!(
        "update files set removed_seq = ?, removed_at = ? where id = ? returning {LIVE_FILE_TEXT}, {FILE_TEXT}"
    );
    for file in &change.files {
        let removed: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(remove.clone()))
            .bind(seq)
            .bind(now.0)
            .bind(file)
            .fetch_all(&mut *tx)
            .await
            .map_err(storage)?;
        exchange(&removed, sealed);
    }
    Ok(())
}

/// Seals the removal of rows: their texts before and after it.
fn exchange(removed: &[(String, String)], sealed: &mut Seal) {
    for (before, after) in removed {
        sealed.forget(before);
        sealed.add(after);
    }
}

/// What one merge replaces.
struct Change {
    table: Table,
    path: String,
    newest_batch: i64,
    through_seq: i64,
    files: Vec<i64>,
    batches: u64,
    rows_read: u64,
}

impl Change {
    fn new(table: Table, newest_batch: i64, files: &[FileEntry], batches: &[BatchEntry]) -> Self {
        let rows = batches.iter().map(|batch| batch.rows).chain(files.iter().map(|file| file.rows)).sum::<i64>();
        Self {
            table,
            // A batch is merged once, so no two files share a name; a file of that name was left by a crash.
            path: format!("{}-{newest_batch:012}.parquet", table.name()),
            newest_batch,
            through_seq: batches.last().map_or(0, |batch| batch.added_seq),
            files: files.iter().map(|file| file.id).collect(),
            batches: batches.len() as u64,
            rows_read: rows as u64,
        }
    }
}

/// The newest of `files` that are small beside the rows to come.
fn newest_files(mut files: Vec<FileEntry>, fresh_rows: i64) -> Vec<FileEntry> {
    let mut rows = fresh_rows;
    let mut first = files.len();
    for (at, file) in files.iter().enumerate().rev() {
        if file.rows > rows.saturating_mul(FILE_RATIO) {
            break;
        }
        rows += file.rows;
        first = at;
    }
    files.split_off(first)
}

async fn remove_batches(
    tx: &mut SqliteConnection,
    change: &Change,
    (seq, now): (i64, Instant),
    sealed: &mut Seal,
) -> Result<(), Error> {
    let remove = format!(
        "update batches set removed_seq = ?, removed_at = ? where table_name = ? and removed_seq is null and id <= ?
         returning {LIVE_BATCH_TEXT}, {BATCH_TEXT}"
    );
    let removed: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(remove))
        .bind(seq)
        .bind(now.0)
        .bind(change.table.name())
        .bind(change.newest_batch)
        .fetch_all(tx)
        .await
        .map_err(storage)?;
    exchange(&removed, sealed);
    Ok(())
}
