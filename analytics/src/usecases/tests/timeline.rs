//! GetTicketTimeline and SyncTicket.

use schemas::tables::Table;

use super::*;
use crate::{
    Analytics, PageInput,
    desk::{NOW, at, batch, desk_with},
    usecases::{
        get_ticket_timeline::{Input, execute},
        sync_ticket,
    },
};

const TICKETS: &str = "
    ticket | title   | status | opened     | due        | sla_ttr_id | target_s | entity | technicians | presence
    4      | Printer | 2      | 2026-03-01 | 2026-03-20 | 30         | 14400    | 1      | 7           |
    5      | Phone   | 2      | 2026-03-01 |            |            |          | 3      |             | trashed";

const EVENTS: &str = r#"
    ticket | occurred_at      | sequence | log_offset | event_id | event_type                    | origin          | detail
    4      | 2026-03-01 09:00 | 0        | 0          | a        | TicketCreatedV1               | Ticket/4        | {"created_at":1772355600000000,"opened_at":1772355600000000,"writer_id":8}
    4      | 2026-03-02 09:00 | 12       | 1          | b        | TicketUpdatedV1               | Log/12          | {"change":{"field":"status","option":12,"old":"1","new":"2"},"state":null}
    4      | 2026-03-02 09:00 | 11       | 2          | c        | TechnicianAssignmentChangedV1 | Log/11          | {"actor_kind":"person","actor_id":7,"actor_name":"aline (7)","role":"assigned","change":"added"}
    4      | 2026-03-01 08:00 | 0        | 3          | d        | TicketCommentedV1             | ITILFollowup/3  | {"kind":"followup","item_id":3,"change":"present","author_id":99,"is_private":true,"modified_at":null,"state":0,"seconds":0,"technician_id":null}
    4      | 2026-03-03 08:00 | 0        | 4          | e        | TicketDeletedV1               | Log/13          | {"cause":"trashed"}
    4      | 2026-03-03 09:00 | 0        | 5          | f        | TicketRestoredV1              | Log/14          | {"cause":"restored"}
    4      | 2026-03-04 09:00 | 0        | 6          | g        | SatisfactionAnsweredV1        | TicketSatisfaction/1 | {"sent_at":null,"answered_at":1772355600000000,"score":4.5,"comment":"ok"}
    4      | 2026-03-05 09:00 | 0        | 7          | h        | TicketMovedV9                 | Ticket/4        | {"where":"elsewhere"}
    5      | 2026-03-01 09:00 | 0        | 8          | i        | TicketDeletedV1               | Ticket/5        | {"cause":"trashed"}"#;

fn desk() -> Analytics {
    let tickets = (Table::Tickets, batch(Table::Tickets, TICKETS));
    desk_with(vec![tickets, (Table::TicketEvents, batch(Table::TicketEvents, EVENTS))], None)
}

fn of(ticket_id: i64) -> Input {
    Input { ticket_id, ..Input::default() }
}

#[tokio::test]
async fn a_timeline_looks_like_this() {
    insta::assert_json_snapshot!(execute(&desk(), &EVERYBODY, &of(4), at(NOW)).await.unwrap());
}

#[tokio::test]
async fn events_stand_in_the_order_in_which_they_happened_over_all_pages() {
    let (mut met, mut cursor) = (String::new(), None);
    loop {
        let input = Input { page: PageInput { limit: Some(3), cursor }, ..of(4) };
        let answer = execute(&desk(), &EVERYBODY, &input, at(NOW)).await.unwrap();
        met.extend(answer.data.events.into_iter().map(|event| event.id));
        cursor = answer.meta.page.unwrap().next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(met, "dacbefgh");
}

#[tokio::test]
async fn a_ticket_in_the_trash_keeps_its_timeline() {
    let answer = execute(&desk(), &EVERYBODY, &of(5), at(NOW)).await.unwrap();
    assert_eq!((answer.data.presence.as_str(), answer.data.events.len(), answer.data.slas.len()), ("trashed", 1, 0));
}

#[tokio::test]
async fn a_ticket_that_is_not_there_or_not_visible_is_not_found() {
    for (viewer, ticket) in [(&EVERYBODY, 6), (&viewer_of(&[3]), 4), (&viewer_of(&[]), 4)] {
        let answer = execute(&desk(), viewer, &of(ticket), at(NOW)).await;
        assert!(matches!(answer, Err(Error::NotFound { what: "ticket", .. })), "{answer:?}");
    }
    assert_eq!(refused(execute(&desk(), &EVERYBODY, &of(0), at(NOW)).await), "ticket_id");
}

#[tokio::test]
async fn a_cursor_of_another_ticket_is_refused() {
    let input = Input { page: PageInput { limit: Some(1), cursor: None }, ..of(4) };
    let cursor = execute(&desk(), &EVERYBODY, &input, at(NOW)).await.unwrap().meta.page.unwrap().next;
    let input = Input { page: PageInput { limit: Some(1), cursor }, ..of(5) };
    assert_eq!(refused(execute(&desk(), &EVERYBODY, &input, at(NOW)).await), "cursor");
}

#[tokio::test]
async fn a_request_to_read_a_ticket_again_is_kept_and_found() {
    let desk = desk();
    let asked = sync_ticket::Input { ticket_id: 4 };
    let receipt = sync_ticket::execute(&desk, &viewer_of(&[1]), asked, at(NOW)).await.unwrap().data;
    let of = |ticket_id| sync_ticket::Receipt { ticket_id, receipt: receipt.id };
    assert_eq!(sync_ticket::find(&desk, &viewer_of(&[1]), of(4), at(NOW)).await.unwrap().data, receipt);
    // Of another ticket there is no such request, nor for somebody who may not see the ticket.
    for (viewer, ticket) in [(EVERYBODY, 5), (viewer_of(&[3]), 4)] {
        let absent = sync_ticket::find(&desk, &viewer, of(ticket), at(NOW)).await;
        assert!(matches!(absent, Err(Error::NotFound { what: "sync request", .. })), "{absent:?}");
    }
    insta::assert_json_snapshot!(receipt);
}

#[tokio::test]
async fn a_request_for_a_ticket_out_of_sight_is_refused() {
    let desk = desk();
    let ask = |ticket_id| sync_ticket::Input { ticket_id };
    let hidden = sync_ticket::execute(&desk, &viewer_of(&[3]), ask(4), at(NOW)).await;
    assert!(matches!(hidden, Err(Error::NotFound { id: 4, .. })));
    // Whoever sees everything may ask for a ticket that Farol has not met.
    assert!(sync_ticket::execute(&desk, &EVERYBODY, ask(600), at(NOW)).await.is_ok());
    assert_eq!(refused(sync_ticket::execute(&desk, &EVERYBODY, ask(-1), at(NOW)).await), "ticket_id");
    let unknown = sync_ticket::Receipt { ticket_id: 4, receipt: 77 };
    assert!(matches!(
        sync_ticket::find(&desk, &EVERYBODY, unknown, at(NOW)).await,
        Err(Error::NotFound { id: 77, .. })
    ));
    let nowhere = sync_ticket::Receipt { ticket_id: 0, ..unknown };
    assert_eq!(refused(sync_ticket::find(&desk, &EVERYBODY, nowhere, at(NOW)).await), "ticket_id");
}
