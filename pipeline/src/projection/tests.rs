//! Histories as text, and what they fold to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod clocks;
pub(crate) mod desk;
mod layout;
mod people;
mod presence;
mod properties;
mod statuses;
mod tables;

use desk::{events, refolded, shown};

use super::Trash;

/// Checks what a ticket with that history looks like.
#[track_caller]
fn check(history: &str, expected: &str) {
    check_with(Trash::Drop, history, expected);
}

/// Checks what a ticket with that history looks like on a desk that uses its trash in that way.
#[track_caller]
fn check_with(trash: Trash, history: &str, expected: &str) {
    let rows = refolded(&events(history), trash);
    let trimmed: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(shown(rows.as_ref()), trimmed.join("\n"));
}
