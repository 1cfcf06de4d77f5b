//! Removing what nobody needs: leftovers of a crash, replaced files and batches, and old generations.

use std::{
    collections::HashSet,
    fs,
    time::{Duration, UNIX_EPOCH},
};

use schemas::{
    Instant,
    manifest::{
        self,
        seal::{BATCH_TEXT, FILE_TEXT},
    },
    tables::Table,
};
use sqlx::AssertSqlSafe;

use super::{EmbeddedSink, database::storage, folder, seal};
use crate::sinks::Error;

/// Batches deleted in one transaction, so that a writer never waits long.
const DELETED_BATCHES_MAX: i64 = 64;
/// Commits whose time is kept.
const COMMITS_KEPT: i64 = 100_000;

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Replaced batches.
    pub batches: u64,
    /// Replaced files.
    pub files: u64,
    /// Generations before the one in use.
    pub generations: u64,
}

impl EmbeddedSink {
    /// Removes files that the manifest does not name. Only while nobody writes one.
    pub(super) async fn sweep_orphans(&self) -> Result<(), Error> {
        let named: Vec<String> =
            sqlx::query_scalar("select path from files").fetch_all(&self.writer).await.map_err(storage)?;
        let named: HashSet<String> = named.into_iter().collect();
        let folder = &self.generation.folder;
        for name in folder::names(folder)? {
            if !name.starts_with(manifest::MANIFEST) && !named.contains(&name) {
                tracing::info!(file = name, "removing a file that no commit names");
                folder::remove_file(&folder.join(name))?;
            }
        }
        Ok(())
    }

    /// Removes what was replaced longer ago than the grace.
    pub(super) async fn sweep(&self, now: Instant) -> Result<Swept, Error> {
        let before = now.plus_seconds(-self.config.grace_s);
        let mut swept = Swept { files: self.sweep_files(before).await?, ..Swept::default() };
        for table in Table::ALL {
            swept.batches += self.sweep_batches(table, before).await?;
        }
        swept.generations = self.sweep_generations(now)?;
        sqlx::query("delete from commits where seq <= (select max(seq) from commits) - ?")
            .bind(COMMITS_KEPT)
            .execute(&self.writer)
            .await
            .map_err(storage)?;
        Ok(swept)
    }

    async fn sweep_files(&self, before: Instant) -> Result<u64, Error> {
        // The name goes before the file: a crash in between leaves an orphan, never a name without a file.
        let mut tx = self.writer.begin_with("begin immediate").await.map_err(storage)?;
        let delete = format!("delete from files where removed_at < ? returning path, {FILE_TEXT}");
        let deleted: Vec<(String, String)> =
            sqlx::query_as(AssertSqlSafe(delete)).bind(before.0).fetch_all(&mut *tx).await.map_err(storage)?;
        if deleted.is_empty() {
            return tx.rollback().await.map_err(storage).map(|()| 0);
        }
        let mut sealed = seal::load(&mut tx).await?;
        for (_, text) in &deleted {
            sealed.forget(text);
        }
        seal::save(&mut tx, sealed).await?;
        tx.commit().await.map_err(storage)?;
        for (path, _) in &deleted {
            folder::remove_file(&self.generation.folder.join(path))?;
        }
        Ok(deleted.len() as u64)
    }

    async fn sweep_batches(&self, table: Table, before: Instant) -> Result<u64, Error> {
        let mut deleted = 0;
        loop {
            let mut tx = self.writer.begin_with("begin immediate").await.map_err(storage)?;
            let delete = format!(
                "delete from batches where id in (
                     select id from batches where table_name = ? and removed_seq is not null and removed_at < ?
                     order by id limit ?
                 ) returning added_seq, {BATCH_TEXT}"
            );
            let removed: Vec<(i64, String)> = sqlx::query_as(AssertSqlSafe(delete))
                .bind(table.name())
                .bind(before.0)
                .bind(DELETED_BATCHES_MAX)
                .fetch_all(&mut *tx)
                .await
                .map_err(storage)?;
            let Some(through) = removed.iter().map(|(seq, _)| seq).max() else {
                return tx.rollback().await.map_err(storage).map(|()| deleted);
            };
            let mut sealed = seal::load(&mut tx).await?;
            for (_, text) in &removed {
                sealed.forget(text);
            }
            sqlx::query(
                "insert into purged (table_name, through_seq) values (?, ?)
                 on conflict (table_name) do update set through_seq = max(through_seq, excluded.through_seq)",
            )
            .bind(table.name())
            .bind(through)
            .execute(&mut *tx)
            .await
            .map_err(storage)?;
            seal::save(&mut tx, sealed).await?;
            tx.commit().await.map_err(storage)?;
            deleted += removed.len() as u64;
        }
    }

    fn sweep_generations(&self, now: Instant) -> Result<u64, Error> {
        let Some(in_use) = folder::current(&self.data_dir)? else { return Ok(0) };
        let path = self.data_dir.join(manifest::STORE).join(manifest::CURRENT);
        let swapped = fs::metadata(&path)
            .and_then(|metadata| metadata.modified())
            .map_err(|error| folder::storage(&path, &error))?;
        let age = Duration::from_secs(now.seconds().max(0) as u64)
            .saturating_sub(swapped.duration_since(UNIX_EPOCH).unwrap_or_default());
        if age.as_secs() as i64 <= self.config.grace_s {
            return Ok(0);
        }
        let old: Vec<_> = folder::all(&self.data_dir)?
            .into_iter()
            // A sink whose store was replaced under it must not remove its own.
            .filter(|generation| generation.number < in_use.number && *generation != self.generation)
            .collect();
        for generation in &old {
            folder::remove(generation)?;
        }
        Ok(old.len() as u64)
    }
}
