//! Trace: what happened in a run, in one number, and how often what. Two runs of one seed have the same.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What happened so far; clones write to the same trace.
#[derive(Clone, Debug, Default)]
pub struct Trace(Arc<Mutex<Told>>);

#[derive(Debug, Default)]
struct Told {
    hash: DefaultHasher,
    lines: Option<Vec<String>>,
    happened: BTreeMap<&'static str, u64>,
}

impl Trace {
    /// A trace that can be read line by line.
    pub fn told() -> Self {
        Self(Arc::new(Mutex::new(Told { lines: Some(Vec::new()), ..Told::default() })))
    }

    /// Notes what happened.
    pub fn note(&self, what: impl FnOnce() -> String) {
        let mut told = self.told_so_far();
        let line = what();
        line.hash(&mut told.hash);
        if let Some(lines) = &mut told.lines {
            lines.push(line);
        }
    }

    /// Counts that something of a kind happened.
    pub fn happened(&self, kind: &'static str) {
        self.happened_often(kind, 1);
    }

    /// Counts that something of a kind happened so often.
    pub fn happened_often(&self, kind: &'static str, times: u64) {
        if times > 0 {
            *self.told_so_far().happened.entry(kind).or_default() += times;
        }
    }

    /// How often what happened.
    pub fn happenings(&self) -> BTreeMap<&'static str, u64> {
        self.told_so_far().happened.clone()
    }

    /// Everything noted, in one number.
    pub fn hash(&self) -> u64 {
        self.told_so_far().hash.finish()
    }

    /// Everything noted, line by line; nothing unless it is a told trace.
    pub fn lines(&self) -> Vec<String> {
        self.told_so_far().lines.clone().unwrap_or_default()
    }

    fn told_so_far(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
