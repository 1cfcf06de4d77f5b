//! The bytes of an open file, checked each time they are read.
//!
//! Whoever opens a file compares it with its checksum once; what the disk changes after that would go unseen. So a checksum of
//! each block is kept from that first reading, and every later reading takes whole blocks and compares.

use std::{
    fs::File,
    io::{self, Read},
    sync::Arc,
};

use bytes::Bytes;
use parquet::{
    errors::Result as ParquetResult,
    file::reader::{ChunkReader, Length},
};

/// Bytes of a block. A page of a file has some ten times as many, so that little is read in vain.
const BLOCK_BYTES: usize = 16 << 10;
/// Bytes read at once when a file is opened.
const OPENING_BYTES: usize = 64 * BLOCK_BYTES;

/// A file that many threads read at once: every read names its place, so they share no position.
#[derive(Clone, Debug)]
pub(super) struct Pinned {
    file: Arc<File>,
    length: u64,
    checksums: Arc<[u32]>,
}

impl Pinned {
    /// Reads `file` once, and answers its checksum beside it.
    pub(super) fn new(file: File) -> io::Result<(Self, u32)> {
        let mut pinned = Self { file: Arc::new(file), length: 0, checksums: Arc::default() };
        let (mut whole, mut checksums) = (crc32fast::Hasher::new(), Vec::new());
        let mut buffer = vec![0; OPENING_BYTES];
        loop {
            let filled = pinned.fill(&mut buffer, pinned.length)?;
            whole.update(&buffer[..filled]);
            checksums.extend(buffer[..filled].chunks(BLOCK_BYTES).map(crc32fast::hash));
            pinned.length += filled as u64;
            if filled < OPENING_BYTES {
                break;
            }
        }
        pinned.checksums = checksums.into();
        Ok((pinned, whole.finalize()))
    }

    /// The bytes of the blocks from `first` up to `end`, as they were when the file was opened.
    fn blocks(&self, first: usize, end: usize) -> io::Result<Vec<u8>> {
        let from = (first * BLOCK_BYTES) as u64;
        let to = ((end * BLOCK_BYTES) as u64).min(self.length);
        let mut bytes = vec![0; to.saturating_sub(from) as usize];
        let filled = self.fill(&mut bytes, from)?;
        let is_same = filled == bytes.len()
            && bytes
                .chunks(BLOCK_BYTES)
                .zip(&self.checksums[first..end])
                .all(|(block, checksum)| crc32fast::hash(block) == *checksum);
        if is_same { Ok(bytes) } else { Err(io::Error::other("it has changed since it was opened")) }
    }

    /// At most `length` bytes from `at` on.
    fn range(&self, at: u64, length: usize) -> io::Result<Bytes> {
        let end = (at + length as u64).min(self.length);
        if at >= end {
            return Ok(Bytes::new());
        }
        let first = at as usize / BLOCK_BYTES;
        let blocks = Bytes::from(self.blocks(first, (end as usize).div_ceil(BLOCK_BYTES))?);
        let skipped = at as usize - first * BLOCK_BYTES;
        Ok(blocks.slice(skipped..skipped + (end - at) as usize))
    }

    /// Fills `buffer` from `at` on, as far as the file goes.
    fn fill(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.read_at(&mut buffer[filled..], at + filled as u64) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        #[cfg(unix)]
        return std::os::unix::fs::FileExt::read_at(&*self.file, buffer, at);
        #[cfg(windows)]
        return std::os::windows::fs::FileExt::seek_read(&*self.file, buffer, at);
    }
}

impl Length for Pinned {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Pinned {
    type T = PinnedFrom;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(PinnedFrom { pinned: self.clone(), at: start, read: Bytes::new() })
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        let bytes = self.range(start, length)?;
        if bytes.len() < length {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        Ok(bytes)
    }
}

/// The rest of a file from a place on.
#[derive(Debug)]
pub(super) struct PinnedFrom {
    pinned: Pinned,
    at: u64,
    /// What was read and not yet taken.
    read: Bytes,
}

impl Read for PinnedFrom {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read.is_empty() {
            let to_edge = BLOCK_BYTES - self.at as usize % BLOCK_BYTES;
            self.read = self.pinned.range(self.at, to_edge)?;
            self.at += self.read.len() as u64;
        }
        let length = self.read.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.read.split_to(length));
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::{fs, io::Write as _};

    use super::*;

    #[test]
    fn what_the_disk_changes_under_an_open_file_is_noticed() {
        let content: Vec<u8> = (0..100_000_u32).map(|at| (at * 7 % 251) as u8).collect();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&content).unwrap();
        let (pinned, checksum) = Pinned::new(File::open(file.path()).unwrap()).unwrap();
        assert_eq!(checksum, crc32fast::hash(&content));
        assert_eq!(pinned.len(), 100_000);
        for (start, length) in [(0, 1), (16_383, 2), (20_000, 70_000), (99_990, 10), (0, 100_000)] {
            assert_eq!(pinned.get_bytes(start as u64, length).unwrap(), content[start..start + length]);
        }
        let mut rest = Vec::new();
        pinned.get_read(40_000).unwrap().read_to_end(&mut rest).unwrap();
        assert_eq!(rest, content[40_000..]);
        assert!(pinned.get_bytes(99_999, 2).is_err());

        let mut changed = content.clone();
        changed[50_000] ^= 1;
        fs::write(file.path(), &changed).unwrap();
        assert_eq!(pinned.get_bytes(0, 40_000).unwrap(), content[..40_000]);
        let error = pinned.get_bytes(49_990, 5).unwrap_err();
        assert!(error.to_string().contains("it has changed since it was opened"), "{error}");
        fs::write(file.path(), &content[..60_000]).unwrap();
        assert!(pinned.get_bytes(70_000, 5).is_err());
    }
}
