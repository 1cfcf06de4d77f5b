//! What is told of clocks, from histories and hours to events.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod desk;
mod engine;
mod hours;
mod properties;
mod shaky;
