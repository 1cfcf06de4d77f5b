//! What holds of every cursor that a question brings, whatever its text: the check that fuzzing runs.

use super::cursor::Cursor;

/// Checks the text after a first line `page`.
pub(crate) fn check(input: &[u8]) {
    let Some(text) = input.strip_prefix(b"page\n") else { return };
    let text = String::from_utf8_lossy(text);
    if let Some(cursor) = Cursor::read(&text) {
        assert_eq!(cursor.written(), text, "one place has one name");
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn no_cursor_that_fuzzing_kept_is_misread() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/saved");
        let inputs = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        assert!(inputs.map(|input| check(&input)).count() > 10);
    }
}
