//! What holds of every batch of rows that the store keeps, and of every seal, whatever became of their bytes: the check that
//! fuzzing runs, and the test over what it found.
//!
//! An input is `rows TABLE` in a line and the bytes of a batch, or `seal` and a line each: six numbers of a seal, and names of
//! batches and files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "checks of tests and fuzzing")]

use schemas::{
    manifest::{BlobError, pack, seal, seal::Seal, unpack},
    tables::Table,
};

/// Checks one batch or one seal.
pub(crate) fn check(input: &[u8]) {
    let end = input.iter().position(|&byte| byte == b'\n').unwrap_or(input.len());
    let first = String::from_utf8_lossy(&input[..end]);
    let rest = input.get(end + 1..).unwrap_or_default();
    if first == "seal" {
        check_seal(&String::from_utf8_lossy(rest));
    } else if let Some(table) = first.strip_prefix("rows ").and_then(Table::named) {
        check_rows(table, rest);
    }
}

/// What is read fits its table and is written so that the same is read again; what decayed is not read.
fn check_rows(table: Table, bytes: &[u8]) {
    let crc32 = crc32(table, bytes);
    if let Ok(rows) = unpack(table, bytes, crc32) {
        assert_eq!(rows.schema(), table.arrow_schema());
        let (again, crc32) = pack(&rows).expect("what was read is written");
        assert_eq!(unpack(table, &again, crc32).expect("what was written is read"), rows);
    }
    let decayed: Vec<u8> = bytes.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == bytes.len() / 2)).collect();
    if !bytes.is_empty() {
        assert!(matches!(unpack(table, &decayed, crc32), Err(BlobError::Checksum { .. })));
    }
}

/// The checksum of `bytes`, as whoever reads them finds it.
fn crc32(table: Table, bytes: &[u8]) -> u32 {
    match [0, 1].map(|wrong| unpack(table, bytes, wrong)) {
        [Err(BlobError::Checksum { found, .. }), _] | [_, Err(BlobError::Checksum { found, .. })] => found,
        _ => panic!("bytes with two checksums"),
    }
}

/// A seal holds for what was sealed, and for nothing else.
fn check_seal(text: &str) {
    let mut lines = text.lines();
    let mut numbers = lines.next().unwrap_or_default().split(' ').map(|number| number.parse::<i64>().unwrap_or(0));
    let [seq, parts, total, figures, crc32, newest] = std::array::from_fn(|_| numbers.next().unwrap_or(0));
    if let Ok(seal) = Seal::read((seq, parts, total, figures, crc32, newest)) {
        assert_eq!((i64::from(seal.crc32()), seal.seq), (crc32, newest));
        assert!(Seal::read((seq, parts, total, figures ^ 1, crc32, newest)).is_err());
    }
    let names: Vec<String> = lines.map(str::to_owned).collect();
    let mut sealed = Seal { figures: seal::total(&names), ..Seal::default() };
    for name in &names {
        sealed.add(name);
    }
    assert_eq!((sealed.check_parts(&names), sealed.check_figures(&names)), (Ok(()), Ok(())));
    let Some((last, others)) = names.split_last() else { return };
    assert!(sealed.check_parts(others).is_err());
    let changed: Vec<String> = others.iter().cloned().chain([format!("{last}.")]).collect();
    assert!(sealed.check_parts(&changed).is_err() && sealed.check_figures(&changed).is_err());
    sealed.forget(last);
    assert_eq!(sealed.check_parts(others), Ok(()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_batch_or_seal_that_fuzzing_kept_is_misread() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/store");
        let inputs = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        assert!(inputs.map(|input| check(&input)).count() > 10);
    }
}
