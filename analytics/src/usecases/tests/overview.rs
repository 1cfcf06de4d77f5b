//! GetTicketsOverview.

use std::collections::BTreeSet;

use super::*;
use crate::{
    PageInput,
    desk::{NOW, at, desk},
    usecases::get_tickets_overview::{Input, TicketsOverview, execute},
};

const DESK: &str = "
    ticket | status | priority | opened           | solved     | closed     | due              | entity | category | technicians | groups | presence
    1      | 1      | 3        | 2026-03-30       |            |            |                  | 1      | 20       |             |        |
    2      | 2      | 6        | 2026-03-01       |            |            | 2026-03-20       | 2      | 21       | 7           | 11     |
    3      | 4      | 2        | 2026-01-10       |            |            | 2026-01-20       | 3      |          | 7,8         | 10     |
    4      | 5      | 3        | 2026-03-05       | 2026-03-10 |            | 2026-03-11       | 1      | 21       | 8           | 12     |
    5      | 6      | 3        | 2026-02-05       | 2026-02-10 | 2026-03-02 |                  | 0      |          | 9           | 10,12  |
    6      | 6      | 3        | 2025-02-05       | 2025-02-10 | 2025-02-20 |                  | 1      | 20       | 9           | 10     |
    7      | 2      | 3        | 2026-03-05       |            |            |                  | 1      | 20       | 9           | 10     | trashed
    8      | 2      | 4        | 2026-03-31 09:00 |            |            | 2026-03-31 12:30 | 0      |          |             | 11     |";

async fn asked(viewer: &Viewer, input: &Input) -> Result<TicketsOverview, Error> {
    Ok(execute(&desk(DESK), viewer, input, at(NOW)).await?.data)
}

async fn narrowed(filters: TicketFilters) -> Vec<i64> {
    let input = Input { filters, sort: Some("id".to_owned()), ..Input::default() };
    ids(&asked(&EVERYBODY, &input).await.unwrap().tickets)
}

#[tokio::test]
async fn the_overview_of_a_desk_looks_like_this() {
    let answer = execute(&desk(DESK), &EVERYBODY, &Input::default(), at(NOW)).await.unwrap();
    insta::assert_json_snapshot!(answer);
}

#[tokio::test]
async fn figures_by_status_add_up_to_the_list_and_open_ones_to_the_backlog() {
    let overview = asked(&EVERYBODY, &Input::default()).await.unwrap();
    let of = |names: &[&str]| -> u64 {
        overview.by_status.iter().filter(|count| names.contains(&count.status.as_str())).map(|c| c.tickets).sum()
    };
    assert_eq!(of(&["new", "assigned", "planned", "pending", "other"]), overview.open);
    assert_eq!(overview.by_status.iter().map(|count| count.tickets).sum::<u64>(), overview.total);
    assert_eq!(overview.by_priority.iter().map(|count| count.tickets).sum::<u64>(), overview.total);
    assert_eq!(overview.tickets.len() as u64, overview.total);
}

#[tokio::test]
async fn filters_take_ids_or_names_and_what_lies_below() {
    let filters = TicketFilters::default;
    assert_eq!(narrowed(queue("Support")).await, [2, 3, 5, 8]);
    assert_eq!(narrowed(queue("support > network")).await, [2, 8]);
    assert_eq!(narrowed(queue("12")).await, [4, 5]);
    assert_eq!(narrowed(TicketFilters { category: words(&["20"]), ..filters() }).await, [1, 2, 4]);
    assert_eq!(narrowed(TicketFilters { entity: words(&["North"]), ..filters() }).await, [1, 2, 4]);
    assert_eq!(narrowed(TicketFilters { status: words(&["pending,solved"]), ..filters() }).await, [3, 4]);
    assert_eq!(narrowed(TicketFilters { priority: words(&["major", "2"]), ..filters() }).await, [2, 3]);
    assert_eq!(narrowed(TicketFilters { technician: words(&["aline souza"]), ..filters() }).await, [2, 3]);
    assert_eq!(narrowed(TicketFilters { kind: words(&["request"]), ..filters() }).await, [] as [i64; 0]);
}

#[tokio::test]
async fn a_viewer_sees_and_counts_his_entities_only() {
    let north = asked(&viewer_of(&[1]), &Input::default()).await.unwrap();
    assert_eq!((north.total, north.open, north.overdue), (3, 2, 1));
    let nobody = asked(&viewer_of(&[]), &Input::default()).await.unwrap();
    assert_eq!((nobody.total, nobody.open), (0, 0));
}

/// What the question with this filter answers, or how it is refused.
async fn said(viewer: &Viewer, filters: TicketFilters) -> Result<Vec<i64>, String> {
    let input = Input { filters, sort: Some("id".to_owned()), ..Input::default() };
    let answer = asked(viewer, &input).await;
    answer.map(|overview| ids(&overview.tickets)).map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_row_that_a_viewer_may_not_meet_is_to_him_as_if_it_did_not_exist() {
    let north = viewer_of(&[1]);
    let none = TicketFilters::default;
    let entity = |word: &str| TicketFilters { entity: words(&[word]), ..none() };
    let technician = |word: &str| TicketFilters { technician: words(&[word]), ..none() };
    assert_eq!(said(&north, entity("Port")).await, Ok(vec![2]));
    assert_eq!(said(&north, technician("bruno")).await, Ok(vec![4]));
    // The group above one that he meets stands in its whole name.
    assert_eq!(said(&north, queue("Support")).await, Ok(vec![2]));
    // South and Root exist, carla works elsewhere than in South: nothing of them shows.
    let south = viewer_of(&[3]);
    for (viewer, there, absent) in [
        (&north, entity("South"), entity("Mouth")),
        (&north, entity("3"), entity("9")),
        (&north, entity("Root"), entity("Moot")),
        (&south, technician("carla"), technician("parla")),
        (&south, technician("9"), technician("6")),
    ] {
        let mut refusals = Vec::new();
        for filters in [&there, &absent] {
            let refusal = said(viewer, filters.clone()).await.unwrap_err();
            // The word itself, and the order of the names offered, depend on what was asked for.
            let word = format!("{:?}", [&filters.entity[..], &filters.technician[..]].concat()[0]);
            let (said, offered) = refusal.split_once("; the nearest: ").unwrap();
            let offered: BTreeSet<String> = offered.split(", ").map(str::to_owned).collect();
            refusals.push((said.replace(&word, ""), offered));
        }
        assert_eq!(refusals[0], refusals[1]);
        assert!(said(&EVERYBODY, there).await.is_ok());
    }
}

#[tokio::test]
async fn an_unknown_name_is_refused_with_the_nearest_that_the_viewer_may_know() {
    let technician = |word: &str| TicketFilters { technician: words(&[word]), ..TicketFilters::default() };
    let everybody = said(&EVERYBODY, technician("carlo")).await.unwrap_err();
    assert_eq!(
        everybody,
        "technician: \"carlo\" is not known; allowed: an id or a name, or none; the nearest: carla, bruno, Aline Souza"
    );
    let north = said(&viewer_of(&[2]), technician("carlo")).await.unwrap_err();
    assert!(north.ends_with("; the nearest: Aline Souza"), "{north}");
    let nobody = said(&viewer_of(&[]), technician("carlo")).await.unwrap_err();
    assert!(nobody.ends_with("allowed: an id or a name, or none"), "{nobody}");
    let network = said(&EVERYBODY, queue("netwrk")).await.unwrap_err();
    assert!(network.contains("the nearest: Support > Network, "), "{network}");
}

/// Tickets whose status, priority or kind GLPI's core does not have, and whose group Farol does not know.
const STRANGE: &str = "
    ticket | status | priority | kind | groups | technicians | category | opened
    1      | 1      | 3        | 1    | 10     | 7           | 20       | 2026-03-30
    2      | 10     | 9        | 3    | 77     |             |          | 2026-03-30
    3      | 11     | 0        | 2    |        | 8           |          | 2026-03-30";

#[tokio::test]
async fn whatever_an_answer_shows_can_be_asked_for() {
    let analytics = desk(STRANGE);
    let none = TicketFilters::default;
    for (filters, expected) in [
        (TicketFilters { status: words(&["other"]), ..none() }, &[2, 3][..]),
        (TicketFilters { status: words(&["new", "other"]), ..none() }, &[1, 2, 3]),
        (TicketFilters { priority: words(&["other"]), ..none() }, &[2, 3]),
        (TicketFilters { kind: words(&["other"]), ..none() }, &[2]),
        (TicketFilters { kind: words(&["other,incident"]), ..none() }, &[1, 2]),
        (TicketFilters { queue: words(&["none"]), ..none() }, &[3]),
        (TicketFilters { queue: words(&["none", "Support"]), ..none() }, &[1, 3]),
        (TicketFilters { queue: words(&["77"]), ..none() }, &[2]),
        (TicketFilters { technician: words(&["none"]), ..none() }, &[2]),
        (TicketFilters { category: words(&["none"]), ..none() }, &[2, 3]),
    ] {
        let input = Input { filters: filters.clone(), sort: Some("id".to_owned()), ..Input::default() };
        let answer = execute(&analytics, &EVERYBODY, &input, at(NOW)).await.unwrap();
        assert_eq!(ids(&answer.data.tickets), expected, "{filters:?}");
    }
    // An id that neither a row nor a ticket has stays unknown; an entity is never none.
    for filters in [queue("78"), TicketFilters { entity: words(&["none"]), ..none() }] {
        let input = Input { filters, ..Input::default() };
        assert!(execute(&analytics, &EVERYBODY, &input, at(NOW)).await.is_err());
    }
}

#[tokio::test]
async fn a_ticket_says_whether_it_is_late_now_and_whether_it_was_solved_late() {
    let analytics = desk(
        "
        ticket | status | due        | solved     | opened
        1      | 2      | 2026-03-20 |            | 2026-03-10
        2      | 4      | 2026-03-20 |            | 2026-03-10
        3      | 5      | 2026-03-20 | 2026-03-21 | 2026-03-10
        4      | 6      | 2026-03-20 | 2026-03-20 | 2026-03-10
        5      | 5      |            | 2026-03-21 | 2026-03-10",
    );
    let input = Input { sort: Some("id".to_owned()), ..Input::default() };
    let tickets = execute(&analytics, &EVERYBODY, &input, at(NOW)).await.unwrap().data.tickets;
    let said: Vec<_> = tickets.iter().map(|ticket| (ticket.is_late_now, ticket.solved_late)).collect();
    assert_eq!(said, [(true, None), (false, None), (false, Some(true)), (false, Some(false)), (false, None)]);
}

#[tokio::test]
async fn an_empty_desk_answers_with_zeros() {
    let answer = execute(&desk("ticket"), &EVERYBODY, &Input::default(), at(NOW)).await.unwrap();
    assert_eq!((answer.data.total, answer.data.open, answer.data.created), (0, 0, 0));
    assert_eq!(answer.meta.page.unwrap().next, None);
}

#[tokio::test]
async fn a_walk_over_the_pages_meets_every_ticket_once() {
    let analytics = desk(DESK);
    for sort in ["-opened_at", "opened_at", "priority", "-priority", "due_ttr_at", "-due_ttr_at", "-id"] {
        let (mut met, mut cursor) = (Vec::new(), None);
        // Each page is asked for later than the one before: the walk's window must not move.
        for minute in 0_i64.. {
            let page = PageInput { limit: Some(2), cursor };
            let input = Input { sort: Some(sort.to_owned()), page, ..Input::default() };
            let now = at(NOW).plus_seconds(minute * 86_400);
            let answer = execute(&analytics, &EVERYBODY, &input, now).await.unwrap();
            met.extend(ids(&answer.data.tickets));
            assert_eq!((answer.data.total, answer.meta.page.as_ref().unwrap().total), (6, 6));
            cursor = answer.meta.page.unwrap().next;
            if cursor.is_none() {
                break;
            }
        }
        met.sort_unstable();
        assert_eq!(met, [1, 2, 3, 4, 5, 8], "{sort}");
    }
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused_by_field() {
    let input = Input::default;
    let filters = TicketFilters::default;
    let page = |limit, cursor: Option<&str>| PageInput { limit, cursor: cursor.map(str::to_owned) };
    let of = |input: Input| async move { refused(asked(&EVERYBODY, &input).await) };
    assert_eq!(of(Input { sort: Some("colour".to_owned()), ..input() }).await, "sort");
    assert_eq!(of(Input { tz: Some("Nowhere".to_owned()), ..input() }).await, "tz");
    assert_eq!(of(Input { window: window("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z"), ..input() }).await, "from");
    assert_eq!(of(Input { filters: queue("Kitchen"), ..input() }).await, "queue");
    assert_eq!(of(Input { filters: TicketFilters { status: words(&["7"]), ..filters() }, ..input() }).await, "status");
    let priority = TicketFilters { priority: words(&["urgent"]), ..filters() };
    assert_eq!(of(Input { filters: priority, ..input() }).await, "priority");
    assert_eq!(of(Input { filters: TicketFilters { entity: words(&["99"]), ..filters() }, ..input() }).await, "entity");
    assert_eq!(of(Input { page: page(Some(501), None), ..input() }).await, "limit");
    assert_eq!(of(Input { page: page(None, Some("%%%")), ..input() }).await, "cursor");
}
