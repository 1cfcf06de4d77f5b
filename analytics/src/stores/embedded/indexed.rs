//! A versioned table that stays on disk: open files and fresh batches, and in memory only where each ticket's rows are.
//!
//! State per ticket with rows: about 40 bytes.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::BuildHasherDefault,
    path::{Path, PathBuf},
    sync::Arc,
};

use arrow::{
    array::{AsArray, RecordBatch},
    datatypes::Int64Type,
};
use schemas::tables::{self, Part as Rows, Table};

use super::{history::unpacked, listing::TableListing};
use crate::stores::{
    Error,
    chunk::Chunk,
    facts::IdHasher,
    file::StoredFile,
    piece::{Live, Piece, Pieces, broken},
};

/// A file or a batch, by its id in the manifest. Batches that live are later than every file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    File(i64),
    Batch(i64),
}

/// Where a ticket's rows are.
#[derive(Clone, Copy, Debug)]
struct Place {
    version: i64,
    part: Name,
    first: u32,
    count: u32,
}

#[derive(Debug)]
enum Part {
    File { file: Arc<StoredFile>, groups: Vec<Group> },
    Batch(Arc<Chunk>),
}

/// A row group.
#[derive(Debug)]
struct Group {
    first: usize,
    /// One bit for each row that no longer counts; empty while all do.
    dead: Vec<u64>,
    /// What is left, once some rows do not count.
    live: Option<Arc<Live>>,
}

/// One table as of one commit.
#[derive(Debug)]
pub(super) struct Indexed {
    table: Table,
    parts: BTreeMap<Name, Part>,
    places: HashMap<i64, Place, BuildHasherDefault<IdHasher>>,
    ids: [usize; 2],
}

impl Indexed {
    /// No rows yet.
    pub(super) fn new(table: Table) -> Self {
        let column = |name: &str| table.columns().iter().position(|column| column.name == name).unwrap_or(usize::MAX);
        let ids = [column("ticket_id"), column("ticket_version")];
        Self { table, parts: BTreeMap::new(), places: HashMap::default(), ids }
    }

    /// Whose rows they are.
    pub(super) fn table(&self) -> Table {
        self.table
    }

    /// The batches that need not be read again.
    pub(super) fn known(&self) -> impl Iterator<Item = i64> {
        self.parts.keys().filter_map(|name| match name {
            Name::Batch(id) => Some(*id),
            Name::File(_) => None,
        })
    }

    /// Follows the manifest; answers a file that it names and that is gone.
    pub(super) fn follow(&mut self, folder: &Path, listing: TableListing) -> Result<Option<PathBuf>, Error> {
        let files: HashSet<i64> = listing.files.iter().map(|file| file.id).collect();
        let alive = listing.alive.unwrap_or_default();
        self.parts.retain(|name, _| match name {
            Name::File(id) => files.contains(id),
            Name::Batch(id) => alive.contains(id),
        });
        for entry in listing.files {
            let name = Name::File(entry.id);
            if self.parts.contains_key(&name) {
                continue;
            }
            let path = folder.join(&entry.path);
            let opened = StoredFile::open(self.table, &path, entry.crc32)?;
            let Some(file) = opened.map(Arc::new) else { return Ok(Some(path)) };
            self.add_file(name, file)?;
        }
        for batch in listing.batches {
            let rows = Rows { age: 0, rows: unpacked(self.table, &batch)? };
            let sorted = tables::merge(self.table, &[rows], usize::MAX).map_err(broken)?;
            let Some(rows) = sorted.into_iter().next() else { continue };
            let (tickets, versions) = self.numbers(&rows, self.ids)?;
            let name = Name::Batch(batch.id);
            self.parts.insert(name, Part::Batch(Arc::new(Chunk::new(rows))));
            self.take(name, &tickets, &versions);
        }
        for part in self.parts.values_mut() {
            if let Part::File { file, groups } = part {
                groups.iter_mut().enumerate().for_each(|(at, group)| group.settle(file.rows(at)));
            }
        }
        Ok(None)
    }

    /// Row groups and batches as they are now.
    pub(super) fn pieces(&self) -> Pieces {
        let mut pieces = Vec::new();
        for part in self.parts.values() {
            match part {
                Part::Batch(chunk) => pieces.push(Piece::Chunk(Arc::clone(chunk))),
                Part::File { file, groups } => {
                    let group = |(at, group): (usize, &Group)| Piece::Group(Arc::clone(file), at, group.live.clone());
                    pieces.extend(groups.iter().enumerate().map(group));
                }
            }
        }
        Pieces { table: self.table, pieces }
    }

    fn add_file(&mut self, name: Name, file: Arc<StoredFile>) -> Result<(), Error> {
        let (mut tickets, mut versions) = (Vec::new(), Vec::new());
        for rows in file.read((0..file.groups()).collect(), Some(&self.ids), None)? {
            let (more, of_them) = self.numbers(&rows?, [0, 1])?;
            tickets.extend(more);
            versions.extend(of_them);
        }
        let mut first = 0;
        let groups = (0..file.groups()).map(|group| {
            let begin = first;
            first += file.rows(group);
            Group { first: begin, dead: Vec::new(), live: None }
        });
        let groups = groups.collect();
        self.parts.insert(name, Part::File { file, groups });
        self.take(name, &tickets, &versions);
        Ok(())
    }

    fn numbers(&self, rows: &RecordBatch, columns: [usize; 2]) -> Result<(Vec<i64>, Vec<i64>), Error> {
        let numbers = |column: usize| {
            let numbers = rows.columns().get(column).and_then(|column| column.as_primitive_opt::<Int64Type>());
            let missing = || Error::Storage(format!("rows of {} without ticket and version", self.table.name()));
            Ok::<_, Error>(numbers.ok_or_else(missing)?.values().to_vec())
        };
        Ok((numbers(columns[0])?, numbers(columns[1])?))
    }

    /// Notes where the tickets of a new part are; rows of older versions no longer count, wherever they are.
    fn take(&mut self, name: Name, tickets: &[i64], versions: &[i64]) {
        let mut at = 0;
        for same in tickets.chunk_by(|one, next| one == next) {
            let place = Place { version: versions[at], part: name, first: at as u32, count: same.len() as u32 };
            at += same.len();
            let known = self.places.get(&same[0]).copied().filter(|known| self.parts.contains_key(&known.part));
            match known {
                Some(known) if is_later(known, place) => self.kill(place),
                known => {
                    if let Some(known) = known {
                        self.kill(known);
                    }
                    self.places.insert(same[0], place);
                }
            }
        }
    }

    fn kill(&mut self, place: Place) {
        for row in place.first as usize..(place.first + place.count) as usize {
            match self.parts.get_mut(&place.part) {
                Some(Part::Batch(chunk)) => Arc::make_mut(chunk).kill(row),
                Some(Part::File { file, groups }) => {
                    let at = groups.partition_point(|group| group.first <= row).saturating_sub(1);
                    if let Some(group) = groups.get_mut(at) {
                        group.kill(row - group.first, file.rows(at));
                    }
                }
                None => {}
            }
        }
    }
}

/// Whether rows that are known count rather than those of a new part. Rows that were repaired bear the version they had: a
/// batch that lives is later than a file that comes to be beside it.
fn is_later(known: Place, new: Place) -> bool {
    known.version > new.version || (known.version == new.version && known.part > new.part)
}

impl Group {
    fn kill(&mut self, row: usize, rows: usize) {
        if self.dead.is_empty() {
            self.dead = vec![0; rows.div_ceil(64)];
        }
        self.dead[row / 64] |= 1 << (row % 64);
        self.live = None;
    }

    /// Says what is left after some rows were taken out.
    fn settle(&mut self, rows: usize) {
        if !self.dead.is_empty() && self.live.is_none() {
            let counts = |row: usize| self.dead[row / 64] & (1 << (row % 64)) == 0;
            self.live = Some(Arc::new(Live::of((0..rows).map(counts))));
        }
    }
}
