//! Keys: the combinations of values that a sheet counts by, numbered as they are met.

use std::collections::HashMap;

/// Dimensions that one question may count by.
pub(crate) const BY_MAX: usize = 3;

/// Nothing: nobody assigned, no category.
pub(crate) const NONE: i64 = i64::MIN;

/// Everything that has no name of its own, or that the viewer may not know of.
pub(crate) const OTHER: i64 = i64::MIN + 1;

/// Values below this are looked up without hashing.
const SMALL: usize = 4_096;

/// The values of one key; those beyond the dimensions asked for are [`NONE`].
pub(crate) type Key = [i64; BY_MAX];

/// Numbered keys.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    met: Vec<Key>,
    /// The number, plus one, of the key that holds this value alone.
    small: Vec<u32>,
    numbers: HashMap<Key, u32>,
}

impl Keys {
    /// The number of `key`, which is given one where it has none.
    pub(crate) fn number(&mut self, key: Key) -> usize {
        let alone = key[1] == NONE && key[2] == NONE;
        let small = usize::try_from(key[0]).ok().filter(|value| alone && *value < SMALL);
        if let Some(value) = small {
            if self.small.is_empty() {
                self.small = vec![0; SMALL];
            }
            if self.small[value] == 0 {
                self.met.push(key);
                self.small[value] = self.met.len() as u32;
            }
            return self.small[value] as usize - 1;
        }
        let next = self.met.len() as u32;
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.met.push(key);
        }
        number as usize
    }

    /// Every key, by its number.
    pub(crate) fn all(&self) -> &[Key] {
        &self.met
    }
}
