//! The bytes of working states, held fast: stores of earlier builds hold them.

use std::fmt::Write as _;

use schemas::{Event, Offset};
use sla::{AsOf, Kind};

use super::desk::{event, events, key, nothing};
use crate::projection::{
    Error, Trash, load_dimension,
    memory::{LAYOUT, Memory},
    refold, refold_dimension, rows_again,
};

/// The state after [`HISTORY`], in hexadecimal.
const TICKET: &str = include_str!("layout/ticket.hex");
/// The state of an SLA that was redefined once.
const DIMENSION: &str = include_str!("layout/dimension.hex");

/// Something of every kind that a working state can hold.
const HISTORY: &str = "
    0 1 created
    1 2 status 1 2
    2 3 priority 3 5
    3 4 entity Root_(0) Branch
    4 5 add person 7 assigned
    4 6 add person 8 requester
    4 7 add group 3 observer
    5 8 remove supplier 4
    6 9 trash
    7 10 restore
    7 11 agreement ttr 4 5
    7 12 opening 2025-11-24 09:10:00
    8 0 hide
    9 0 show
    9 0 followup 11
    9 0 task 12
    9 0 solution 13
    9 0 link person 31 7 assigned
    9 0 link group 32 3 observer
    9 0 link supplier 33 4 assigned
    10 0 survey 10 11 4.5
    11 0 tick
    12 0 state 5 ttr=5 tto=6 opened=1 solved=9 closed=10 waiting=2 due=20 category=300 trashed
    13 0 purge";

fn sla() -> [(Offset, Event); 2] {
    [(Offset(0), event("0 0 sla 5 4 hour")), (Offset(300), event("2 0 sla 5 2 day"))]
}

/// The states of the ticket and of the SLA.
fn states() -> [Vec<u8>; 2] {
    let mut targets = nothing();
    let sla = refold_dimension(None, &sla(), &mut targets).unwrap().state.unwrap();
    let ticket = refold(&key(), None, &events(HISTORY), (&targets, Trash::Drop)).unwrap().state.unwrap();
    [ticket, sla]
}

fn hexadecimal(state: &[u8]) -> String {
    let mut text = String::new();
    for line in state.chunks(50) {
        for byte in line {
            write!(text, "{byte:02x}").unwrap();
        }
        text.push('\n');
    }
    text
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    let digits: Vec<char> = hexadecimal.chars().filter(char::is_ascii_hexdigit).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

#[test]
fn the_bytes_of_working_states_change_only_with_the_number_of_their_layout() {
    for (state, (held, name)) in states().iter().zip([(TICKET, "ticket"), (DIMENSION, "dimension")]) {
        let now = hexadecimal(state);
        assert!(
            now == held,
            "the layout of working states changed: raise LAYOUT in projection/memory.rs, then put these bytes in \
             tests/layout/{name}.hex\n{now}"
        );
        assert_eq!(state[0], LAYOUT);
    }
}

#[test]
fn the_bytes_held_fast_are_read_as_what_they_were_written_for() {
    let [ticket, _] = states();
    let held = bytes(TICKET);
    assert_eq!(Memory::read(&held).unwrap(), Memory::read(&ticket).unwrap());
    let mut knowledge = nothing();
    refold_dimension(None, &sla(), &mut knowledge).unwrap();
    let rows = rows_again(&key(), &held, (&knowledge, Trash::Drop)).unwrap().unwrap();
    assert_eq!((rows.ticket.presence, rows.ticket.status, rows.ticket.target_ttr_s), ("purged", 5, Some(4 * 3_600)));

    let mut loaded = nothing();
    load_dimension(&mut loaded, "SLA", 5, &bytes(DIMENSION)).unwrap();
    let seconds = |end| Some(loaded.agreement(Kind::Ttr, 5, AsOf { end, at: i64::MAX })?.terms.seconds());
    assert_eq!((seconds(0), seconds(1), seconds(301)), (None, Some(4 * 3_600), Some(2 * 86_400)));
}

#[test]
fn a_flipped_bit_of_a_working_state_is_found_wherever_it_is() {
    let [ticket, _] = states();
    for place in 1..ticket.len() {
        let mut flipped = ticket.clone();
        flipped[place] ^= 4;
        let error = refold(&key(), Some(&flipped), &[], (&nothing(), Trash::Drop)).unwrap_err();
        let words = "working state cannot be read, rebuild the store: ticket 9: its checksum does not hold";
        assert_eq!(error.to_string(), words, "byte {place}");
        assert!(matches!(rows_again(&key(), &flipped, (&nothing(), Trash::Drop)), Err(Error::Damaged(_))));
    }
}
