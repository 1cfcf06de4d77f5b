//! The table that stays on disk: open files, and fresh batches in memory.

use std::{
    collections::{BTreeMap, HashSet, btree_map::Entry},
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::array::RecordBatch;
use schemas::{manifest, tables::Table};

use super::listing::{BatchEntry, TableListing};
use crate::stores::{
    Error,
    chunk::Chunk,
    file::StoredFile,
    piece::{Piece, Pieces},
};

/// `ticket_events` as of one commit.
#[derive(Debug, Default)]
pub(super) struct History {
    files: BTreeMap<i64, Arc<StoredFile>>,
    batches: BTreeMap<i64, Arc<Chunk>>,
}

impl History {
    /// The batches that need not be read again.
    pub(super) fn known(&self) -> HashSet<i64> {
        self.batches.keys().copied().collect()
    }

    /// Follows the manifest; answers a file that it names and that is gone.
    pub(super) fn follow(&mut self, folder: &Path, listing: TableListing) -> Result<Option<PathBuf>, Error> {
        let live: HashSet<i64> = listing.files.iter().map(|file| file.id).collect();
        self.files.retain(|id, _| live.contains(id));
        let alive = listing.alive.unwrap_or_default();
        self.batches.retain(|id, _| alive.contains(id));
        for file in listing.files {
            if let Entry::Vacant(new) = self.files.entry(file.id) {
                let path = folder.join(&file.path);
                let Some(opened) = StoredFile::open(listing.table, &path, file.crc32)? else { return Ok(Some(path)) };
                new.insert(Arc::new(opened));
            }
        }
        for batch in listing.batches {
            let rows = unpacked(listing.table, &batch)?;
            self.batches.insert(batch.id, Arc::new(Chunk::new(rows)));
        }
        Ok(None)
    }

    /// Row groups and batches as they are now.
    pub(super) fn pieces(&self) -> Pieces {
        let group = |file: &Arc<StoredFile>| {
            let file = Arc::clone(file);
            (0..file.groups()).map(move |group| Piece::Group(Arc::clone(&file), group, None))
        };
        let groups = self.files.values().flat_map(group);
        let fresh = self.batches.values().map(|chunk| Piece::Chunk(Arc::clone(chunk)));
        Pieces { table: Table::TicketEvents, pieces: groups.chain(fresh).collect() }
    }
}

/// The rows of a batch.
pub(super) fn unpacked(table: Table, batch: &BatchEntry) -> Result<RecordBatch, Error> {
    manifest::unpack(table, &batch.data, batch.crc32).map_err(|error| Error::Damaged {
        place: format!("batch {} of {}", batch.id, table.name()),
        reason: error.to_string(),
    })
}
