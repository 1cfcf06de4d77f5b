//! What somebody who looked for damage found.

/// A sentence about a part of the data directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, from the data directory on.
    pub place: String,
    /// Whether it is as it was written.
    pub is_whole: bool,
    /// What was found.
    pub sentence: String,
}

impl Finding {
    /// Something is as it was written.
    pub fn whole(place: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { place: place.into(), is_whole: true, sentence: sentence.into() }
    }

    /// Something is not.
    pub fn damaged(place: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self { place: place.into(), is_whole: false, sentence: sentence.into() }
    }
}
