//! Moves against the recorded desk, and rules every desk keeps.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

pub(crate) mod invariants;
mod recorded;
mod rows;
