//! The seal of a manifest: what its rows add up to, so that a row that SQLite lost or changed without a word is noticed.
//!
//! SQLite's pages bear no checksums. Batches, files and folds have their own; the seal covers the rows that say which of them
//! count, and how far the store has come. It is carried along with each change, never counted anew: damage stays visible.

/// A batch's row as text. With a removal, if it has one.
pub const BATCH_TEXT: &str = "'batch ' || id || ' ' || table_name || ' ' || added_seq || ' ' || coalesce(removed_seq, '-') || ' ' || coalesce(removed_at, '-') || ' ' || rows || ' ' || bytes || ' ' || crc32";
/// The same before its removal.
pub const LIVE_BATCH_TEXT: &str =
    "'batch ' || id || ' ' || table_name || ' ' || added_seq || ' - - ' || rows || ' ' || bytes || ' ' || crc32";
/// A file's row as text. With a removal, if it has one.
pub const FILE_TEXT: &str = "'file ' || id || ' ' || table_name || ' ' || path || ' ' || added_seq || ' ' || through_seq || ' ' || coalesce(removed_seq, '-') || ' ' || coalesce(removed_at, '-') || ' ' || rows || ' ' || bytes || ' ' || crc32";
/// The same before its removal.
pub const LIVE_FILE_TEXT: &str = "'file ' || id || ' ' || table_name || ' ' || path || ' ' || added_seq || ' ' || through_seq || ' - - ' || rows || ' ' || bytes || ' ' || crc32";
/// Positions, counts and what was purged: a few rows of text.
pub const FIGURES: &str = "select 'position ' || topic || ' ' || next_offset from positions
    union all select 'count ' || name || ' ' || value from counts
    union all select 'purged ' || table_name || ' ' || through_seq from purged";
/// The seal's row, and the newest commit beside it.
pub const SEAL: &str =
    "select seq, parts, total, figures, crc32, (select coalesce(max(seq), 0) from commits) from seal where only = 1";

/// What the rows of a manifest add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seal {
    /// The newest commit.
    pub seq: i64,
    /// How many batches and files there are, removed ones included.
    pub parts: i64,
    /// The sum of their checksums.
    pub total: i64,
    /// The sum of the checksums of positions, counts and purges.
    pub figures: i64,
}

impl Seal {
    /// A seal as [`SEAL`] reads it, once it is whole and of the newest commit.
    pub fn read((seq, parts, total, figures, crc32, newest): (i64, i64, i64, i64, i64, i64)) -> Result<Self, String> {
        let seal = Self { seq, parts, total, figures };
        if i64::from(seal.crc32()) != crc32 {
            return Err("the checksum of its seal does not hold".to_owned());
        }
        if seq != newest {
            return Err(format!("its newest commit is {newest}, and {seq} was sealed"));
        }
        Ok(seal)
    }

    /// Takes in a batch or file.
    pub fn add(&mut self, text: &str) {
        self.parts += 1;
        self.total = self.total.wrapping_add(checksum(text));
    }

    /// Forgets a batch or file.
    pub fn forget(&mut self, text: &str) {
        self.parts -= 1;
        self.total = self.total.wrapping_sub(checksum(text));
    }

    /// What is wrong with `figures`, the rows that [`FIGURES`] finds.
    pub fn check_figures(&self, figures: &[String]) -> Result<(), String> {
        if total(figures) == self.figures {
            return Ok(());
        }
        Err("its positions and counts are not those that were written".to_owned())
    }

    /// What is wrong with `parts`, the texts of all batches and files.
    pub fn check_parts(&self, parts: &[String]) -> Result<(), String> {
        if parts.len() as i64 != self.parts {
            return Err(format!("it names {} batches and files, and {} were written", parts.len(), self.parts));
        }
        if total(parts) != self.total {
            return Err("its batches and files are not named as they were written".to_owned());
        }
        Ok(())
    }

    /// The checksum of the seal itself.
    pub fn crc32(&self) -> u32 {
        let numbers = [self.seq, self.parts, self.total, self.figures];
        crc32fast::hash(&numbers.map(i64::to_le_bytes).concat())
    }
}

/// The sum of the checksums of `texts`, in any order.
pub fn total(texts: &[String]) -> i64 {
    texts.iter().fold(0, |total, text| total.wrapping_add(checksum(text)))
}

fn checksum(text: &str) -> i64 {
    i64::from(crc32fast::hash(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_or_missing_row_breaks_the_seal() {
        let texts = ["batch 1 tickets".to_owned(), "file 1 tickets".to_owned()];
        let mut seal = Seal::default();
        seal.add(&texts[0]);
        seal.add("batch 2 tickets");
        seal.forget("batch 2 tickets");
        seal.add(&texts[1]);
        assert_eq!(seal.check_parts(&texts), Ok(()));
        assert_eq!(seal.check_parts(&texts[..1]), Err("it names 1 batches and files, and 2 were written".to_owned()));
        let changed = [texts[0].clone(), "file 3 tickets".to_owned()];
        assert!(seal.check_parts(&changed).is_err());
    }

    #[test]
    fn a_seal_knows_itself_and_its_commit() {
        let seal = Seal { seq: 7, parts: 1, total: 2, figures: 3 };
        let crc32 = i64::from(seal.crc32());
        assert_eq!(Seal::read((7, 1, 2, 3, crc32, 7)), Ok(seal));
        assert!(Seal::read((7, 1, 2, 4, crc32, 7)).is_err());
        assert!(Seal::read((7, 1, 2, 3, crc32, 8)).is_err());
    }
}
