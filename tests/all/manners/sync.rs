//! A ticket read again because somebody asked.

use std::time::Duration;

use glpi_sim::{moves::Rules, rows::naive::Zone};
use reqwest::Method;
use serde_json::Value;

use super::{DESK, assert_problem, claims, signed, with};

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_seen_at_once_by_whoever_asks_for_it() {
    let ids: Vec<i64> = DESK.glpi.desk().read().truths().iter().map(|truth| truth.row.id).rev().take(2).collect();
    {
        let desk = DESK.glpi.desk();
        let mut desk = desk.write();
        let mut rules = Rules::of(&desk, Zone::UTC);
        let mut hand = rules.hand(&mut desk, chrono::Utc::now().timestamp(), 2);
        for id in &ids {
            hand.set_title(*id, "Changed a moment ago").unwrap();
        }
    }
    let path = |id: i64| format!("/v1/tickets/{id}/timeline?limit=1");
    assert_ne!(DESK.ask(&path(ids[0])).await["data"]["ticket"]["title"], "Changed a moment ago");

    let sync = format!("/v1/tickets/{}/sync", ids[0]);
    assert_problem("dash.read", &DESK.up.ask(Method::POST, &sync, Some(&DESK.token)).await, 403, "forbidden");
    let admin = signed(&claims("dash.admin"));
    let asked =
        reqwest::Client::new().post(format!("{}{sync}", DESK.up.url())).bearer_auth(&admin).send().await.unwrap();
    assert_eq!(asked.status(), 202);
    let location = asked.headers()["location"].to_str().unwrap().to_owned();
    let receipt: Value = asked.json().await.unwrap();
    assert_eq!(receipt["data"]["ticket_id"], ids[0], "{receipt}");
    assert_eq!(location, format!("{sync}/{}", receipt["data"]["id"]));

    let done = answered(&location).await;
    assert_eq!(done["state"], "done", "{done}");
    assert!(done["read"]["rows"]["fetched"].as_u64() > Some(0), "{done}");
    assert!(done["read"]["events"].as_u64() > Some(0), "{done}");
    assert!(done["finished_at"].is_string() && done["failure"].is_null(), "{done}");

    // The next look of its own is ten minutes away.
    let patience = Duration::from_secs(20);
    let is_seen = |answer: &Value| answer["data"]["ticket"]["title"] == "Changed a moment ago";
    DESK.ask_until(&path(ids[0]), patience, is_seen).await;
    let other = DESK.ask(&path(ids[1])).await;
    assert!(!is_seen(&other), "the other ticket was read as well: {other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_glpi_does_not_have_may_be_asked_for() {
    let admin = signed(&claims("dash.admin"));
    let (status, _, receipt) = DESK.up.ask(Method::POST, "/v1/tickets/987654321/sync", Some(&admin)).await;
    assert_eq!(status, 202, "{receipt}");
    let failed = answered(&format!("/v1/tickets/987654321/sync/{}", receipt["data"]["id"])).await;
    assert_eq!(failed["state"], "failed", "{failed}");
    assert!(failed["failure"].as_str().unwrap().contains("987654321"), "{failed}");
    assert!(failed["read"].is_null(), "{failed}");
    assert_eq!(DESK.up.get("/v1/tickets/987654321/timeline", Some(&DESK.token)).await.0, 404);
    assert_eq!(DESK.home.status()["rows"]["dead"], 0);
}

/// What became of a request, once it was answered.
async fn answered(receipt: &str) -> Value {
    let admin = signed(&claims("dash.admin"));
    let begin = std::time::Instant::now();
    loop {
        let (status, _, body) = DESK.up.get(receipt, Some(&admin)).await;
        assert_eq!(status, 200, "{body}");
        if body["data"]["state"] != "waiting" {
            return body["data"].clone();
        }
        assert!(begin.elapsed() < Duration::from_secs(20), "never answered: {body}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_is_told_under_its_own_ticket_to_whoever_may_see_it() {
    let all = DESK.glpi.desk().read().truths();
    let (one, other) = (all[0].row.id, all[1].row.id);
    let admin = signed(&claims("dash.admin"));
    let (_, _, receipt) = DESK.up.ask(Method::POST, &format!("/v1/tickets/{one}/sync"), Some(&admin)).await;
    let id = &receipt["data"]["id"];
    let own = format!("/v1/tickets/{one}/sync/{id}");
    assert_eq!(DESK.up.get(&own, Some(&admin)).await.0, 200);
    for path in [format!("/v1/tickets/{other}/sync/{id}"), format!("/v1/tickets/{one}/sync/987654321")] {
        assert_problem(&path, &DESK.up.get(&path, Some(&admin)).await, 404, "not_found");
    }
    let limited = signed(&with(&claims("dash.admin"), "entities", serde_json::json!([])));
    assert_problem(&own, &DESK.up.get(&own, Some(&limited)).await, 404, "not_found");
    assert_problem(&own, &DESK.up.get(&own, Some(&DESK.token)).await, 403, "forbidden");
}
