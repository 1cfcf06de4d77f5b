//! Clocks of tickets: what their history makes of their promises.

use std::fmt::Write;

use arrow::array::AsArray as _;
use schemas::{Body, Event, Instant, Offset, tables::Table};
use sla::Knowledge;

use super::desk::{events, key, nothing};
use crate::projection::{Trash, refold, refold_dimension, rows, rows::ClockRow, rows_again};

/// 2025-11-24 is a Monday; minute 0 is 09:20 UTC. The desk works from Monday to Friday from 08:00 to 18:00.
const DESK: &str = "
    0 0 calendar 2
    0 0 hours 1 2 1 08:00:00 18:00:00
    0 0 hours 2 2 2 08:00:00 18:00:00
    0 0 hours 3 2 3 08:00:00 18:00:00
    0 0 hours 4 2 4 08:00:00 18:00:00
    0 0 hours 5 2 5 08:00:00 18:00:00
    0 0 sla 5 4 hour by 2
    0 0 sla 6 30 minute
    0 0 sla 7 2 hour by 99";

/// What that desk knows when it hears of its first ticket.
pub(super) fn knowledge() -> Knowledge {
    let (mut knowledge, rows) = (nothing(), events(DESK));
    knowledge.found(rows.len() as u64);
    for row in &rows {
        refold_dimension(None, std::slice::from_ref(row), &mut knowledge).unwrap();
    }
    knowledge
}

/// The clocks of a ticket with that history on that desk, folded as a whole; the same come from its working state.
fn clocks(history: &str) -> Vec<ClockRow> {
    let all = events(&format!("{DESK}\n{history}"));
    let (mut knowledge, mut dimensions, mut own) = (nothing(), Vec::new(), Vec::new());
    for event in all {
        let is_dimension = matches!(event.1.body, Body::Dimension(_));
        if is_dimension { dimensions.push(event) } else { own.push(event) }
    }
    knowledge.found(own.first().map_or(0, |(offset, _): &(Offset, Event)| offset.0));
    for dimension in &dimensions {
        refold_dimension(None, std::slice::from_ref(dimension), &mut knowledge).unwrap();
    }
    let refolded = refold(&key(), None, &own, (&knowledge, Trash::Drop)).unwrap();
    let again = rows_again(&key(), &refolded.state.unwrap(), (&knowledge, Trash::Drop)).unwrap();
    assert_eq!(again, refolded.rows);
    refolded.rows.unwrap().clocks
}

/// The clocks in short, instants as minutes.
fn shown(clocks: &[ClockRow]) -> String {
    let minute = |at: Instant| (at.seconds() - super::desk::at(0).seconds()) as f64 / 60.0;
    let mut text = String::new();
    for clock in clocks {
        write!(text, "{} {} of {}", clock.clock, clock.elapsed_s / 60, clock.target_s / 60).unwrap();
        let moments = [
            ("began", Some(clock.started_at)),
            ("taken back", clock.detached_at),
            ("stopped", clock.stopped_at),
            ("runs", clock.running_since),
            ("stands", clock.paused_since),
            ("due", clock.due_at),
            ("breached", clock.breached_at),
            ("glpi due", clock.glpi_due_at),
            ("glpi breached", clock.glpi_breached_at),
        ];
        for (name, at) in moments.into_iter().filter_map(|(name, at)| Some((name, at?))) {
            write!(text, ", {name} {}", minute(at)).unwrap();
        }
        for (name, seconds) in [("paused", clock.paused_s), ("idle", clock.idle_s), ("over", clock.over_s)] {
            if seconds > 0 {
                write!(text, ", {name} {}", seconds / 60).unwrap();
            }
        }
        if !clock.quirks.is_empty() {
            write!(text, ", quirks {:?}", clock.quirks).unwrap();
        }
        text.push_str(if clock.is_certain { "\n" } else { ", uncertain\n" });
    }
    text.trim_end().to_owned()
}

#[track_caller]
fn check(history: &str, expected: &str) {
    let trimmed: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(shown(&clocks(history)), trimmed.join("\n"));
}

#[test]
fn a_running_clock_tells_from_when_it_counts_and_when_it_will_be_used_up() {
    let history = "0 1 created\n10 2 status 1 2\n11 0 state 2 ttr=5";
    check(history, "ttr 10 of 240, began 0, runs 10, due 240, glpi due 240");
}

#[test]
fn pending_time_pauses_a_clock_and_closed_hours_do_not_count() {
    // Of 240 minutes 100 were used; 120 are left of Monday after the pause, and 20 come from Tuesday morning.
    let pending = "0 1 created\n100 2 status 1 4\n101 0 state 4 ttr=5";
    check(pending, "ttr 100 of 240, began 0, stands 100, glpi due 240");
    let resumed = format!("{pending}\n400 3 status 4 2\n401 0 state 2 ttr=5");
    check(&resumed, "ttr 100 of 240, began 0, runs 400, due 1380, glpi due 1380, paused 300");
}

#[test]
fn a_promise_broken_stays_broken_and_one_kept_in_time_is_kept() {
    let late = "0 1 created\n300 2 status 1 5\n301 0 state 5 ttr=5";
    check(
        late,
        "ttr 300 of 240, began 0, stopped 300, due 240, breached 240, glpi due 240, glpi breached 240, over 60",
    );
    let in_time = "0 1 created\n240 2 status 1 5\n241 0 state 5 ttr=5";
    check(in_time, "ttr 240 of 240, began 0, stopped 240, due 240, glpi due 240");
    // Reopened twenty minutes later: the time between is nobody's, and GLPI takes it for waiting.
    let reopened = format!("{in_time}\n260 3 status 5 2\n261 0 state 2 ttr=5");
    check(&reopened, "ttr 240 of 240, began 0, runs 260, due 240, glpi due 260, idle 20, quirks [1]");
}

#[test]
fn a_time_to_own_counts_all_hours_where_no_calendar_is_named_and_ends_when_somebody_takes_the_ticket() {
    let history = "0 1 created\n20 2 status 1 2\n21 0 state 2 tto=6 taken=20";
    check(history, "tto 20 of 30, began 0, stopped 20, due 30, glpi due 30");
}

#[test]
fn a_replaced_promise_keeps_its_row() {
    let history = "0 1 created\n50 2 agreement ttr 6 5\n51 0 state 1 ttr=5";
    check(
        history,
        "ttr 50 of 30, began 0, taken back 50, stopped 50, due 30, breached 30, over 20
         ttr 50 of 240, began 0, runs 50, due 240, glpi due 240",
    );
    let taken_back = "0 1 created\n20 2 agreement ttr 6 none\n21 0 state 1";
    check(taken_back, "ttr 20 of 30, began 0, taken back 20, stopped 20, due 30");
}

#[test]
fn what_history_lacks_of_promises_the_rows_that_were_read_tell() {
    let named_later = "0 1 created\n5 0 state 1\n70 0 state 1 ttr=5";
    check(named_later, "ttr 70 of 240, began 0, runs 70, due 240, glpi due 240");
    let gone_later = "0 1 created\n5 0 state 1 ttr=5\n70 0 state 1";
    check(gone_later, "ttr 70 of 240, began 0, taken back 70, stopped 70, due 240");
}

#[test]
fn an_edited_opening_date_moves_what_glpi_moves_and_the_quirk_is_named() {
    // Opened at 09:20 by its first date, which somebody moved to 08:00, eighty minutes before, when it was ten minutes old.
    let history = "
        0 1 created
        10 2 opening 2025-11-24 09:20:00
        20 3 status 1 2
        21 0 state 2 ttr=5 tto=6 opened=-80 taken=20";
    check(
        history,
        "tto 100 of 30, began -80, stopped 20, due -50, breached 0, glpi due 30, over 70, quirks [19]
         ttr 100 of 240, began -80, runs 20, due 160, glpi due 160",
    );
}

#[test]
fn an_internal_promise_counts_from_when_it_was_made() {
    let history = "0 1 created\n100 2 status 1 2\n100 0 ola 8 1 hour\n101 0 state 2 ottr=8 ottr_began=90";
    check(history, "internal_ttr 10 of 60, began 90, runs 100, due 150, glpi due 150");
}

#[test]
fn what_is_not_known_of_a_promise_is_said() {
    check("0 1 created\n1 0 state 1 ttr=44", "");
    let no_calendar = "0 1 created\n600 2 status 1 2\n601 0 state 2 ttr=7";
    check(
        no_calendar,
        "ttr 600 of 120, began 0, runs 600, due 120, breached 120, glpi due 120, glpi breached 120, over 480, uncertain",
    );
    let late_history = "10 2 status 1 2\n11 0 state 2 ttr=5";
    check(late_history, "ttr 10 of 240, began 0, runs 10, due 240, glpi due 240, uncertain");
}

#[test]
fn who_held_the_ticket_at_the_breach_and_who_held_it_longest_is_told() {
    let history = "
        0 1 created
        10 2 add person 7 assigned
        50 3 remove person 7
        50 4 add person 8 assigned
        230 5 add group 3 assigned
        300 6 status 1 5
        301 0 link person 31 8 assigned
        301 0 link group 32 3 assigned
        301 0 state 5 ttr=5";
    let clock = clocks(history).remove(0);
    assert_eq!((clock.technician_ids, clock.group_ids), (vec![8], vec![3]));
    let longest = clock.longest.unwrap();
    assert_eq!((longest.technician_ids, longest.group_ids, longest.seconds), (vec![8], vec![], 180 * 60));
}

#[test]
fn a_calendar_that_changes_later_counts_from_when_it_was_learnt() {
    let history = "
        0 1 created
        10 2 status 1 2
        11 0 state 2 ttr=5
        60 0 hours 1 2 1 08:00:00 12:00:00
        70 3 status 2 3
        71 0 state 3 ttr=5";
    // Learnt at minute 61: Monday then ends at minute 160, and 80 minutes are left for Tuesday.
    check(history, "ttr 70 of 240, began 0, runs 70, due 1440, glpi due 240, quirks [20]");
}

#[test]
fn the_table_of_clocks_is_built_as_the_contract_has_it() {
    let rows = rows::clocks(&clocks("0 1 created\n10 2 status 1 2\n11 0 state 2 ttr=5 tto=6")).unwrap();
    assert_eq!((rows.schema(), rows.num_rows()), (Table::SlaClocks.arrow_schema(), 2));
    let steps: Vec<sla::Step> =
        serde_json::from_str(rows.column_by_name("steps").unwrap().as_string::<i32>().value(0)).unwrap();
    assert_eq!(steps.len(), 6);
}
