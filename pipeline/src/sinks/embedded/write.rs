//! One batch as one transaction: rows, folds, counts and position.

use arrow::array::RecordBatch;
use schemas::{
    Instant, Offset,
    ingestion::EventCounts,
    manifest::{
        self,
        seal::{BATCH_TEXT, Seal},
    },
    tables::Table,
};
use sqlx::{AssertSqlSafe, QueryBuilder, Sqlite, SqliteConnection, SqlitePool};

use super::{database::storage, read, seal};
use crate::sinks::{Error, Fold, RowBatch};

/// Folds in one statement, largest first: few shapes, so that SQLite prepares each only once.
const FOLD_STATEMENTS: [usize; 3] = [256, 16, 1];

pub(super) async fn write(
    pool: &SqlitePool,
    batch: RowBatch,
    topic: &str,
    next: Offset,
    now: Instant,
) -> Result<(), Error> {
    let RowBatch { rows, folds, counts } = batch;
    // Outside the transaction: packing takes longer than writing.
    let rows = pack(rows)?;

    let mut tx = pool.begin_with("begin immediate").await.map_err(storage)?;
    if next <= position(&mut tx, topic).await? {
        return tx.rollback().await.map_err(storage);
    }
    let mut sealed = seal::load(&mut tx).await?;
    let seq = commit_seq(&mut tx, now).await?;
    for packed in &rows {
        insert_rows(&mut tx, seq, packed, &mut sealed).await?;
    }
    upsert_folds(&mut tx, &folds).await?;
    add_counts(&mut tx, &counts).await?;
    set_position(&mut tx, topic, next).await?;
    seal::save(&mut tx, sealed).await?;
    tx.commit().await.map_err(storage)
}

/// Begins a commit: the number under which its changes become visible.
pub(super) async fn commit_seq(tx: &mut SqliteConnection, now: Instant) -> Result<i64, Error> {
    sqlx::query_scalar(
        "insert into commits (seq, committed_at) select coalesce(max(seq), 0) + 1, ? from commits returning seq",
    )
    .bind(now.0)
    .fetch_one(tx)
    .await
    .map_err(storage)
}

/// The offset after the last record of `topic` whose rows are kept.
pub(super) async fn position(tx: &mut SqliteConnection, topic: &str) -> Result<Offset, Error> {
    let next: Option<i64> = sqlx::query_scalar("select next_offset from positions where topic = ?")
        .bind(topic)
        .fetch_optional(tx)
        .await
        .map_err(storage)?;
    Ok(Offset(next.unwrap_or(0) as u64))
}

struct Packed {
    table: Table,
    rows: i64,
    crc32: u32,
    data: Vec<u8>,
}

fn pack(rows: Vec<(Table, RecordBatch)>) -> Result<Vec<Packed>, Error> {
    rows.into_iter().filter(|(_, rows)| rows.num_rows() > 0).map(|(table, rows)| pack_one(table, &rows)).collect()
}

fn pack_one(table: Table, rows: &RecordBatch) -> Result<Packed, Error> {
    let refused = |reason: String| Error::Refused { table: table.name(), reason };
    if rows.schema() != table.arrow_schema() {
        return Err(refused(format!("its columns are {}", rows.schema())));
    }
    let (data, crc32) = manifest::pack(rows).map_err(|error| refused(error.to_string()))?;
    Ok(Packed { table, rows: rows.num_rows() as i64, crc32, data })
}

async fn insert_rows(tx: &mut SqliteConnection, seq: i64, packed: &Packed, sealed: &mut Seal) -> Result<(), Error> {
    let insert = format!(
        "insert into batches (table_name, added_seq, rows, bytes, crc32, data) values (?, ?, ?, ?, ?, ?)
         returning {BATCH_TEXT}"
    );
    let text: String = sqlx::query_scalar(AssertSqlSafe(insert))
        .bind(packed.table.name())
        .bind(seq)
        .bind(packed.rows)
        .bind(packed.data.len() as i64)
        .bind(i64::from(packed.crc32))
        .bind(packed.data.as_slice())
        .fetch_one(tx)
        .await
        .map_err(storage)?;
    sealed.add(&text);
    Ok(())
}

async fn upsert_folds(tx: &mut SqliteConnection, mut folds: &[Fold]) -> Result<(), Error> {
    for size in FOLD_STATEMENTS {
        let (now, later) = folds.split_at(folds.len() - folds.len() % size);
        for chunk in now.chunks(size) {
            let mut statement = QueryBuilder::<Sqlite>::new("insert into folds (space, id, state, crc32) ");
            statement.push_values(chunk, |mut row, fold| {
                let crc32 = i64::from(read::fold_checksum(&fold.space, fold.id, &fold.state));
                row.push_bind(fold.space.as_str()).push_bind(fold.id).push_bind(fold.state.as_slice()).push_bind(crc32);
            });
            statement.push(" on conflict (space, id) do update set state = excluded.state, crc32 = excluded.crc32");
            statement.build().execute(&mut *tx).await.map_err(storage)?;
        }
        folds = later;
    }
    Ok(())
}

async fn add_counts(tx: &mut SqliteConnection, counts: &EventCounts) -> Result<(), Error> {
    let named = [
        ("stored", counts.stored),
        ("repeated", counts.repeated),
        ("filtered", counts.filtered),
        ("dead", counts.dead),
    ];
    for (name, value) in named.into_iter().filter(|(_, value)| *value > 0) {
        sqlx::query(
            "insert into counts (name, value) values (?, ?) on conflict (name) do update set value = value + excluded.value",
        )
        .bind(name)
        .bind(value as i64)
        .execute(&mut *tx)
        .await
        .map_err(storage)?;
    }
    Ok(())
}

async fn set_position(tx: &mut SqliteConnection, topic: &str, next: Offset) -> Result<(), Error> {
    sqlx::query(
        "insert into positions (topic, next_offset) values (?, ?) on conflict (topic) do update set next_offset = excluded.next_offset",
    )
    .bind(topic)
    .bind(next.0 as i64)
    .execute(tx)
    .await
    .map_err(storage)?;
    Ok(())
}
