//! Clocks as questions see them, over a desk written as text.

use datafusion::prelude::col;
use schemas::tables::Table;

use super::super::{Live, standing};
use crate::{
    Analytics, TicketFilters, Viewer,
    desk::{at, batch, desk_with},
    plans::rows::Columns,
};

/// Office hours of ticket 1's calendar, which the desk moved by an hour after tickets had come.
const ROWS: &str = r#"
    kind            | dimension_id | version | observed_at | attributes
    Calendar        | 4            | 1       | 2026-03-01  |
    CalendarSegment | 5            | 2       | 2026-03-01  | {"calendars_id": 4, "day": 2, "begin": "08:00:00", "end": "12:00:00"}
    CalendarSegment | 5            | 9       | 2026-03-09  | {"calendars_id": 4, "day": 2, "begin": "09:00:00", "end": "12:00:00"}"#;

fn desk(clocks: &str) -> Analytics {
    let events = "
        ticket | occurred_at | event_type      | log_offset
        1      | 2026-03-02  | TicketCreatedV1 | 5";
    let tickets = "
        ticket | entity
        1      | 1
        2      | 3";
    let tables = [(Table::Tickets, tickets), (Table::SlaClocks, clocks), (Table::TicketEvents, events)];
    let mut tables: Vec<_> = tables.map(|(table, text)| (table, batch(table, text))).into();
    tables.push((Table::Dimensions, batch(Table::Dimensions, ROWS)));
    desk_with(tables, None)
}

/// `ticket: elapsed due breached` of each clock at `now`.
async fn told(analytics: &Analytics, viewer: &Viewer, now: &str) -> Vec<String> {
    let reading = analytics.read(viewer).await.unwrap();
    let clocks = standing(&reading, &TicketFilters::default(), at(now), &[]).await.unwrap();
    let mut told = Vec::new();
    for batch in clocks.sort(vec![col("ticket_id").sort(true, false)]).unwrap().collect().await.unwrap() {
        let columns = Columns::of(&batch);
        for row in 0..batch.num_rows() {
            let number = |name: &str| columns.integer(name, row).unwrap().unwrap();
            let time = |live: Live| columns.instant(live.column(), row).unwrap().map(|at| at.to_string());
            let (due, breached) = (time(Live::DueAt), time(Live::BreachedAt));
            let (due, breached) = (due.unwrap_or_default(), breached.unwrap_or_default());
            let elapsed = number(Live::ElapsedS.column());
            told.push(format!("{}: {elapsed} {due} {breached}", number("ticket_id")).trim_end().to_owned());
        }
    }
    told
}

#[tokio::test]
async fn a_running_clock_goes_on_by_the_calendar_that_held_then() {
    let clocks = "
        ticket | attached_at      | running_since    | elapsed_s | target_s | calendar_id | entity_id
        1      | 2026-03-02 08:00 | 2026-03-03 08:00 | 3600      | 25200    | 4           | 1";
    // Tuesday 3 March counts from 08:00, Tuesday 10 March from 09:00.
    let everybody = Viewer::of_everything();
    let found = told(&desk(clocks), &everybody, "2026-03-03 10:00").await;
    assert_eq!(found, ["1: 10800 2026-03-10T11:00:00Z"]);
    let found = told(&desk(clocks), &everybody, "2026-03-10 11:00").await;
    assert_eq!(found, ["1: 25200 2026-03-10T11:00:00Z"]);
    let found = told(&desk(clocks), &everybody, "2026-03-10 11:00:05").await;
    assert_eq!(found, ["1: 25205 2026-03-10T11:00:00Z 2026-03-10T11:00:00Z"]);
}

#[tokio::test]
async fn clocks_of_other_entities_are_out_of_sight() {
    let clocks = "
        ticket | attached_at | running_since | target_s | entity_id
        1      | 2026-03-02  | 2026-03-02    | 60       | 1
        2      | 2026-03-02  | 2026-03-02    | 86400    | 3";
    let viewer = Viewer { entities: crate::Visible::Subtree(vec![3]) };
    let found = told(&desk(clocks), &viewer, "2026-03-02 01:00").await;
    assert_eq!(found, ["2: 3600 2026-03-03T00:00:00Z"]);
}
