//! What `farol-sim` can be told to do.

pub(crate) mod bugs;
pub(crate) mod exhaustive;
pub(crate) mod many;
