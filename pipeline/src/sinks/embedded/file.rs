//! Writing a Parquet file so that it is on disk, whole and checkable.

use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
};

use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::properties::{EnabledStatistics, WriterProperties},
    schema::types::ColumnPath,
};
use schemas::tables::Table;

use super::{folder, merge::Merge};
use crate::sinks::Error;

/// Rows in a row group, the unit that readers skip by statistics and Bloom filter.
const GROUP_ROWS_MAX: usize = 65_536;
/// Rows in a page, the unit that readers skip by the page index: a ticket has some dozens.
const PAGE_ROWS_MAX: usize = 1_024;
/// Columns of a ticket's events whose values hardly come again: a dictionary of them, read whole to get at one page, would
/// cost the reader more than it saves on disk.
const WITHOUT_DICTIONARY: [&str; 5] = ["event_id", "origin", "occurred_at", "sequence", "log_offset"];

/// What a file turned out as.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) crc32: u32,
}

/// Writes what `merge` yields; the file is durable when this returns, its name once the folder is synced.
pub(super) fn write(path: &Path, table: Table, mut merge: Merge) -> Result<Written, Error> {
    let file = File::create(path).map_err(|error| folder::storage(path, &error))?;
    let checked = Checked { inner: BufWriter::new(file), hasher: crc32fast::Hasher::new(), bytes: 0 };
    let failed = |error: ParquetError| Error::Storage(format!("{}: {error}", path.display()));

    let mut writer = ArrowWriter::try_new(checked, table.arrow_schema(), Some(properties(table))).map_err(failed)?;
    let mut rows = 0;
    while let Some(batch) = merge.next()? {
        rows += batch.num_rows() as u64;
        writer.write(&batch).map_err(failed)?;
    }
    let checked = writer.into_inner().map_err(failed)?;
    let Checked { inner, hasher, bytes } = checked;
    let file = inner.into_inner().map_err(|error| folder::storage(path, error.error()))?;
    file.sync_all().map_err(|error| folder::storage(path, &error))?;
    Ok(Written { rows, bytes, crc32: hasher.finalize() })
}

/// Opens a file after making sure that it is as it was written.
pub(super) fn open(path: &Path, crc32: u32) -> Result<File, Error> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => damaged(path, "the file is missing"),
        _ => folder::storage(path, &error),
    };
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).map_err(failed)? {
            0 => break,
            length => hasher.update(&buffer[..length]),
        }
    }
    let found = hasher.finalize();
    if found != crc32 {
        return Err(damaged(path, &format!("checksum is {found:08x}, expected {crc32:08x}")));
    }
    Ok(file)
}

/// The error that names a damaged file.
pub(super) fn damaged(path: &Path, reason: &str) -> Error {
    Error::Damaged { place: path.display().to_string(), reason: reason.to_owned() }
}

fn properties(table: Table) -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_created_by("farol".into())
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(GROUP_ROWS_MAX))
        .set_data_page_row_count_limit(PAGE_ROWS_MAX);
    if table == Table::TicketEvents {
        for column in WITHOUT_DICTIONARY {
            properties = properties.set_column_dictionary_enabled(ColumnPath::from(column), false);
        }
    }
    if table.has_tickets() {
        let ticket = ColumnPath::from("ticket_id");
        properties
            .set_column_bloom_filter_enabled(ticket.clone(), true)
            .set_column_bloom_filter_max_ndv(ticket, GROUP_ROWS_MAX as u64)
            .build()
    } else {
        properties.build()
    }
}

/// Counts and checksums what passes.
struct Checked {
    inner: BufWriter<File>,
    hasher: crc32fast::Hasher,
    bytes: u64,
}

impl Write for Checked {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let length = self.inner.write(data)?;
        self.hasher.update(&data[..length]);
        self.bytes += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
