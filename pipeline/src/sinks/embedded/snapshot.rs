//! Publishing a consistent state as a folder of plain Parquet, for readers that know nothing of Farol.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use schemas::{Offset, manifest, tables::Table};
use serde::Serialize;
use sqlx::Connection;

use super::{
    database::{self, storage},
    file,
    folder::{self, Generation},
    merge::Merge,
    parts::{self, BatchEntry, FileEntry},
    seal, write,
};
use crate::sinks::Error;

/// The file of a published folder that says which state it shows.
const ABOUT: &str = "snapshot.json";
/// A compaction may remove a file while it is being read: how often to start over.
const ATTEMPTS_MAX: u32 = 3;

/// A published state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Published {
    /// The offset after the last event in it.
    pub offset: Offset,
    /// The store's commit that it shows.
    pub commit: i64,
    /// Rows of each table.
    pub rows: Vec<(&'static str, u64)>,
}

/// Publishes the state of the store in `data_dir` as `dir/<table>/*.parquet`; works beside a running writer.
///
/// `dir` appears whole or not at all. One that an earlier call published is replaced; any other folder with something in it is refused.
pub async fn publish(data_dir: &Path, dir: &Path) -> Result<Published, Error> {
    refuse_foreign(dir)?;
    let mut attempt = 1;
    loop {
        let Some(generation) = folder::current(data_dir)? else {
            return Err(Error::Storage(format!("{}: nothing is stored yet", data_dir.display())));
        };
        match publish_generation(&generation, dir).await {
            Err(Error::Damaged { .. } | Error::Storage(_)) if attempt < ATTEMPTS_MAX => attempt += 1,
            other => return other,
        }
    }
}

async fn publish_generation(generation: &Generation, dir: &Path) -> Result<Published, Error> {
    let state = state(generation).await?;
    let (from, dir) = (generation.folder.clone(), dir.to_owned());
    let writing = tokio::task::spawn_blocking(move || write_folder(&from, &dir, state));
    writing.await.map_err(|error| Error::Storage(format!("publishing: {error}")))?
}

struct State {
    offset: Offset,
    commit: i64,
    tables: Vec<(Table, Vec<FileEntry>, Vec<BatchEntry>)>,
}

async fn state(generation: &Generation) -> Result<State, Error> {
    let mut connection = database::beside_a_writer(&generation.folder).await?;
    let mut tx = connection.begin().await.map_err(storage)?;
    if database::is_sealed(&mut tx).await? {
        seal::check(&mut tx).await.map_err(|error| database::at(&generation.folder, error))?;
    }
    let commit =
        sqlx::query_scalar("select coalesce(max(seq), 0) from commits").fetch_one(&mut *tx).await.map_err(storage)?;
    let offset = write::position(&mut tx, manifest::TOPIC).await?;
    let mut tables = Vec::new();
    for table in Table::ALL {
        let files = parts::files(&mut tx, table).await?;
        let batches = parts::batches(&mut tx, table, i64::MAX as u64).await?;
        tables.push((table, files, batches));
    }
    tx.commit().await.map_err(storage)?;
    connection.close().await.map_err(storage)?;
    Ok(State { offset, commit, tables })
}

fn write_folder(from: &Path, dir: &Path, state: State) -> Result<Published, Error> {
    let new = beside(dir, "new");
    clear(&new)?;
    let mut published = Published { offset: state.offset, commit: state.commit, rows: Vec::new() };
    for (table, files, batches) in state.tables {
        let folder = new.join(table.name());
        fs::create_dir_all(&folder).map_err(|error| folder::storage(&folder, &error))?;
        let merge = Merge::new(table, parts::runs(table, from, &files, &batches)?);
        let written = file::write(&folder.join("part-0.parquet"), table, merge)?;
        folder::sync_folder(&folder)?;
        published.rows.push((table.name(), written.rows));
    }
    write_about(&new.join(ABOUT), &published)?;
    folder::sync_folder(&new)?;
    swap(&new, dir)?;
    Ok(published)
}

fn write_about(path: &Path, published: &Published) -> Result<(), Error> {
    let text = serde_json::to_vec_pretty(published).map_err(|error| Error::Storage(error.to_string()))?;
    let written = File::create(path).and_then(|mut file| {
        file.write_all(&text)?;
        file.sync_all()
    });
    written.map_err(|error| folder::storage(path, &error))
}

fn swap(new: &Path, dir: &Path) -> Result<(), Error> {
    let old = beside(dir, "old");
    clear(&old)?;
    if dir.exists() {
        fs::rename(dir, &old).map_err(|error| folder::storage(dir, &error))?;
    }
    fs::rename(new, dir).map_err(|error| folder::storage(dir, &error))?;
    clear(&old)?;
    match dir.parent() {
        Some(parent) if parent != Path::new("") => folder::sync_folder(parent),
        _ => folder::sync_folder(Path::new(".")),
    }
}

fn refuse_foreign(dir: &Path) -> Result<(), Error> {
    if folder::names(dir)?.is_empty() || dir.join(ABOUT).exists() {
        return Ok(());
    }
    Err(Error::Storage(format!("{} is not empty and holds no earlier snapshot", dir.display())))
}

fn clear(folder: &Path) -> Result<(), Error> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(folder::storage(folder, &error)),
        _ => Ok(()),
    }
}

/// A name beside `dir`, on the same disk, that nobody takes for a table.
fn beside(dir: &Path, purpose: &str) -> PathBuf {
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    dir.with_file_name(format!(".{name}.{purpose}"))
}
