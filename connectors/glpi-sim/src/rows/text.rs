//! Texts: each different text is kept once, however many rows repeat it.

use std::collections::HashSet;
use std::sync::Arc;

/// Every text of a desk.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    known: HashSet<Arc<str>>,
}

impl Texts {
    /// The shared copy of `text`.
    pub fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.known.insert(Arc::clone(&new));
        new
    }
}
