//! People and groups who come and go.

use super::check;

#[test]
fn people_and_groups_come_and_go_with_time() {
    check(
        "0 1 priority 3 4
         0 2 created
         4 3 status 1 2
         4 4 add group 2 assigned
         4 5 add person 7 assigned
         9 6 add person 8 assigned
         9 7 remove person 7
         0 0 link group 20 2 assigned
         0 0 link person 31 8 assigned
         9 0 state 2 priority=4",
        "0..4 s1 p4 e0 people [] groups []
         4..9 s2 p4 e0 people [7] groups [2]
         9.. s2 p4 e0 people [8] groups [2]
         live s2, assigned 4, person 8, group 2",
    );
}

#[test]
fn a_removal_takes_the_only_role_held() {
    check(
        "0 1 created
         0 2 add person 7 requester
         3 3 add person 8 assigned
         5 4 remove person 7
         9 0 link person 31 8 assigned
         9 0 state 1",
        "0..3 s1 p3 e0 people [] groups []
         3.. s1 p3 e0 people [8] groups []
         live s1, assigned 3, person 8",
    );
}

#[test]
fn a_removal_from_several_roles_takes_the_one_that_is_not_there_now() {
    let history = "
         0 1 created
         0 2 add person 7 requester
         3 3 add person 7 assigned
         5 4 remove person 7";
    check(
        &format!("{history}\n0 0 link person 30 7 requester\n9 0 state 1"),
        "0..3 s1 p3 e0 people [] groups []
         3..5 s1 p3 e0 people [7] groups []
         5.. s1 p3 e0 people [] groups []
         live s1, assigned 3",
    );
    check(
        &format!("{history}\n0 0 link person 31 7 assigned\n9 0 state 1"),
        "0..3 s1 p3 e0 people [] groups []
         3.. s1 p3 e0 people [7] groups []
         live s1, assigned 3, person 7",
    );
}

#[test]
fn a_removal_before_a_second_addition_takes_the_role_added_again() {
    check(
        "0 1 created
         0 2 add person 7 requester
         3 3 add person 7 assigned
         5 4 remove person 7
         6 5 add person 7 assigned
         8 6 remove person 7
         0 0 link person 33 7 assigned
         9 0 state 1",
        "0..3 s1 p3 e0 people [] groups []
         3..5 s1 p3 e0 people [7] groups []
         5..6 s1 p3 e0 people [] groups []
         6.. s1 p3 e0 people [7] groups []
         live s1, assigned 3, person 7",
    );
}

#[test]
fn two_roles_lost_one_after_the_other_leave_it_open_which_went_first() {
    check(
        "0 1 created
         3 2 add person 7 observer
         3 3 add person 7 assigned
         5 4 remove person 7
         8 5 remove person 7
         9 0 state 1",
        "0..3 s1 p3 e0 people [] groups []
         3..5 s1 p3 e0 people [7] groups []
         5.. s1 p3 e0 people [] groups [] inferred
         live s1, assigned 3",
    );
}

#[test]
fn a_link_made_again_holds_although_the_old_one_is_gone() {
    check(
        "0 1 created
         3 2 add person 7 assigned
         4 3 remove person 7
         5 4 add person 7 assigned
         5 0 link person 31 7 assigned
         5 0 unlink person 30 7 assigned
         5 0 state 1",
        "0..3 s1 p3 e0 people [] groups []
         3..4 s1 p3 e0 people [7] groups []
         4..5 s1 p3 e0 people [] groups []
         5.. s1 p3 e0 people [7] groups []
         live s1, assigned 3, person 7",
    );
}
