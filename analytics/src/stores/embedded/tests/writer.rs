//! A writer that knows the contract and nothing else.

use std::{
    fs,
    path::{Path, PathBuf},
};

use arrow::array::RecordBatch;
use parquet::{arrow::ArrowWriter, file::properties::WriterProperties, schema::types::ColumnPath};
use schemas::{
    manifest::{CURRENT, LAYOUT_UNSEALED, MANIFEST, STORE, TABLES, pack, unpack},
    tables::{self, Part, Table},
};
use sqlx::{AssertSqlSafe, ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use tempfile::TempDir;

use crate::stores::{embedded::EmbeddedStore, suite::Rows};

/// A data directory with one open generation.
pub(super) struct Writer {
    pub(super) data: TempDir,
    pub(super) folder: PathBuf,
    pub(super) manifest: SqliteConnection,
}

impl Writer {
    pub(super) async fn new() -> Self {
        let data = TempDir::new().unwrap();
        let (folder, manifest) = generation(&data, 1).await;
        let writer = Self { data, folder, manifest };
        writer.name_current("generation-1");
        writer
    }

    pub(super) fn name_current(&self, name: &str) {
        fs::write(self.data.path().join(STORE).join(CURRENT), format!("{name}\n")).unwrap();
    }

    pub(super) fn reader(&self) -> EmbeddedStore {
        EmbeddedStore::open(self.data.path())
    }

    pub(super) async fn run(&mut self, statement: String) {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&mut self.manifest).await.unwrap();
    }

    async fn seq(&mut self) -> i64 {
        sqlx::query_scalar(
            "insert into commits (seq, committed_at) select coalesce(max(seq), 0) + 1, 0 from commits returning seq",
        )
        .fetch_one(&mut self.manifest)
        .await
        .unwrap()
    }

    pub(super) async fn commit(&mut self, rows: Rows) {
        let seq = self.seq().await;
        for (table, rows) in rows {
            let (data, crc32) = pack(&rows).unwrap();
            sqlx::query(
                "insert into batches (table_name, added_seq, rows, bytes, crc32, data) values (?, ?, ?, 0, ?, ?)",
            )
            .bind(table.name())
            .bind(seq)
            .bind(rows.num_rows() as i64)
            .bind(i64::from(crc32))
            .bind(data)
            .execute(&mut self.manifest)
            .await
            .unwrap();
        }
        self.run(format!("replace into positions (topic, next_offset) values ('tickets', {})", seq * 10)).await;
    }

    /// Puts all batches and files of a table into one file.
    pub(super) async fn compact(&mut self, table: Table, older: &[RecordBatch]) -> PathBuf {
        let batches: Vec<(i64, i64, Vec<u8>)> = sqlx::query_as(
            "select added_seq, crc32, data from batches where table_name = ? and removed_seq is null order by id",
        )
        .bind(table.name())
        .fetch_all(&mut self.manifest)
        .await
        .unwrap();
        let through = batches.last().unwrap().0;
        let mut parts: Vec<Part> = older.iter().map(|rows| Part { age: 0, rows: rows.clone() }).collect();
        parts.extend(
            batches
                .iter()
                .map(|(seq, crc32, data)| Part { age: *seq as u64, rows: unpack(table, data, *crc32 as u32).unwrap() }),
        );
        let seq = self.seq().await;
        let name = format!("{}-{seq}.parquet", table.name());
        let path = self.folder.join(&name);
        write_file(&path, table, &tables::merge(table, &parts, 1000).unwrap());
        let crc32 = crc32fast::hash(&fs::read(&path).unwrap());
        let table = table.name();
        self.run(format!(
            "update batches set removed_seq = {seq}, removed_at = 0 where table_name = '{table}' and removed_seq is null;
             update files set removed_seq = {seq}, removed_at = 0 where table_name = '{table}' and removed_seq is null;
             insert into files (table_name, path, added_seq, through_seq, rows, bytes, crc32)
             values ('{table}', '{name}', {seq}, {through}, 0, 0, {crc32})"
        ))
        .await;
        path
    }

    pub(super) async fn purge(&mut self) {
        self.run(
            "replace into purged select table_name, max(added_seq) from batches where removed_seq is not null group by 1;
             delete from batches where removed_seq is not null"
                .into(),
        )
        .await;
    }
}

pub(super) async fn generation(data: &TempDir, number: u64) -> (PathBuf, SqliteConnection) {
    let folder = data.path().join(STORE).join(format!("generation-{number}"));
    fs::create_dir_all(&folder).unwrap();
    let options = SqliteConnectOptions::new().filename(folder.join(MANIFEST)).create_if_missing(true);
    let mut manifest = options.pragma("journal_mode", "wal").connect().await.unwrap();
    sqlx::raw_sql(TABLES).execute(&mut manifest).await.unwrap();
    let version = AssertSqlSafe(format!("pragma user_version = {LAYOUT_UNSEALED}"));
    sqlx::raw_sql(version).execute(&mut manifest).await.unwrap();
    (folder, manifest)
}

fn write_file(path: &Path, table: Table, batches: &[RecordBatch]) {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(4000))
        .set_data_page_row_count_limit(500)
        .set_write_batch_size(100)
        .set_column_bloom_filter_enabled(ColumnPath::from("ticket_id"), table != Table::Dimensions)
        .build();
    let mut writer =
        ArrowWriter::try_new(fs::File::create(path).unwrap(), table.arrow_schema(), Some(properties)).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.close().unwrap();
}
