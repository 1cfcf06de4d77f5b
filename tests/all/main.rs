//! Every integration test, in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod arrows;
mod chaos;
mod commands;
mod damage;
mod exchange;
mod journeys;
mod manners;
mod questions;
mod simulation;
mod stores;
mod upgrade;
