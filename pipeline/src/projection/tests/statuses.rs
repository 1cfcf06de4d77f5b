//! Statuses and other fields over time.

use super::check;

#[test]
fn a_ticket_nobody_touched_has_one_span() {
    check(
        "0 0 state 1
         0 4 created",
        "0.. s1 p3 e0 people [] groups []
         live s1",
    );
}

#[test]
fn a_ticket_whose_row_was_never_read_has_no_row() {
    check("0 4 created", "no row");
}

#[test]
fn changes_of_one_second_follow_the_order_of_history_rows() {
    check(
        "5 8 status 2 5
         5 7 status 1 2
         0 1 created
         6 0 state 5 solved=5",
        "0..5 s1 p3 e0 people [] groups []
         5.. s5 p3 e0 people [] groups []
         live s5, first solved 5, solved 5",
    );
}

#[test]
fn a_reopening_clears_the_solution_but_not_the_first_one_nor_the_answer() {
    check(
        "0 1 created
         3 2 status 1 5
         4 0 survey 3 4 5
         5 3 status 5 6
         8 4 status 6 2
         8 0 state 2",
        "0..3 s1 p3 e0 people [] groups []
         3..5 s5 p3 e0 people [] groups []
         5..8 s6 p3 e0 people [] groups []
         8.. s2 p3 e0 people [] groups []
         live s2, first solved 3, reopened 8, answered 4, reopens 1",
    );
}

#[test]
fn dates_of_solution_and_waiting_show_only_in_the_status_they_belong_to() {
    check(
        "0 1 created
         3 2 status 1 4
         3 0 state 4 solved=2 closed=2 waiting=3",
        "0..3 s1 p3 e0 people [] groups []
         3.. s4 p3 e0 people [] groups []
         live s4",
    );
}

#[test]
fn history_that_starts_late_begins_with_what_it_first_knows() {
    check(
        "6 40 status 4 2
         7 41 remove person 3
         9 0 link person 30 5 assigned
         9 0 state 2",
        "0..6 s4 p3 e0 people [3, 5] groups [] inferred
         6..7 s2 p3 e0 people [3, 5] groups [] inferred
         7.. s2 p3 e0 people [5] groups [] inferred
         live s2, person 5, history starts late",
    );
}

#[test]
fn a_ticket_without_history_is_inferred_as_it_is() {
    check(
        "9 0 link person 30 5 assigned
         9 0 state 5 solved=9",
        "0.. s5 p3 e0 people [5] groups [] inferred
         live s5, solved 9, person 5, history starts late",
    );
}

#[test]
fn the_stored_state_wins_over_a_history_that_ends_elsewhere() {
    check(
        "0 1 created
         2 2 status 1 2
         3 3 add person 7 assigned
         9 0 link person 30 8 assigned
         9 0 state 4",
        "0..2 s1 p3 e0 people [] groups []
         2..3 s2 p3 e0 people [] groups [] inferred
         3..9 s2 p3 e0 people [7] groups [] inferred
         9.. s4 p3 e0 people [8] groups [] inferred
         live s4, assigned 3, person 8, history disagrees",
    );
}

#[test]
fn a_gap_in_history_makes_the_time_before_it_uncertain() {
    check(
        "0 1 created
         2 2 status 1 2
         8 4 status 4 2
         8 0 state 2",
        "0..2 s1 p3 e0 people [] groups []
         2.. s2 p3 e0 people [] groups [] inferred
         live s2",
    );
}

#[test]
fn an_entity_is_rebuilt_where_history_gives_its_id() {
    check(
        "0 1 created
         3 2 entity Root_>_North_(1) Root_>_South_(2)
         3 0 state 1 entity=2",
        "0..3 s1 p3 e1 people [] groups []
         3.. s1 p3 e2 people [] groups []
         live s1",
    );
    check(
        "0 1 created
         3 2 entity Root_>_North Root_>_South
         3 0 state 1 entity=2",
        "0.. s1 p3 e2 people [] groups [] inferred
         live s1",
    );
}

#[test]
fn an_edited_opening_date_moves_no_span() {
    check("0 1 created\n5 0 state 1 opened=-60", "0.. s1 p3 e0 people [] groups []\nlive s1");
}

#[test]
fn comments_count_while_they_are_there() {
    check(
        "0 1 created
         2 0 followup 1
         3 0 followup 2
         4 0 unfollowup 1
         5 0 followup 2
         5 0 state 1",
        "0.. s1 p3 e0 people [] groups []
         live s1, followups 1",
    );
}

#[test]
fn the_row_read_last_counts_though_the_clock_was_set_back_before_it() {
    check(
        "0 1 created
         5 0 state 1
         5 2 status 1 2
         3 0 state 2",
        "0..5 s1 p3 e0 people [] groups []
         5.. s2 p3 e0 people [] groups []
         live s2",
    );
}

#[test]
fn a_row_read_later_counts_though_its_last_change_reads_as_older() {
    check(
        "0 1 created
         5 2 status 1 2
         5 0 state 2 modified=50
         6 3 status 2 5
         6 0 state 5 modified=10 solved=6",
        "0..5 s1 p3 e0 people [] groups []
         5..6 s2 p3 e0 people [] groups []
         6.. s5 p3 e0 people [] groups []
         live s5, first solved 6, solved 6",
    );
}

#[test]
fn in_a_repeated_hour_history_goes_by_the_order_of_its_rows() {
    check(
        "0 1 created
         50 2? status 1 5
         10 3? status 5 6
         150 4 priority 3 2
         150 0 state 6 priority=2 solved=50 closed=70",
        "0..50 s1 p3 e0 people [] groups []
         50..150 s6 p3 e0 people [] groups [] inferred
         150.. s6 p2 e0 people [] groups [] inferred
         live s6, first solved 50, solved 50",
    );
}

#[test]
fn a_clock_far_ahead_moves_no_row_of_a_repeated_hour() {
    check(
        "0 1 created
         900 2 priority 3 2
         10 3? status 1 2
         20 0 state 2 priority=2",
        "0..10 s1 p3 e0 people [] groups []
         10..900 s2 p3 e0 people [] groups [] inferred
         900.. s2 p2 e0 people [] groups [] inferred
         live s2",
    );
}

#[test]
fn a_history_row_that_is_converted_anew_replaces_what_it_said() {
    let first = "
         0 1 created
         5 2 status 1 5
         8 3 status 5 2
         9 0 state 2";
    check(
        &format!("{first}\n65 2 status 1 5\n68 3 status 5 2\n69 0 state 2"),
        "0..65 s1 p3 e0 people [] groups []
         65..68 s5 p3 e0 people [] groups []
         68.. s2 p3 e0 people [] groups []
         live s2, first solved 65, reopened 68, reopens 1",
    );
    check(
        &format!("{first}\n5 2 title\n8 3 status 1 2"),
        "0..8 s1 p3 e0 people [] groups []
         8.. s2 p3 e0 people [] groups []
         live s2",
    );
}

#[test]
fn a_number_without_a_name_is_open() {
    check(
        "0 1 created
         5 2 status 1 10
         5 0 state 10",
        "0..5 s1 p3 e0 people [] groups []
         5.. s10 p3 e0 people [] groups []
         live s10",
    );
}
