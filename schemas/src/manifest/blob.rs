//! Fresh rows as bytes: an Arrow IPC stream with a checksum.

use std::io::Cursor;

use arrow::{
    array::RecordBatch,
    compute::concat_batches,
    error::ArrowError,
    ipc::{reader::StreamReader, writer::StreamWriter},
};

use crate::tables::Table;

/// The bytes of `rows` and their CRC32.
pub fn pack(rows: &RecordBatch) -> Result<(Vec<u8>, u32), ArrowError> {
    let mut writer = StreamWriter::try_new(Vec::new(), rows.schema_ref())?;
    writer.write(rows)?;
    let data = writer.into_inner()?;
    let crc32 = crc32fast::hash(&data);
    Ok((data, crc32))
}

/// The rows of `table` that [`pack`] made `data` of.
pub fn unpack(table: Table, data: &[u8], crc32: u32) -> Result<RecordBatch, BlobError> {
    let found = crc32fast::hash(data);
    if found != crc32 {
        return Err(BlobError::Checksum { expected: crc32, found });
    }
    let batches = StreamReader::try_new(Cursor::new(data), None)?.collect::<Result<Vec<_>, _>>()?;
    // Also refuses batches of another schema.
    Ok(concat_batches(&table.arrow_schema(), &batches)?)
}

/// Why bytes are not the rows they should be.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The bytes changed since they were written.
    #[error("checksum is {found:08x}, expected {expected:08x}")]
    Checksum {
        /// As written.
        expected: u32,
        /// As read.
        found: u32,
    },
    /// The bytes are no rows of the table.
    #[error(transparent)]
    Format(#[from] ArrowError),
}
