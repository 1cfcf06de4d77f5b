//! Breaches as the events tell them.

use schemas::tables::Table;
use sla::{Agreement, Hours, Kind, Status, Step, Terms, Unit, What};

use super::*;
use crate::{
    Analytics,
    desk::{batch, desk_with},
};

const TICKETS: &str = "
    ticket | status | priority | entity | technicians | presence
    1      | 5      | 3        | 1      | 7           |
    2      | 5      | 3        | 2      | 8           |
    3      | 2      | 3        | 3      | 9           |
    4      | 4      | 6        | 0      | 9           |
    5      | 2      | 3        | 0      | 9           |
    6      | 2      | 3        | 0      | 9           |
    7      | 5      | 3        | 0      | 9           | trashed";

/// Over by a tenth, by half, running over by as much, paused after its breach, taken back after its breach, and in the trash;
/// 6 will be due in an hour and has used two thirds; 1 was owned in time.
const PROMISES: &str = "
    ticket | clock | attached_at      | stopped_at       | detached_at      | running_since    | paused_since | target_s | elapsed_s | due_at           | priority | entity_id | technicians | groups | longest_from | longest_until    | longest_s | longest_status | is_counted
    1      | ttr   | 2026-03-10       | 2026-03-10 01:06 |                  |                  |              | 3600     | 3960      | 2026-03-10 01:00 | 3        | 1         | 7           | 10     | 2026-03-10   | 2026-03-10 01:06 | 3960      | 2              |
    1      | tto   | 2026-03-10       | 2026-03-10 00:10 |                  |                  |              | 3600     | 600       | 2026-03-10 01:00 | 3        | 1         | 7           | 10     |              |                  |           |                |
    2      | ttr   | 2026-03-11       | 2026-03-11 01:30 |                  |                  |              | 3600     | 5400      | 2026-03-11 01:00 | 3        | 2         | 8           | 11     |              |                  |           |                |
    3      | ttr   | 2026-03-31 10:00 |                  |                  | 2026-03-31 10:00 |              | 3600     | 0         | 2026-03-31 11:00 | 3        | 3         | 9           |        |              |                  |           |                |
    4      | ttr   | 2026-03-12       |                  |                  |                  | 2026-03-13   | 3600     | 3601      | 2026-03-12 01:00 | 6        | 0         | 9           |        |              |                  |           |                |
    5      | ttr   | 2026-03-14       | 2026-03-15       | 2026-03-15       |                  |              | 3600     | 86400     | 2026-03-14 01:00 | 3        | 0         | 9           | 12     |              |                  |           |                |
    6      | ttr   | 2026-03-31 10:00 |                  |                  | 2026-03-31 10:00 |              | 10800    | 0         | 2026-03-31 13:00 | 3        | 0         | 9           |        |              |                  |           |                |
    7      | ttr   | 2026-03-16       | 2026-03-16 02:00 |                  |                  |              | 3600     | 7200      | 2026-03-16 01:00 | 3        | 0         | 9           |        |              |                  |           |                | false";

fn desk() -> Analytics {
    let opened = at("2026-03-31 10:00").seconds();
    let promise =
        Agreement { id: 0, kind: Kind::Ttr, terms: Terms::new(1, Unit::Hour, false).unwrap(), hours: Hours::Always };
    let steps = [What::Opened(opened), What::Attached(promise), What::Status(Status::ASSIGNED)];
    let steps = serde_json::to_string(&steps.map(|what| Step::new(opened, what))).unwrap();
    // Every row needs steps; those of the running clocks are read.
    let mut lines = PROMISES.lines().filter(|line| !line.trim().is_empty());
    let header = lines.next().unwrap();
    let rows = lines.map(|line| format!("{line} | {steps}")).collect::<Vec<_>>().join("\n");
    let spans = "
        ticket | from             | to               | status | technicians
        3      | 2026-03-31 10:00 | 2026-03-31 10:10 | 1      |
        3      | 2026-03-31 10:10 |                  | 2      | 9";
    let promises = format!("{header} | steps\n{rows}");
    let tables = [(Table::Tickets, TICKETS), (Table::SlaClocks, &promises), (Table::TicketSpans, spans)];
    desk_with(tables.map(|(table, text)| (table, batch(table, text))).into(), None)
}

async fn asked(viewer: &Viewer, input: Input) -> Result<Answer<SlaBreaches>, Error> {
    execute(&desk(), viewer, &input, at(NOW)).await
}

/// `id severity over_by_s`, oldest first.
async fn found(input: Input) -> Vec<String> {
    let input = Input { sort: Some("id".to_owned()), ..input };
    let breaches = asked(&EVERYBODY, input).await.unwrap().data.breaches;
    breaches.iter().map(|breach| format!("{} {} {}", breach.id, breach.severity, breach.over_by_s)).collect()
}

const ALL: [&str; 5] = [
    "1/ttr minor 360",
    "2/ttr major 1800",
    "3/ttr critical 3600",
    "4/ttr critical 1",
    "5/ttr/2026-03-14T00:00:00Z critical 82800",
];

#[tokio::test]
async fn canonical_breaches_look_like_this() {
    let input = Input { severity: words(&["minor"]), ..Input::default() };
    insta::assert_json_snapshot!(asked(&EVERYBODY, input).await.unwrap());
}

#[tokio::test]
async fn a_breach_stays_though_its_ticket_waits_or_its_promise_was_taken_back() {
    assert_eq!(found(Input::default()).await, ALL);
    let state = |state: &str| Input { state: Some(state.to_owned()), ..Input::default() };
    assert_eq!(found(state("running")).await, ALL[2..4]);
    assert_eq!(found(state("stopped")).await.len(), 3);
}

#[tokio::test]
async fn breaches_narrow_by_how_far_and_by_who_had_them() {
    assert_eq!(found(Input { over_by_s_min: Some(1_800), ..Input::default() }).await, [ALL[1], ALL[2], ALL[4]]);
    assert_eq!(found(Input { severity: words(&["major"]), ..Input::default() }).await, ALL[1..2]);
    // Network is below Support.
    assert_eq!(found(Input { owner_group: words(&["Support"]), ..Input::default() }).await, ALL[..2]);
    assert_eq!(found(Input { owner_group: words(&["none"]), ..Input::default() }).await, ALL[2..4]);
    assert_eq!(found(Input { owner_technician: words(&["bruno"]), ..Input::default() }).await, ALL[1..2]);
    let group = Input { owner_group: words(&["nobody"]), ..Input::default() };
    assert_eq!(refused(asked(&EVERYBODY, group).await), "owner_group");
    let technician = Input { owner_technician: words(&["nobody"]), ..Input::default() };
    assert_eq!(refused(asked(&EVERYBODY, technician).await), "owner_technician");
    assert_eq!(found(Input { clock: words(&["tto"]), ..Input::default() }).await.len(), 0);
    let day = Input { window: window("2026-03-10T01:00:00Z", "2026-03-10T01:00:01Z"), ..Input::default() };
    assert_eq!(found(day).await, ALL[..1]);
}

#[tokio::test]
async fn the_interval_that_used_most_is_told_also_of_what_goes_on() {
    let answer = asked(&EVERYBODY, Input { sort: Some("id".to_owned()), ..Input::default() }).await.unwrap();
    let longest = answer.data.breaches[2].promise.as_ref().unwrap().longest.as_ref().unwrap();
    assert_eq!((longest.seconds, longest.status.as_str(), longest.technicians[0].id), (6_600, "assigned", 9));
    assert_eq!(longest.to.to_rfc3339(), "2026-03-31T12:00:00+00:00");
}

#[tokio::test]
async fn what_is_not_over_yet_is_at_risk_by_what_it_has_used() {
    let risk = |data: SlaBreaches| {
        let risk = data.at_risk.unwrap();
        (risk.running, risk.due_in_window, risk.bands.iter().map(|band| band.clocks).collect::<Vec<_>>())
    };
    let now = asked(&EVERYBODY, Input::default()).await.unwrap().data;
    assert_eq!(risk(now), (1, 0, vec![1, 0, 0, 0]));
    let ahead = Input { window: window("2026-03-31T12:00:00Z", "2026-03-31T14:00:00Z"), ..Input::default() };
    assert_eq!(risk(asked(&EVERYBODY, ahead).await.unwrap().data), (1, 1, vec![1, 0, 0, 0]));
    assert_eq!(risk(asked(&viewer_of(&[3]), Input::default()).await.unwrap().data).0, 0);
}

#[tokio::test]
async fn canonical_counts_add_up_and_the_trash_is_named() {
    let answer = asked(&EVERYBODY, Input::default()).await.unwrap();
    let data = answer.data;
    assert_eq!((data.total, data.tickets, data.running), (5, 5, 2));
    assert_eq!(data.by_clock.iter().map(|count| count.breaches).sum::<u64>(), data.total);
    assert_eq!(data.by_severity.iter().map(|count| count.breaches).sum::<u64>(), data.total);
    assert_eq!(answer.meta.excluded.get("trashed"), Some(&1));
    let north = super::asked(&viewer_of(&[1]), Input::default()).await.unwrap().data;
    assert_eq!(north.total, 2);
    let south = asked(&viewer_of(&[3]), Input::default()).await.unwrap().data;
    assert_eq!((south.total, south.breaches[0].ticket.id), (1, 3));
}

#[tokio::test]
async fn a_walk_over_canonical_breaches_meets_each_once_in_order() {
    for sort in ["-breached_at", "over_by_s", "-severity", "priority", "-id"] {
        let (mut met, mut cursor) = (Vec::new(), None);
        loop {
            let page = PageInput { limit: Some(2), cursor };
            let input = Input { sort: Some(sort.to_owned()), page, ..Input::default() };
            let answer = asked(&EVERYBODY, input).await.unwrap();
            met.extend(answer.data.breaches.into_iter().map(|breach| breach.id));
            cursor = answer.meta.page.unwrap().next;
            if cursor.is_none() {
                break;
            }
        }
        let whole = asked(&EVERYBODY, Input { sort: Some(sort.to_owned()), ..Input::default() }).await.unwrap();
        assert_eq!(met, whole.data.breaches.into_iter().map(|breach| breach.id).collect::<Vec<_>>(), "{sort}");
        assert_eq!(met.len(), 5);
    }
}
