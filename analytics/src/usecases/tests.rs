//! Questions put to desks written as text.
//!
//! Now is 2026-03-31 12:00 UTC unless a test says otherwise.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod backlog;
mod breaches;
mod explained;
mod health;
mod overview;
mod productivity;
mod ranking;
mod timeline;
mod trends;
mod what_if;

use crate::{Error, TicketFilters, TicketSummary, Viewer, Visible, WindowInput};

/// Somebody who may see the whole desk.
const EVERYBODY: Viewer = Viewer::of_everything();

/// Somebody who may see these entities and those below them.
fn viewer_of(entities: &[i64]) -> Viewer {
    Viewer { entities: Visible::Subtree(entities.to_vec()) }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn queue(name: &str) -> TicketFilters {
    TicketFilters { queue: words(&[name]), ..TicketFilters::default() }
}

fn window(from: &str, to: &str) -> WindowInput {
    WindowInput { window: None, from: Some(from.to_owned()), to: Some(to.to_owned()) }
}

fn ids(tickets: &[TicketSummary]) -> Vec<i64> {
    tickets.iter().map(|ticket| ticket.id).collect()
}

/// The field that was refused.
fn refused<T: std::fmt::Debug>(answer: Result<T, Error>) -> &'static str {
    match answer {
        Err(Error::Invalid { field, .. }) => field,
        other => panic!("not refused: {other:?}"),
    }
}
