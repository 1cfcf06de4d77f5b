//! Tickets that go away, and come back.

use super::{check, check_with};
use crate::projection::Trash;

#[test]
fn trash_takes_a_ticket_out_of_the_counts_and_restoring_brings_it_back() {
    let history = "
         0 1 created
         5 2 trash
         8 0 restore
         9 3 trash
         9 0 state 1 trashed";
    check(
        history,
        "0..5 s1 p3 e0 people [] groups []
         5..8 s1 p3 e0 people [] groups [] uncounted
         8..9 s1 p3 e0 people [] groups [] inferred
         9.. s1 p3 e0 people [] groups [] uncounted
         trashed s1, absent 9",
    );
    check_with(Trash::Keep, history, "0.. s1 p3 e0 people [] groups []\ntrashed s1");
}

#[test]
fn a_trashing_that_history_lost_is_put_at_the_last_change() {
    check(
        "0 1 created
         6 0 state 1 trashed",
        "0..6 s1 p3 e0 people [] groups [] inferred
         6.. s1 p3 e0 people [] groups [] uncounted inferred
         trashed s1, absent 6",
    );
}

#[test]
fn the_ticket_s_own_row_says_whether_it_is_in_the_trash() {
    check(
        "0 1 created
         5 2 trash
         7 0 state 1",
        "0..5 s1 p3 e0 people [] groups []
         5..7 s1 p3 e0 people [] groups [] uncounted inferred
         7.. s1 p3 e0 people [] groups [] inferred
         live s1",
    );
}

#[test]
fn a_purged_ticket_s_spans_end() {
    check(
        "0 1 created
         0 0 state 1
         5 2 trash
         5 0 state 1 trashed
         9 0 purge",
        "0..5 s1 p3 e0 people [] groups []
         5..9 s1 p3 e0 people [] groups [] uncounted
         purged s1, absent 5",
    );
}

#[test]
fn a_ticket_purged_in_the_second_it_was_made_has_an_empty_span_that_replaces_older_ones() {
    check(
        "0 1 created\n0 0 state 1\n0 0 purge",
        "0..0 s1 p3 e0 people [] groups [] uncounted inferred\npurged s1, absent 0",
    );
}

#[test]
fn a_row_read_late_does_not_bring_a_purged_ticket_back() {
    check("0 1 created\n5 0 purge\n4 0 state 1", "0..5 s1 p3 e0 people [] groups []\npurged s1, absent 5");
}

#[test]
fn a_hidden_ticket_is_back_once_it_is_read_again() {
    let hidden = "
         0 1 created
         0 0 state 1
         5 0 hide";
    check(hidden, "0..5 s1 p3 e0 people [] groups []\nhidden s1, absent 5");
    check(
        &format!("{hidden}\n8 0 state 1"),
        "0..5 s1 p3 e0 people [] groups []
         5..9 s1 p3 e0 people [] groups [] uncounted inferred
         9.. s1 p3 e0 people [] groups [] inferred
         live s1",
    );
    check(
        &format!("{hidden}\n7 0 show"),
        "0..5 s1 p3 e0 people [] groups []
         5..7 s1 p3 e0 people [] groups [] uncounted inferred
         7.. s1 p3 e0 people [] groups [] inferred
         live s1",
    );
}
