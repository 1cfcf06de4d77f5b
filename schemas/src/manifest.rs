//! The embedded store on disk: what its writer and its readers agree on.
//!
//! A store is a folder `store/` of the data directory. The file `CURRENT` in it holds the name of the generation folder in use,
//! such as `generation-1`, and the name's checksum. A generation holds `manifest.sqlite` and Parquet files. A reader sees the state after a whole commit: it
//! takes the greatest `commits.seq`, then the files and batches that are alive at it. A file that a compaction replaced stays on
//! disk for [`FILE_GRACE_SECONDS`] and longer; a reader that still meets a missing file starts over with the newest state.

mod blob;
mod current;
pub mod seal;

pub use blob::{BlobError, pack, unpack};
pub use current::{current_line, current_number, generation_name, generation_number};

/// The topic whose position says how far the store has come.
pub const TOPIC: &str = "tickets";
/// The folder of the store in the data directory.
pub const STORE: &str = "store";
/// The file that names the generation in use.
pub const CURRENT: &str = "CURRENT";
/// The manifest of a generation.
pub const MANIFEST: &str = "manifest.sqlite";
/// How long a replaced file stays on disk.
pub const FILE_GRACE_SECONDS: i64 = 120;
/// The layout's version, kept in SQLite's `user_version`.
pub const LAYOUT_VERSION: i64 = 2;
/// The oldest layout that is still read; its manifests bear no seal until a writer opens them.
pub const LAYOUT_UNSEALED: i64 = 1;

/// The tables of a manifest.
///
/// `batches` holds fresh rows as Arrow IPC streams; `files` names Parquet files beside the manifest. Both are alive at commit `s`
/// when `added_seq <= s` and (`removed_seq` is null or `removed_seq > s`). The rows of a file come before those of every file with a
/// greater `id` and of every batch alive beside it; of two rows of a ticket with one `ticket_version` the later counts. A file holds
/// no row of a commit after its `through_seq`. The rows of a removed batch are deleted [`FILE_GRACE_SECONDS`] after its removal
/// or later, and `purged` then tells up to which commit: who knows that commit can go on by reading batches alone. `positions` holds the offset after the last record whose
/// rows are in the store. `counts` holds the conservation counts of events. `folds` is the projection's working state, a cache. `seal` says what the
/// rows of the others add up to, see [`seal`].
pub const TABLES: &str = "
create table if not exists commits (
    seq integer primary key,
    committed_at integer not null
) strict;
create table if not exists batches (
    id integer primary key autoincrement,
    table_name text not null,
    added_seq integer not null,
    removed_seq integer,
    removed_at integer,
    rows integer not null,
    bytes integer not null,
    crc32 integer not null,
    data blob not null
) strict;
create index if not exists batches_alive on batches (table_name, removed_seq, added_seq);
create index if not exists batches_added on batches (added_seq);
create table if not exists files (
    id integer primary key autoincrement,
    table_name text not null,
    path text not null unique,
    added_seq integer not null,
    through_seq integer not null,
    removed_seq integer,
    removed_at integer,
    rows integer not null,
    bytes integer not null,
    crc32 integer not null
) strict;
create table if not exists purged (
    table_name text primary key,
    through_seq integer not null
) strict, without rowid;
create table if not exists positions (
    topic text primary key,
    next_offset integer not null
) strict, without rowid;
create table if not exists counts (
    name text primary key,
    value integer not null
) strict, without rowid;
create table if not exists folds (
    space text not null,
    id integer not null,
    state blob not null,
    crc32 integer,
    primary key (space, id)
) strict, without rowid;
create table if not exists seal (
    only integer primary key check (only = 1),
    seq integer not null,
    parts integer not null,
    total integer not null,
    figures integer not null,
    crc32 integer not null
) strict;
";
