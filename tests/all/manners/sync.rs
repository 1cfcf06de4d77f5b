//! A ticket read again because somebody asked.

use std::time::Duration;

use glpi_sim::{moves::Rules, rows::naive::Zone};
use reqwest::Method;

use super::{DESK, assert_problem, claims, signed};

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
    let (status, kind, receipt) = DESK.up.ask(Method::POST, &sync, Some(&signed(&claims("dash.admin")))).await;
    assert_eq!(status, 202, "{receipt}");
    assert!(kind.starts_with("application/json"), "{kind}");
    assert_eq!(receipt["data"]["ticket_id"], ids[0], "{receipt}");

    // The next look of its own is ten minutes away.
    let patience = Duration::from_secs(20);
    let is_seen = |answer: &serde_json::Value| answer["data"]["ticket"]["title"] == "Changed a moment ago";
    DESK.ask_until(&path(ids[0]), patience, is_seen).await;
    let other = DESK.ask(&path(ids[1])).await;
    assert!(!is_seen(&other), "the other ticket was read as well: {other}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_glpi_does_not_have_may_be_asked_for() {
    let admin = signed(&claims("dash.admin"));
    let (status, _, receipt) = DESK.up.ask(Method::POST, "/v1/tickets/987654321/sync", Some(&admin)).await;
    assert_eq!(status, 202, "{receipt}");
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(DESK.up.get("/v1/tickets/987654321/timeline", Some(&DESK.token)).await.0, 404);
    assert_eq!(DESK.home.status()["rows"]["dead"], 0);
}
