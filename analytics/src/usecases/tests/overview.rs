//! GetTicketsOverview.

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
    // A filter on an entity he may not see finds nothing of it.
    let filters = TicketFilters { entity: words(&["0"]), ..TicketFilters::default() };
    let north = asked(&viewer_of(&[1]), &Input { filters, ..Input::default() }).await.unwrap();
    assert_eq!(north.total, 3);
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
