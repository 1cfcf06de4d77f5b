//! What holds for every history: how events were cut into batches, and in which order they came, cannot be told from the rows.

use std::sync::LazyLock;

use proptest::prelude::*;
use schemas::{Event, Offset};
use sla::Knowledge;

use super::{
    clocks::knowledge,
    desk::{event, key},
};
use crate::projection::{TicketRows, Trash, memory::Memory, refold, rows_again};

/// What the desk knows of its agreements and calendars.
static KNOWN: LazyLock<Knowledge> = LazyLock::new(knowledge);

/// Lines of history with distinct sequences, and rows and links of the ticket's present.
fn history() -> impl Strategy<Value = Vec<String>> {
    let logged = (0i64..12, 0usize..12, 1u8..7, 1u8..7, 1i64..4).prop_map(|(minute, what, old, new, id)| {
        let what = match what {
            0 => "created".to_owned(),
            1 | 2 => format!("status {old} {new}"),
            3 => format!("priority {old} {new}"),
            4 => format!("add person {id} assigned"),
            5 => format!("add person {id} requester"),
            6 => format!("remove person {id}"),
            7 => format!("add group {id} assigned"),
            8 => format!("agreement ttr none {}", 4 + id),
            9 => format!("agreement ttr {} none", 4 + id),
            10 => format!("agreement internal_tto none {}", 4 + id),
            _ => "trash".to_owned(),
        };
        (minute, what)
    });
    let logged = prop::collection::vec(logged, 0..14).prop_map(|lines| {
        let numbered = lines.into_iter().zip(1..);
        numbered.map(|((minute, what), sequence)| format!("{minute} {sequence} {what}")).collect::<Vec<_>>()
    });
    let states = prop::collection::btree_map(0i64..14, (1u8..7, any::<bool>()), 0..3).prop_map(|states| {
        let state =
            |(minute, (status, trashed))| format!("{minute} 0 state {status}{}", if trashed { " trashed" } else { "" });
        states.into_iter().map(state).collect::<Vec<_>>()
    });
    let links = prop::collection::btree_set(1i64..4, 0..3).prop_map(|people| {
        people.into_iter().map(|id| format!("0 0 link person {} {id} assigned", 30 + id)).collect::<Vec<_>>()
    });
    (logged, states, links).prop_map(|(logged, states, links)| [logged, states, links].concat())
}

fn at_offsets(lines: &[String]) -> Vec<(Offset, Event)> {
    lines.iter().zip(0..).map(|(line, offset)| (Offset(offset), event(line))).collect()
}

/// The rows and the state after folding `events` batch by batch.
fn folded(batches: &[&[(Offset, Event)]]) -> (Option<TicketRows>, Vec<u8>) {
    let (mut state, mut rows): (Option<Vec<u8>>, _) = (None, None);
    for batch in batches {
        let refolded = refold(&key(), state.as_deref(), batch, (&KNOWN, Trash::Drop)).unwrap();
        rows = refolded.rows.or(rows);
        state = refolded.state.or(state);
    }
    (rows, state.unwrap_or_default())
}

fn unversioned(rows: Option<TicketRows>) -> Option<TicketRows> {
    rows.map(|mut rows| {
        rows.ticket.ticket_version = Offset(0);
        rows.spans.iter_mut().for_each(|span| span.ticket_version = Offset(0));
        rows
    })
}

/// The same lines with the rows of the ticket in the order of `lines`: whoever reads them tells them in the order of reading.
fn read_in_order(lines: &[String], shuffled: Vec<String>) -> Vec<String> {
    let is_row = |line: &&String| line.split(' ').nth(2) == Some("state");
    let mut rows = lines.iter().filter(is_row);
    shuffled.into_iter().map(|line| if is_row(&&line) { rows.next().cloned().unwrap_or(line) } else { line }).collect()
}

/// `PROPTEST_CASES` is another number.
fn cases() -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").is_ok();
    if asked { ProptestConfig::default() } else { ProptestConfig::with_cases(10_000) }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn folding_piece_by_piece_is_folding_at_once(lines in history(), cuts in prop::collection::vec(0usize..20, 0..4)) {
        let events = at_offsets(&lines);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(events.len())).chain([0, events.len()]).collect();
        cuts.sort_unstable();
        let batches: Vec<_> = cuts.windows(2).map(|cut| &events[cut[0]..cut[1]]).collect();
        prop_assert_eq!(folded(&batches), folded(&[&events]));
    }

    #[test]
    fn the_order_of_arrival_does_not_show(lines in history().prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle()))) {
        let (lines, shuffled) = lines;
        let shuffled = read_in_order(&lines, shuffled);
        let (rows, _) = folded(&[&at_offsets(&lines)]);
        let (other, _) = folded(&[&at_offsets(&shuffled)]);
        prop_assert_eq!(unversioned(rows), unversioned(other));
    }

    #[test]
    fn events_that_come_again_change_nothing(lines in history()) {
        let events = at_offsets(&lines);
        let again: Vec<_> = events.iter().cloned().map(|(offset, event)| (Offset(offset.0 + 100), event)).collect();
        prop_assert_eq!(folded(&[&events, &again]), folded(&[&events]));
        prop_assert_eq!(folded(&[&[events.clone(), again].concat()]), folded(&[&events]));
    }

    #[test]
    fn a_working_state_makes_the_rows_of_the_last_refold_again(lines in history()) {
        let events = at_offsets(&lines);
        let (rows, state) = folded(&[&events]);
        if !state.is_empty() {
            prop_assert_eq!(rows_again(&key(), &state, (&KNOWN, Trash::Drop)).unwrap(), rows);
            prop_assert_eq!(Memory::read(&state).unwrap().write().unwrap(), state);
        }
    }

    #[test]
    fn spans_follow_each_other_without_gap_and_end_as_the_ticket_is(lines in history()) {
        let (rows, _) = folded(&[&at_offsets(&lines)]);
        if let Some(TicketRows { ticket, spans, .. }) = rows {
            prop_assert_eq!(spans[0].start, ticket.state.created_at);
            for pair in spans.windows(2) {
                prop_assert_eq!(pair[0].end, Some(pair[1].start));
                prop_assert!(pair[0].start < pair[1].start);
            }
            let last = &spans[spans.len() - 1];
            prop_assert_eq!(last.end, None);
            prop_assert_eq!((last.status, last.priority, last.is_counted), (ticket.status, 3, ticket.is_counted));
            prop_assert_eq!(&last.technician_ids, &ticket.technician_ids);
            prop_assert_eq!(&last.group_ids, &ticket.group_ids);
        }
    }
}
