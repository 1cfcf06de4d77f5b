//! ExplainSla.

use schemas::tables::Table;
use sla::{Agreement, Hours, Kind, Status, Step, Terms, Unit, What};

use super::*;
use crate::{
    Analytics, Answer,
    desk::{NOW, at, batch, desk_with},
    usecases::explain_sla::{Input, SlaPromise, TicketSla, execute},
};

/// Monday to Friday from 08:00 to 12:00.
const CALENDAR: &str = r#"
    kind            | dimension_id | version | name   | attributes
    Calendar        | 4            | 1       | Office |
    CalendarSegment | 1            | 2       |        | {"calendars_id": 4, "day": 1, "begin": "08:00:00", "end": "12:00:00"}
    CalendarSegment | 2            | 3       |        | {"calendars_id": 4, "day": 2, "begin": "08:00:00", "end": "12:00:00"}
    CalendarSegment | 3            | 4       |        | {"calendars_id": 4, "day": 3, "begin": "08:00:00", "end": "12:00:00"}"#;

const SPANS: &str = "
    ticket | from             | to               | status | technicians | groups
    4      | 2026-03-02 08:00 | 2026-03-02 10:00 | 1      |             |
    4      | 2026-03-02 10:00 | 2026-03-03 09:00 | 2      | 7,8         | 10
    4      | 2026-03-03 09:00 | 2026-03-03 11:00 | 4      | 7           | 10
    4      | 2026-03-03 11:00 |                  | 2      | 7           | 10";

/// Opened on Monday 08:00, assigned at 10:00, pending on Tuesday from 09:00 to 11:00; eight working hours to resolve it.
fn steps() -> String {
    let second = |text: &str| at(text).seconds();
    let hours = |kind, amount| {
        let terms = Terms::new(amount, Unit::Hour, false).unwrap();
        What::Attached(Agreement { id: 30, kind, terms, hours: Hours::Calendar(4) })
    };
    let opened = second("2026-03-02 08:00");
    let steps = [
        (opened, What::Opened(opened)),
        (opened, hours(Kind::Tto, 1)),
        (opened, hours(Kind::Ttr, 8)),
        (second("2026-03-02 09:00"), hours(Kind::Ttr, 6)),
        (second("2026-03-02 10:00"), What::Status(Status::ASSIGNED)),
        (second("2026-03-02 10:00"), What::TakenIntoAccount),
        (second("2026-03-03 09:00"), What::Status(Status::PENDING)),
        (second("2026-03-03 11:00"), What::Status(Status::ASSIGNED)),
    ];
    serde_json::to_string(&steps.map(|(at, what)| Step::new(at, what))).unwrap()
}

fn desk() -> Analytics {
    let tickets = "
        ticket | title   | status | opened           | entity | technicians
        4      | Printer | 2      | 2026-03-02 08:00 | 1      | 7
        5      | Phone   | 2      | 2026-03-02 08:00 | 3      | 7";
    let clocks = format!("ticket | clock | agreement_id | entity_id | steps\n4 | ttr | 30 | 1 | {}", steps());
    let events = "
        ticket | occurred_at | event_type      | log_offset
        4      | 2026-03-02  | TicketCreatedV1 | 9";
    let tables = [
        (Table::Tickets, tickets),
        (Table::SlaClocks, &clocks),
        (Table::TicketSpans, SPANS),
        (Table::TicketEvents, events),
        (Table::Dimensions, CALENDAR),
    ];
    desk_with(tables.map(|(table, text)| (table, batch(table, text))).into(), None)
}

async fn asked(viewer: &Viewer, ticket_id: i64, instant: Option<&str>) -> Result<Answer<TicketSla>, Error> {
    let input = Input { ticket_id, at: instant.map(str::to_owned), tz: None };
    execute(&desk(), viewer, &input, at(NOW)).await
}

async fn promises(instant: &str) -> Vec<SlaPromise> {
    asked(&EVERYBODY, 4, Some(instant)).await.unwrap().data.promises
}

#[tokio::test]
async fn an_explanation_looks_like_this() {
    insta::assert_json_snapshot!(asked(&EVERYBODY, 4, Some("2026-03-04T10:00:00Z")).await.unwrap());
}

#[tokio::test]
async fn every_interval_adds_to_the_sum_and_the_last_sum_is_what_was_used() {
    for instant in ["2026-03-02T08:30:00Z", "2026-03-03T10:00:00Z", "2026-03-04T10:00:00Z", "2026-03-31T12:00:00Z"] {
        for promise in promises(instant).await {
            let figures = promise.canonical;
            let counted = figures.intervals.iter().filter(|interval| interval.counts);
            assert_eq!(counted.map(|interval| interval.seconds).sum::<i64>(), figures.elapsed_s);
            assert_eq!(figures.intervals.last().map_or(0, |interval| interval.running_sum_s), figures.elapsed_s);
            for shares in [promise.spent.by_status, promise.spent.by_group, promise.spent.by_technician] {
                assert_eq!(shares.iter().map(|share| share.seconds).sum::<i64>(), figures.elapsed_s);
            }
        }
    }
}

#[tokio::test]
async fn an_earlier_instant_knows_only_what_had_happened() {
    // While it waits, nothing is due. Five of its six hours are used: had it gone on at once, it would be due in one.
    let waiting = promises("2026-03-03T10:00:00Z").await;
    let resolve = &waiting.last().unwrap().canonical;
    assert_eq!((resolve.state.as_str(), resolve.elapsed_s, resolve.paused_s), ("paused", 18_000, 3_600));
    assert_eq!(
        (resolve.due_at, resolve.projected_due_at.unwrap().to_rfc3339()),
        (None, "2026-03-03T11:00:00+00:00".into())
    );
    // Before the second agreement there was the first.
    let first = promises("2026-03-02T08:30:00Z").await;
    assert_eq!(first.iter().map(|promise| promise.canonical.target_s).collect::<Vec<_>>(), [3_600, 28_800]);
    // Before the ticket was opened nothing was promised.
    assert!(promises("2026-03-01T00:00:00Z").await.is_empty());
}

#[tokio::test]
async fn a_replaced_promise_stays_and_glpi_knows_nothing_of_it() {
    let promises = promises("2026-03-04T10:00:00Z").await;
    let replaced = &promises[1];
    assert_eq!((replaced.canonical.state.as_str(), replaced.glpi.is_none()), ("cancelled", true));
    assert_eq!(replaced.detached_at.unwrap().to_rfc3339(), "2026-03-02T09:00:00+00:00");
    assert!(promises[2].glpi.is_some());
}

#[tokio::test]
async fn an_explanation_is_for_those_who_may_see_the_ticket() {
    for (viewer, ticket) in [(&EVERYBODY, 6), (&viewer_of(&[3]), 4), (&viewer_of(&[]), 4)] {
        let answer = asked(viewer, ticket, None).await;
        assert!(matches!(answer, Err(Error::NotFound { what: "ticket", .. })), "{answer:?}");
    }
    assert!(asked(&viewer_of(&[3]), 5, None).await.unwrap().data.promises.is_empty());
    assert_eq!(refused(asked(&EVERYBODY, 0, None).await), "ticket_id");
    assert_eq!(refused(asked(&EVERYBODY, 4, Some("yesterday")).await), "at");
}
