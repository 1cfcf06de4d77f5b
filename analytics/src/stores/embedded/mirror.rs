//! What was read of one generation so far, and how it follows the manifest.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use schemas::{Offset, tables::Table};
use sqlx::SqliteConnection;

use super::{
    history::{History, unpacked},
    indexed::Indexed,
    listing::{self, Listing, TableListing},
};
use crate::stores::{
    Error, Snapshot,
    dimensions::CurrentRows,
    facts::Facts,
    file::StoredFile,
    piece::{Piece, Pieces, broken},
    state::State,
};

/// Commits that fit below a generation's number in a snapshot's version: more than anybody will make.
const COMMIT_BITS: u32 = 36;

/// The mirror of a generation.
#[derive(Debug)]
pub(super) struct Mirror {
    name: String,
    connection: SqliteConnection,
    /// The tables without their connection, so that a thread for long work can have them.
    tables: Tables,
    snapshot: Option<Arc<State>>,
}

/// What following the manifest came to.
#[derive(Debug)]
pub(super) enum Refreshed {
    /// Everything of one commit was read.
    Whole(Box<Mirror>),
    /// A file went away meanwhile, and what was read is of no use any more.
    Gone(PathBuf),
}

#[derive(Debug)]
struct Tables {
    folder: PathBuf,
    seq: Option<i64>,
    facts: Vec<Facts>,
    history: History,
    clocks: Indexed,
    dimensions: CurrentRows,
}

impl Mirror {
    /// Opens a generation; nothing of it is read yet.
    pub(super) async fn open(store: &Path, name: &str) -> Result<Self, Error> {
        let folder = store.join(name);
        let connection = listing::connect(&folder).await?;
        let facts = [Table::Tickets, Table::TicketSpans, Table::Dimensions].map(Facts::new).into();
        let (history, clocks) = (History::default(), Indexed::new(Table::SlaClocks));
        let tables = Tables { folder, seq: None, facts, history, clocks, dimensions: CurrentRows::default() };
        Ok(Self { name: name.to_owned(), connection, tables, snapshot: None })
    }

    /// Whether it mirrors the generation of that name.
    pub(super) fn is_of(&self, name: &str) -> bool {
        self.name == name
    }

    /// The state after the last refresh.
    pub(super) fn snapshot(&self) -> Arc<dyn Snapshot> {
        match &self.snapshot {
            Some(state) => Arc::clone(state) as Arc<dyn Snapshot>,
            None => Arc::new(self.tables.state(&self.name, Offset(0))),
        }
    }

    /// Follows the manifest.
    pub(super) async fn refresh(mut self) -> Result<Refreshed, Error> {
        let seq =
            listing::newest(&mut self.connection).await.map_err(|error| listing::at(&self.tables.folder, error))?;
        if self.snapshot.is_some() && self.tables.seq == Some(seq) {
            return Ok(Refreshed::Whole(Box::new(self)));
        }
        let mut known = self.tables.history.known();
        known.extend(self.tables.clocks.known());
        let listing = listing::changes(&mut self.connection, self.tables.seq, &known).await;
        let listing = listing.map_err(|error| listing::at(&self.tables.folder, error))?;
        let offset = listing.offset;

        let Self { name, connection, mut tables, .. } = self;
        let following = tokio::task::spawn_blocking(move || tables.follow(listing).map(|gone| (tables, gone)));
        let followed = following.await.map_err(|error| Error::Storage(format!("reading {name}: {error}")))?;
        let (tables, gone) = followed?;
        if let Some(path) = gone {
            return Ok(Refreshed::Gone(path));
        }
        let snapshot = Some(Arc::new(tables.state(&name, offset)));
        Ok(Refreshed::Whole(Box::new(Self { name, connection, tables, snapshot })))
    }
}

impl Tables {
    /// Takes changes in; answers a file that should be there and is gone.
    fn follow(&mut self, listing: Listing) -> Result<Option<PathBuf>, Error> {
        for table in listing.tables {
            let gone = match table.table {
                Table::TicketEvents => self.history.follow(&self.folder, table)?,
                of if of == self.clocks.table() => self.clocks.follow(&self.folder, table)?,
                _ => self.follow_facts(&table)?,
            };
            if gone.is_some() {
                return Ok(gone);
            }
        }
        self.seq = Some(listing.seq);
        Ok(None)
    }

    fn follow_facts(&mut self, listing: &TableListing) -> Result<Option<PathBuf>, Error> {
        let table = listing.table;
        let Some(at) = self.facts.iter().position(|facts| facts.table() == table) else { return Ok(None) };
        if !listing.adds {
            self.facts[at] = Facts::new(table);
        }
        for file in &listing.files {
            let path = self.folder.join(&file.path);
            let opened = StoredFile::open(table, &path, file.crc32)?;
            let Some(opened) = opened.map(Arc::new) else { return Ok(Some(path)) };
            let (facts, dimensions) = (&mut self.facts[at], &mut self.dimensions);
            let rows = opened.read((0..opened.groups()).collect(), None, None)?.map(|rows| {
                let rows = rows?;
                if table == Table::Dimensions {
                    dimensions.add(&rows)?;
                }
                Ok::<_, Error>(rows)
            });
            facts.add_run(rows)?;
        }
        for batch in &listing.batches {
            let rows = unpacked(table, batch)?;
            if table == Table::Dimensions {
                self.dimensions.add(&rows)?;
            }
            self.facts[at].add(rows).map_err(broken)?;
        }
        Ok(None)
    }

    fn state(&self, name: &str, offset: Offset) -> State {
        let chunks = |facts: &Facts| {
            let pieces = facts.chunks().iter().map(|chunk| Piece::Chunk(Arc::clone(chunk))).collect();
            Arc::new(Pieces { table: facts.table(), pieces })
        };
        let mut tables: Vec<_> = self.facts.iter().map(chunks).collect();
        tables.extend([Arc::new(self.history.pieces()), Arc::new(self.clocks.pieces())]);
        // A rebuild counts its commits from the start again, so the generation leads.
        let generation: u64 = name.rsplit_once('-').and_then(|(_, number)| number.parse().ok()).unwrap_or(0);
        let version = (generation << COMMIT_BITS) + self.seq.unwrap_or(0) as u64;
        State { version, offset, tables, dimensions: self.dimensions.current() }
    }
}
