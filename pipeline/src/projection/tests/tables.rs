//! Rows on their way into tables, and states of other releases.

use arrow::{array::AsArray, datatypes::Int64Type};
use schemas::{Offset, tables::Table};

use super::desk::{event, events, key, nothing, refolded};
use crate::projection::{Error, TicketRows, Trash, load_dimension, refold, refold_dimension, rows};

#[test]
fn every_table_is_built_as_the_contract_has_it() {
    let history = events(
        "0 1 created
         3 2 status 1 2
         4 0 state 2 category=7 ttr=5",
    );
    let TicketRows { ticket, spans, .. } = refolded(&history, Trash::Drop).unwrap();
    let tickets = rows::tickets([&ticket]).unwrap();
    assert_eq!(tickets.schema(), Table::Tickets.arrow_schema());
    let number = |name| tickets.column_by_name(name).unwrap().as_primitive::<Int64Type>().value(0);
    assert_eq!((number("ticket_id"), number("category_id"), number("sla_ttr_id")), (9, 7, 5));
    assert_eq!(number("ticket_version"), 3);

    let spans = rows::spans(&spans).unwrap();
    assert_eq!((spans.schema(), spans.num_rows()), (Table::TicketSpans.arrow_schema(), 2));
    let events = rows::events(&history).unwrap();
    assert_eq!((events.schema(), events.num_rows()), (Table::TicketEvents.arrow_schema(), 3));
    let details = events.column_by_name("detail").unwrap().as_string::<i32>();
    assert_eq!(details.value(1), r#"{"change":{"field":"status","option":12,"old":"1","new":"2"},"state":null}"#);
}

#[test]
fn targets_are_those_defined_when_the_newest_event_was_appended() {
    let slas = events("0 0 sla 5 4 hour\n1 0 tick\n2 0 sla 5 2 day");
    let mut targets = nothing();
    let slas = [slas[0].clone(), slas[2].clone()];
    let dimension = refold_dimension(None, &slas, &mut targets).unwrap();
    assert_eq!((dimension.stored.len(), dimension.repeated), (2, 0));

    let target = |offset| {
        let state = [(Offset(offset), event("0 0 state 1 ttr=5"))];
        let rows = refold(&key(), None, &state, (&targets, Trash::Drop)).unwrap().rows.unwrap();
        rows.ticket.target_ttr_s
    };
    assert_eq!((target(1), target(3)), (Some(4 * 3600), Some(2 * 86400)));

    targets = nothing();
    load_dimension(&mut targets, "SLA", 5, &dimension.state.unwrap()).unwrap();
    let state = [(Offset(3), event("0 0 state 1 ttr=5"))];
    let rows = refold(&key(), None, &state, (&targets, Trash::Drop)).unwrap().rows.unwrap();
    assert_eq!(rows.ticket.target_ttr_s, Some(2 * 86400), "read from the working state");
}

#[test]
fn ticks_of_clocks_are_stored_and_leave_the_rows_alone() {
    let before = refold(&key(), None, &events("0 0 state 1"), (&nothing(), Trash::Drop)).unwrap();
    let tick = [(Offset(7), event("5 0 tick"))];
    let after = refold(&key(), before.state.as_deref(), &tick, (&nothing(), Trash::Drop)).unwrap();
    assert_eq!((after.stored, after.rows), (vec![0], None));
    let again = refold(&key(), after.state.as_deref(), &tick, (&nothing(), Trash::Drop)).unwrap();
    assert_eq!((again.repeated, again.state), (1, None));
}

#[test]
fn a_working_state_of_another_release_asks_for_a_rebuild() {
    let refolded = refold(&key(), None, &events("0 0 state 1"), (&nothing(), Trash::Drop)).unwrap();
    let mut state = refolded.state.unwrap();
    state[0] += 1;
    let refused = |state: &[u8]| refold(&key(), Some(state), &[], (&nothing(), Trash::Drop)).unwrap_err();
    assert!(matches!(refused(&state), Error::Layout { .. }));
    state[0] -= 1;
    state.pop();
    assert!(matches!(refused(&state), Error::Damaged(_)));
    assert!(matches!(refused(&[]), Error::Damaged(_)));
}
