//! Golden tables of how long things take, and of who exchanged what with whom, in the language of the tables of history.

use super::{
    history::{LIVES, question, told, told_of},
    *,
};
use crate::{desk::desk_of_lives, usecases::get_metric::execute};

#[tokio::test]
async fn durations_are_told_by_the_day_on_which_they_end() {
    told(&TIME_TO_OWN_PERSON, "", LIVES, "owned 3, median 0 mean 28800").await;
    told(&RESOLUTION_TIME_NET, "", LIVES, "solved 2, median 172800 mean 172800").await;
    told(&SOLVED_IDLE_TIME, "", LIVES, "ended 2, median 86400 mean 86400").await;
}

#[tokio::test]
async fn open_tickets_make_the_median_of_resolution_longer() {
    let spans = "
        ticket | from       | to         | status
        1      | 2026-03-01 | 2026-03-02 | 1
        1      | 2026-03-02 |            | 5
        2      | 2026-03-01 | 2026-03-04 | 1
        2      | 2026-03-04 |            | 5
        3      | 2026-03-01 |            | 1";
    told(&RESOLUTION_SURVIVAL, "", spans, "opened 3, 2 ended 1 run, median Some(259200)").await;
}

#[tokio::test]
async fn time_is_told_in_the_buckets_in_which_it_passed() {
    let days = "grain=day from=2026-03-01T00:00:00Z to=2026-03-06T00:00:00Z";
    let time = "
        2026-03-02: new 86400
        2026-03-03: assigned 86400
        2026-03-04: assigned 172800, new 86400, solved 43200
        2026-03-05: assigned 86400, pending 86400, solved 172800";
    told(&STATUS_TIME, days, LIVES, time).await;
    let pending = "2026-03-04: open 259200, share 0.00\n2026-03-05: open 172800, pending 86400, share 0.50";
    let two = "grain=day from=2026-03-04T00:00:00Z to=2026-03-06T00:00:00Z";
    told(&PENDING_TIME, two, LIVES, pending).await;
}

#[tokio::test]
async fn time_of_two_people_is_given_to_each_or_shared_or_given_to_the_last() {
    let window = "from=2026-03-06T00:00:00Z to=2026-03-07T00:00:00Z priority=4";
    let full = "Aline Souza: open 86400\nbruno: open 86400";
    told(&TECHNICIAN_TIME, window, LIVES, full).await;
    let equal = "Aline Souza: open 43200\nbruno: open 43200";
    told(&TECHNICIAN_TIME, &format!("{window} share=equal"), LIVES, equal).await;
    told(&TECHNICIAN_TIME, &format!("{window} share=primary"), LIVES, "bruno: open 86400").await;
    let groups = "Support: open 86400";
    told(&GROUP_TIME, window, LIVES, groups).await;
}

#[tokio::test]
async fn work_in_progress_ages_as_little_says() {
    let spans = (1..=5).map(|ticket| format!("{ticket} | 2026-03-02 | 2026-03-04 | 2\n{ticket} | 2026-03-04 | | 5"));
    let spans = format!("ticket | from | to | status\n{}", spans.collect::<Vec<_>>().join("\n"));
    told(&WIP_AGE, "", &spans, "open 864000, solved 5, days 2.00").await;
    told(&WIP_AGE, "", LIVES, "open 3067200, solved 3").await;
}

#[tokio::test]
async fn a_heatmap_tells_every_weekday_and_hour_of_the_zone() {
    let events = "
        tuesday/21: created 2
        wednesday/09: created 1, solved 1
        wednesday/21: solved 1
        friday/21: solved 1
        saturday/21: closed 1
        sunday/21: created 1";
    told(&HEATMAP, "tz=America/Sao_Paulo limit=200", LIVES, events).await;
    let analytics = desk_of_lives(LIVES, "", "");
    let input = question("heatmap", "limit=200");
    let data = execute(&analytics, &Viewer::of_everything(), &input, at(NOW)).await.unwrap().data;
    assert_eq!(data.series.len(), 7 * 24);
    let monday = &data.series[0];
    assert_eq!((monday.exposure_s, monday.per_hour["created"]), (Some(5 * 3_600), 0.2));
}

#[tokio::test]
async fn exchanges_of_people_count_and_first_assignments_do_not() {
    let spans = "
        ticket | from       | to         | status | technicians | groups
        1      | 2026-03-01 | 2026-03-02 | 1      |             |
        1      | 2026-03-02 | 2026-03-03 | 2      | 7           | 10
        1      | 2026-03-03 | 2026-03-04 | 2      | 8           | 12
        1      | 2026-03-04 | 2026-03-05 | 2      |             | 12
        1      | 2026-03-05 | 2026-03-06 | 2      | 8           | 10
        1      | 2026-03-06 |            | 5      | 8           | 10
        2      | 2026-03-01 | 2026-03-02 | 2      | 7           |
        2      | 2026-03-02 |            | 5      | 7           |";
    told(&ASSIGNMENT_CHANGES, "", spans, "group_changes 2, person_changes 1").await;
    let bounced = "group_changes 2, handed_on 1, person_changes 1, returned 1, returns 1, tickets 2, \
                   group_changes 1.00, person_changes 0.50";
    told(&PING_PONG, "", spans, bounced).await;
}

#[tokio::test]
async fn the_first_word_to_a_requester_is_no_private_note_and_not_his_own() {
    let spans = "
        ticket | from       | to         | status | technicians
        1      | 2026-03-01 | 2026-03-05 | 2      | 7
        1      | 2026-03-05 |            | 5      | 7
        2      | 2026-03-01 | 2026-03-02 | 2      | 7
        2      | 2026-03-02 |            | 5      | 7";
    let comment = |kind: &str, item: i64, author: i64, is_private: bool| {
        format!(
            "{{\"kind\":\"{kind}\",\"item_id\":{item},\"change\":\"present\",\"author_id\":{author},\
             \"is_private\":{is_private},\"modified_at\":null,\"state\":0,\"seconds\":0,\"technician_id\":null}}"
        )
    };
    let events = format!(
        "ticket | occurred_at | event_type | log_offset | detail
         1 | 2026-03-02 | TicketCommentedV1 | 1 | {}
         1 | 2026-03-02 06:00 | TicketCommentedV1 | 2 | {}
         1 | 2026-03-03 | TicketCommentedV1 | 3 | {}
         1 | 2026-03-05 | TicketCommentedV1 | 4 | {}
         2 | 2026-03-02 | TicketCommentedV1 | 5 | {}",
        comment("followup", 1, 7, true),
        comment("followup", 2, 9, false),
        comment("followup", 3, 7, false),
        comment("solution", 4, 7, false),
        comment("solution", 5, 7, false),
    );
    let requesters = "
        ticket | requester_ids
        1      | 9
        2      | 9";
    let desk = (spans, requesters, events.as_str());
    told_of(&FIRST_RESPONSE_TIME, "", desk, "answered 2, median 129600 mean 129600").await;
    told_of(&FIRST_CONTACT_RESOLUTION, "", desk, "first_contact 1, solved 2").await;
}
