//! SimulateSla.

use schemas::tables::Table;
use serde_json::json;

use super::*;
use crate::{
    Analytics,
    desk::{NOW, at, batch, desk_with},
    usecases::{
        get_sla_trends,
        simulate_sla::{Input, WhatIf, execute},
    },
};

/// All hours count. Ticket 1 is kept and was pending for an hour, ticket 2 is broken by an hour, ticket 3 is kept to the second,
/// ticket 4 runs, ticket 5 was taken back.
const PROMISES: &str = "
    ticket | clock | agreement_id | attached_at | detached_at      | stopped_at       | running_since    | target_s | elapsed_s | paused_s | due_at           | entity_id | technicians | priority
    1      | ttr   | 30           | 2026-03-02  |                  | 2026-03-02 02:00 |                  | 5400     | 3600      | 3600     | 2026-03-02 03:00 | 1         | 7           | 3
    1      | tto   | 31           | 2026-03-02  |                  | 2026-03-02 00:10 |                  | 3600     | 600       | 0        | 2026-03-02 01:00 | 1         | 7           | 3
    2      | ttr   | 30           | 2026-03-03  |                  | 2026-03-03 03:00 |                  | 7200     | 10800     | 0        | 2026-03-03 02:00 | 3         | 8           | 5
    3      | ttr   | 30           | 2026-03-09  |                  | 2026-03-09 02:00 |                  | 7200     | 7200      | 0        | 2026-03-09 02:00 | 3         | 8           | 3
    4      | ttr   | 30           | 2026-03-31  |                  |                  | 2026-03-31       | 90000    | 0         | 0        |                  | 3         |             | 3
    5      | ttr   | 30           | 2026-03-20  | 2026-03-20 01:00 | 2026-03-20 01:00 |                  | 7200     | 3600      | 0        | 2026-03-20 02:00 | 3         | 9           | 3";

const SPANS: &str = "
    ticket | from             | to               | status
    1      | 2026-03-02       | 2026-03-02 00:10 | 1
    1      | 2026-03-02 00:10 | 2026-03-02 00:30 | 2
    1      | 2026-03-02 00:30 | 2026-03-02 01:30 | 4
    1      | 2026-03-02 01:30 | 2026-03-02 02:00 | 2
    1      | 2026-03-02 02:00 |                  | 5
    2      | 2026-03-03       | 2026-03-03 03:00 | 2
    2      | 2026-03-03 03:00 |                  | 5
    3      | 2026-03-09       | 2026-03-09 02:00 | 3
    3      | 2026-03-09 02:00 |                  | 5
    4      | 2026-03-31       |                  | 2
    5      | 2026-03-20       |                  | 2";

const TICKETS: &str = "
    ticket | entity | urgency | impact | priority
    1      | 1      | 3       | 3      | 3
    2      | 3      | 5       | 5      | 5
    3      | 3      | 3       | 3      | 3
    4      | 3      | 3       | 3      | 3
    5      | 3      | 3       | 3      | 3";

/// A calendar, open from one to two each night, and an agreement of half an hour.
const ROWS: &str = r#"
    kind            | dimension_id | version | observed_at | attributes
    Calendar        | 4            | 1       | 2026-01-01  |
    CalendarSegment | 5            | 2       | 2026-01-01  | {"calendars_id": 4, "day": 1, "begin": "01:00:00", "end": "02:00:00"}
    SLA             | 40           | 3       | 2026-01-01  | {"number_time": 30, "definition_time": "minute"}"#;

fn desk_of(promises: &str) -> Analytics {
    let mut tables = vec![
        (Table::Tickets, batch(Table::Tickets, TICKETS)),
        (Table::SlaClocks, batch(Table::SlaClocks, promises)),
        (Table::TicketSpans, batch(Table::TicketSpans, SPANS)),
        (
            Table::TicketEvents,
            batch(
                Table::TicketEvents,
                "ticket | occurred_at | event_type | log_offset\n 1 | 2026-03-02 | TicketCreatedV1 | 5",
            ),
        ),
    ];
    tables.push((Table::Dimensions, batch(Table::Dimensions, ROWS)));
    desk_with(tables, None)
}

async fn asked(viewer: &Viewer, scenario: serde_json::Value) -> Result<WhatIf, Error> {
    let mut input: Input = serde_json::from_value(scenario).unwrap();
    input.minimum = input.minimum.or(Some(1));
    Ok(execute(&desk_of(PROMISES), viewer, &input, at(NOW)).await?.data)
}

/// `promises met breached cancelled`, before and after.
fn sides(told: &WhatIf) -> [[u64; 4]; 2] {
    [&told.whole.before, &told.whole.after].map(|figure| {
        assert_eq!((figure.attainment.part, figure.attainment.whole), (figure.met, figure.met + figure.breached));
        [figure.promises, figure.met, figure.breached, figure.cancelled]
    })
}

/// The tickets whose promises change sides, with the names of both.
fn changed(told: &WhatIf) -> Vec<String> {
    assert_eq!(told.changed.len() as u64, told.changed_total);
    let one = |promise: &crate::usecases::simulate_sla::WhatIfPromise| {
        format!("{} {}: {} {}", promise.ticket.id, promise.clock, promise.before.state, promise.after.state)
    };
    let mut lines: Vec<String> = told.changed.iter().map(one).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn a_scenario_looks_like_this() {
    let scenario = json!({"targets": [{"clock": "ttr", "factor": 0.5}], "by": "entity"});
    insta::assert_json_snapshot!(asked(&EVERYBODY, scenario).await.unwrap());
}

#[tokio::test]
async fn an_empty_scenario_changes_nothing() {
    for scenario in [
        json!({}),
        json!({"pauses": {"own": [], "resolve": ["pending"]}}),
        json!({"calendars": [{"always": true}], "targets": [{"factor": 1.0}]}),
    ] {
        let told = asked(&EVERYBODY, scenario).await.unwrap();
        assert_eq!(sides(&told), [[5, 3, 1, 1]; 2]);
        assert_eq!((told.promises_read, told.promises_recounted, told.changed_total), (6, 0, 0));
        assert!(told.sides.iter().all(|way| way.before == way.after));
        assert!(told.ranking.iter().all(|person| person.rank_before == person.rank_after));
        assert_eq!(told.whole.difference.attainment, Some(0.0));
    }
}

#[tokio::test]
async fn what_is_before_is_what_trends_tell() {
    let window = json!({"from": "2026-03-02T12:00:00Z", "to": "2026-03-21T00:00:00Z"});
    for by in ["entity", "technician", "priority", "category", "agreement", "clock", "group_subtree"] {
        let scenario = json!({"calendars": [{"id": 4}], "window": window, "by": by});
        let told = asked(&EVERYBODY, scenario).await.unwrap();
        let input = json!({"window": window, "by": by, "minimum": 1});
        let input: get_sla_trends::Input = serde_json::from_value(input).unwrap();
        let trends = get_sla_trends::execute(&desk_of(PROMISES), &EVERYBODY, &input, at(NOW)).await.unwrap().data;
        let decided = |whole: u64, cancelled: u64| whole + cancelled > 0;
        let mut known: Vec<_> = trends
            .series
            .into_iter()
            .filter(|trend| decided(trend.whole.attainment.whole, trend.whole.cancelled))
            .map(|trend| (format!("{:?}", trend.key.unwrap()), trend.whole.attainment, trend.whole.cancelled))
            .collect();
        let mut found: Vec<_> = told
            .series
            .into_iter()
            .map(|one| (format!("{:?}", one.key), one.figures.before.attainment, one.figures.before.cancelled))
            .filter(|(_, attainment, cancelled)| decided(attainment.whole, *cancelled))
            .collect();
        known.sort_by(|one, other| one.0.cmp(&other.0));
        found.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(found, known, "{by}");
    }
}

#[tokio::test]
async fn a_time_that_counts_no_longer_stands_still() {
    // Two hours instead of one, of a promise of ninety minutes.
    let told = asked(&EVERYBODY, json!({"pauses": {"resolve": []}})).await.unwrap();
    assert_eq!(changed(&told), ["1 ttr: met breached"]);
    let breached = &told.changed[0].after;
    assert_eq!((breached.elapsed_s, breached.over_by_s), (7_200, 1_800));
    assert_eq!(breached.breached_at.unwrap().to_string(), "2026-03-02 01:30:00 UTC");
    assert_eq!(told.whole.difference.breached, 1);
}

#[tokio::test]
async fn a_pause_of_another_status_saves_a_promise() {
    let scenario = json!({"pauses": {"resolve": ["pending", "planned", "assigned"]}});
    let told = asked(&EVERYBODY, scenario).await.unwrap();
    assert_eq!(changed(&told), ["2 ttr: breached met"]);
    assert_eq!(sides(&told)[1], [5, 4, 0, 1]);
}

#[tokio::test]
async fn calendars_are_known_by_id_or_spelled_out() {
    // Mondays from one to two: half an hour of ticket 1, none of ticket 2, which was opened on a Tuesday.
    let hours = json!({"tz": "UTC", "segments": [{"days": ["monday"], "begin": "01:00", "end": "02:00"}]});
    for calendar in [json!({"id": 4}), json!({"hours": hours})] {
        let told = asked(&EVERYBODY, json!({"calendars": [calendar]})).await.unwrap();
        assert_eq!(changed(&told), ["2 ttr: breached met"]);
        assert_eq!(told.promises_recounted, 6);
    }
    // Three working days of that calendar are three of its hours.
    let scenario = json!({"calendars": [{"id": 4}], "targets": [{"amount": 3, "unit": "day"}], "changed": 500});
    assert_eq!(sides(&asked(&EVERYBODY, scenario).await.unwrap())[1], [5, 4, 0, 1]);
}

#[tokio::test]
async fn the_first_rule_that_takes_a_promise_holds() {
    let scenario = json!({"targets": [
        {"clock": "tto", "amount": 1, "unit": "minute"},
        {"sla": 30, "priority": ["very_high"], "amount": 3, "unit": "hour"},
        {"sla": 30, "of_sla": 40},
        {"factor": 100}]});
    let told = asked(&EVERYBODY, scenario).await.unwrap();
    assert_eq!(
        changed(&told),
        [
            "1 tto: met breached",
            "1 ttr: met breached",
            "2 ttr: breached met",
            "3 ttr: met breached",
            "4 ttr: open breached",
            "5 ttr: cancelled breached"
        ]
    );
}

#[tokio::test]
async fn a_matrix_decides_which_target_takes_a_ticket() {
    let mut matrix = vec![vec![3; 5]; 5];
    matrix[4][4] = 1;
    let targets = json!([{"clock": "ttr", "priority": ["1"], "amount": 10, "unit": "hour"}]);
    let told = asked(&EVERYBODY, json!({"priorities": matrix, "targets": targets})).await.unwrap();
    assert_eq!(changed(&told), ["2 ttr: breached met"]);
    assert_eq!(told.promises_recounted, 1);
}

#[tokio::test]
async fn people_win_and_lose_places() {
    let told =
        asked(&EVERYBODY, json!({"targets": [{"clock": "ttr", "amount": 45, "unit": "minute"}, {"factor": 0.1}]}))
            .await
            .unwrap();
    let places: Vec<_> =
        told.ranking.iter().map(|one| (one.technician.id, one.rank_before, one.rank_after, one.places_won)).collect();
    // All are broken then, and a promise taken back is broken too.
    assert_eq!(places, [(7, Some(1), Some(1), Some(0)), (8, Some(2), Some(1), Some(1)), (9, None, Some(1), None)]);
}

#[tokio::test]
async fn what_columns_do_not_tell_is_counted_from_steps() {
    // The row says that half an hour more was used than whole statuses tell: the ticket was pending only from one o'clock on.
    let opened = at("2026-03-02").seconds();
    let steps = json!([
        {"at": opened, "what": {"Opened": opened}},
        {"at": opened, "what": {"Attached": {
            "id": 30, "kind": "Ttr", "hours": "Always",
            "terms": {"amount": 90, "unit": "Minute", "end_of_working_day": false}}}},
        {"at": opened + 3_600, "what": {"Status": 4}},
        {"at": opened + 5_400, "what": {"Status": 2}},
        {"at": opened + 7_200, "what": {"Status": 5}}]);
    let promises = format!(
        "
        ticket | clock | agreement_id | attached_at | stopped_at       | target_s | elapsed_s | due_at           | entity_id | steps
        1      | ttr   | 30           | 2026-03-02  | 2026-03-02 02:00 | 5400     | 5400      | 2026-03-02 02:00 | 1         | {steps}"
    );
    let input = |scenario| serde_json::from_value::<Input>(scenario).unwrap();
    let halved = input(json!({"targets": [{"factor": 0.5}]}));
    let told = execute(&desk_of(&promises), &EVERYBODY, &halved, at(NOW)).await.unwrap().data;
    assert_eq!((told.promises_from_steps, told.changed[0].after.elapsed_s), (1, 5_400));
    assert_eq!(told.changed[0].after.breached_at.unwrap().to_string(), "2026-03-02 00:45:00 UTC");
    let night = input(
        json!({"calendars": [{"id": 4}], "pauses": {"resolve": []}, "targets": [{"amount": 1, "unit": "minute"}]}),
    );
    let told = execute(&desk_of(&promises), &EVERYBODY, &night, at(NOW)).await.unwrap().data;
    assert_eq!((told.promises_from_steps, told.changed[0].after.elapsed_s), (1, 3_600));
}

#[tokio::test]
async fn a_viewer_learns_of_his_entities_alone() {
    let scenario = json!({"pauses": {"resolve": []}, "by": "entity"});
    let south = asked(&viewer_of(&[3]), scenario.clone()).await.unwrap();
    assert_eq!((south.promises_read, south.changed_total, south.series_total), (4, 0, 1));
    let nobody = asked(&viewer_of(&[]), scenario).await.unwrap();
    assert_eq!((nobody.promises_read, nobody.by_clock.len(), nobody.ranking_total), (0, 0, 0));
}

#[tokio::test]
async fn a_scenario_that_makes_no_sense_is_refused_by_field() {
    for (scenario, field) in [
        (json!({"calendars": [{}]}), "calendars"),
        (json!({"calendars": [{"id": 4, "always": true}]}), "calendars"),
        (json!({"calendars": [{"id": 99}]}), "calendars"),
        (json!({"calendars": [{"hours": {}}]}), "calendars"),
        (
            json!({"calendars": [{"hours": {"segments": [{"days": ["someday"], "begin": "09:00", "end": "10:00"}]}}]}),
            "calendars",
        ),
        (
            json!({"calendars": [{"hours": {"tz": "Mars", "segments": [{"days": ["monday"], "begin": "09:00", "end": "10:00"}]}}]}),
            "calendars",
        ),
        (json!({"calendars": [{"clock": "lunch", "always": true}]}), "calendars"),
        (json!({"calendars": [{"sla": 1, "ola": 1, "always": true}]}), "calendars"),
        (json!({"calendars": vec![json!({"always": true}); 101]}), "calendars"),
        (json!({"targets": [{"amount": 1}]}), "targets"),
        (json!({"targets": [{"amount": -1, "unit": "hour"}]}), "targets"),
        (json!({"targets": [{"amount": 11, "unit": "fortnight"}]}), "targets"),
        (json!({"targets": [{"amount": 4_000, "unit": "day"}]}), "targets"),
        (json!({"targets": [{"factor": 0.0}]}), "targets"),
        (json!({"targets": [{"factor": 2.0, "of_sla": 40}]}), "targets"),
        (json!({"targets": [{"of_sla": 99}]}), "targets"),
        (json!({"targets": [{"factor": 2.0, "priority": ["urgent"]}]}), "targets"),
        (json!({"pauses": {"resolve": ["solved"]}}), "pauses"),
        (json!({"priorities": [[1, 2]]}), "priorities"),
        (json!({"priorities": vec![vec![7; 5]; 5]}), "priorities"),
        (json!({"priorities": vec![vec![3; 5]; 5]}), "priorities"),
        (json!({"by": "moon"}), "by"),
        (json!({"changed": 501}), "changed"),
        (json!({"limit": 0}), "limit"),
        (json!({"tz": "Mars"}), "tz"),
    ] {
        assert_eq!(refused(asked(&EVERYBODY, scenario.clone()).await), field, "{scenario}");
    }
}
