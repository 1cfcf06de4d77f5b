//! GetSlaBreaches, in both modes.

mod canonical;

use super::*;
use crate::{
    Answer, PageInput,
    desk::{NOW, at, desk},
    usecases::get_sla_breaches::{Input, SlaBreaches, execute},
};

const DESK: &str = "
    ticket | status | priority | solved           | due              | target_s | due_tto_at       | taken            | target_tto_s | entity | technicians | presence
    1      | 5      | 3        | 2026-03-10 12:00 | 2026-03-10 12:00 | 3600     |                  |                  |              | 1      | 7           |
    2      | 5      | 3        | 2026-03-10 12:10 | 2026-03-10 12:00 | 3600     |                  |                  |              | 1      | 7           |
    3      | 5      | 3        | 2026-03-10 12:15 | 2026-03-10 12:00 | 3600     |                  |                  |              | 2      | 8           |
    4      | 6      | 3        | 2026-03-10 13:00 | 2026-03-10 12:00 | 3600     |                  |                  |              | 3      | 8           |
    5      | 2      | 6        |                  | 2026-03-31 11:59 | 3600     | 2026-03-31 11:00 | 2026-03-31 11:01 | 3600         | 0      |             |
    6      | 4      | 3        |                  | 2026-03-01       | 3600     |                  |                  |              | 0      |             |
    7      | 2      | 3        |                  | 2026-03-31 11:00 |          |                  |                  |              | 0      | 9           |
    8      | 2      | 3        |                  | 2026-03-31 12:00 | 3600     |                  |                  |              | 0      | 9           |
    9      | 2      | 3        |                  | 2026-03-20       | 3600     |                  |                  |              | 0      | 9           | trashed";

async fn asked(viewer: &Viewer, input: Input) -> Result<Answer<SlaBreaches>, Error> {
    let input = Input { mode: Some("glpi".to_owned()), ..input };
    execute(&desk(DESK), viewer, &input, at(NOW)).await
}

/// `id severity over_by_s`, oldest first.
async fn found(input: Input) -> Vec<String> {
    let input = Input { sort: Some("id".to_owned()), ..input };
    let breaches = asked(&EVERYBODY, input).await.unwrap().data.breaches;
    breaches.iter().map(|breach| format!("{} {} {}", breach.id, breach.severity, breach.over_by_s)).collect()
}

#[tokio::test]
async fn breaches_look_like_this() {
    let input = Input { clock: words(&["tto"]), ..Input::default() };
    insta::assert_json_snapshot!(asked(&EVERYBODY, input).await.unwrap());
}

#[tokio::test]
async fn severity_follows_the_share_of_the_target_and_priority_6_is_critical() {
    let all = [
        "2/ttr minor 600",
        "3/ttr major 900",
        "4/ttr critical 3600",
        "5/tto critical 60",
        "5/ttr critical 60",
        "7/ttr unknown 3600",
    ];
    assert_eq!(found(Input::default()).await, all);
    assert_eq!(found(Input { severity: words(&["minor,major"]), ..Input::default() }).await, all[..2]);
    assert_eq!(found(Input { severity: words(&["unknown"]), ..Input::default() }).await, all[5..]);
}

#[tokio::test]
async fn running_and_stopped_clocks_can_be_told_apart() {
    let state = |state: &str| Input { state: Some(state.to_owned()), ..Input::default() };
    assert_eq!(found(state("running")).await, ["5/ttr critical 60", "7/ttr unknown 3600"]);
    assert_eq!(found(state("stopped")).await.len(), 4);
}

#[tokio::test]
async fn the_window_is_that_of_the_due_instants() {
    let of = |from: &str, to: &str| Input { window: window(from, to), ..Input::default() };
    assert_eq!(found(of("2026-03-10T12:00:00Z", "2026-03-10T12:00:01Z")).await.len(), 3);
    assert_eq!(found(of("2026-03-10T11:00:00Z", "2026-03-10T12:00:00Z")).await.len(), 0);
    let day = WindowInput { window: Some("24h".to_owned()), ..WindowInput::default() };
    assert_eq!(found(Input { window: day, ..Input::default() }).await.len(), 3);
}

#[tokio::test]
async fn counts_add_up_and_the_trash_is_named() {
    let answer = asked(&EVERYBODY, Input::default()).await.unwrap();
    let data = answer.data;
    assert_eq!((data.total, data.tickets, data.running), (6, 5, 2));
    assert_eq!(data.by_clock.iter().map(|count| count.breaches).sum::<u64>(), data.total);
    assert_eq!(data.by_severity.iter().map(|count| count.breaches).sum::<u64>(), data.total);
    assert_eq!(answer.meta.excluded.get("trashed"), Some(&1));
}

#[tokio::test]
async fn a_viewer_sees_the_breaches_of_his_entities() {
    let north = asked(&viewer_of(&[1]), Input::default()).await.unwrap().data;
    assert_eq!((north.total, north.tickets), (2, 2));
}

#[tokio::test]
async fn a_walk_over_the_breaches_meets_each_once_in_order() {
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
        assert_eq!(met.len(), 6);
    }
}

#[tokio::test]
async fn unknown_words_are_refused_by_field() {
    let input = Input::default;
    assert_eq!(refused(asked(&EVERYBODY, Input { severity: words(&["bad"]), ..input() }).await), "severity");
    assert_eq!(refused(asked(&EVERYBODY, Input { clock: words(&["kitchen"]), ..input() }).await), "clock");
    let owned = Input { owner_group: words(&["10"]), ..input() };
    assert_eq!(refused(asked(&EVERYBODY, owned).await), "owner_group");
    assert_eq!(refused(asked(&EVERYBODY, Input { over_by_s_min: Some(-1), ..input() }).await), "over_by_s_min");
    assert_eq!(refused(asked(&EVERYBODY, Input { state: Some("idle".to_owned()), ..input() }).await), "state");
}

#[tokio::test]
async fn a_clock_to_own_that_nobody_stopped_in_name_stops_with_the_solution() {
    let desk = desk(
        "
        ticket | status | solved           | due_tto_at       | taken            | take_delay_s
        1      | 6      | 2026-03-10 13:00 | 2026-03-10 12:00 |                  | 0
        2      | 6      | 2026-03-10 11:00 | 2026-03-10 12:00 |                  | 0
        3      | 2      |                  | 2026-03-10 12:00 | 2026-03-10 11:00 | 0
        4      | 2      |                  | 2026-03-10 12:00 |                  | 0",
    );
    let input = Input { sort: Some("id".to_owned()), mode: Some("glpi".to_owned()), ..Input::default() };
    let answer = execute(&desk, &EVERYBODY, &input, at("2026-03-10 12:10")).await.unwrap();
    let over: Vec<i64> = answer.data.breaches.iter().map(|breach| breach.over_by_s).collect();
    assert_eq!(over, [3_600, 0, 0, 600]);
}
