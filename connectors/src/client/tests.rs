//! How the client behaves towards a server, good and bad.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod paging;
mod patience;
mod politeness;
mod sessions;
mod wire;
