//! Working states kept in memory between steps, the least recently used dropped first.

use std::collections::{BTreeMap, HashMap};

/// Working states of tickets, bounded by their bytes.
#[derive(Debug)]
pub(super) struct Cache {
    bytes_max: usize,
    bytes: usize,
    uses: u64,
    states: HashMap<i64, (u64, Vec<u8>)>,
    ids_by_use: BTreeMap<u64, i64>,
}

impl Cache {
    /// An empty cache for at most `bytes_max` bytes of state.
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, bytes: 0, uses: 0, states: HashMap::new(), ids_by_use: BTreeMap::new() }
    }

    /// Takes out the state of ticket `id`.
    pub(super) fn take(&mut self, id: i64) -> Option<Vec<u8>> {
        let (used, state) = self.states.remove(&id)?;
        self.ids_by_use.remove(&used);
        self.bytes -= state.len();
        Some(state)
    }

    /// Puts in the states of tickets, and drops others for them.
    pub(super) fn put_all(&mut self, states: HashMap<i64, Vec<u8>>) {
        for (id, state) in states {
            drop(self.take(id));
            self.uses += 1;
            self.bytes += state.len();
            self.states.insert(id, (self.uses, state));
            self.ids_by_use.insert(self.uses, id);
        }
        while self.bytes > self.bytes_max
            && let Some((_, id)) = self.ids_by_use.pop_first()
        {
            drop(self.take(id));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_state_used_longest_ago_makes_room() {
        let mut cache = Cache::new(20);
        cache.put_all(HashMap::from([(1, vec![1; 10])]));
        cache.put_all(HashMap::from([(2, vec![2; 10])]));
        let first = cache.take(1).unwrap();
        cache.put_all(HashMap::from([(1, first)]));
        cache.put_all(HashMap::from([(3, vec![3; 10])]));
        assert_eq!(cache.take(2), None);
        assert_eq!(cache.take(1), Some(vec![1; 10]));
        assert_eq!(cache.take(3), Some(vec![3; 10]));
        assert_eq!(cache.bytes, 0);
    }
}
