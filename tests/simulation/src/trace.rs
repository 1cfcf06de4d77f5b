//! Trace: what happened in a run, in one number. Two runs of one seed have the same.

use std::{
    hash::{DefaultHasher, Hash, Hasher as _},
    sync::{Arc, Mutex, PoisonError},
};

/// What happened so far; clones write to the same trace.
#[derive(Clone, Debug, Default)]
pub struct Trace(Arc<Mutex<(DefaultHasher, Option<Vec<String>>)>>);

impl Trace {
    /// A trace that can be read line by line.
    pub fn told() -> Self {
        Self(Arc::new(Mutex::new((DefaultHasher::new(), Some(Vec::new())))))
    }

    /// Notes what happened.
    pub fn note(&self, what: impl FnOnce() -> String) {
        let mut trace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (hash, lines) = &mut *trace;
        let line = what();
        line.hash(hash);
        if let Some(lines) = lines {
            lines.push(line);
        }
    }

    /// Everything noted, in one number.
    pub fn hash(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.finish()
    }

    /// Everything noted, line by line; nothing unless it is a told trace.
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone().unwrap_or_default()
    }
}
