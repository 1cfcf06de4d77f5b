//! Health as a question.

use serde_json::Value;

use super::DESK;

#[tokio::test(flavor = "multi_thread")]
async fn health_accounts_for_every_row_and_event() {
    let token = DESK.home.token("dash.observability");
    let (status, _, health) = DESK.up.get("/v1/system/health", Some(&token)).await;
    assert_eq!(status, 200, "{health}");
    let lag = &health["lag"];
    let sum = |group: &str, names: &[&str]| names.iter().map(|name| lag[group][name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("rows", &["fetched"]), sum("rows", &["repeated", "converted", "filtered", "dead"]), "{lag}");
    assert_eq!(lag["rows_balance"], true);
    let ended = sum("events", &["stored", "repeated", "filtered", "dead"]);
    assert_eq!(sum("events", &["appended"]), ended + lag["pending_events"].as_u64().unwrap(), "{lag}");
    assert_eq!(lag["rows"]["dead"], 0, "{lag}");
    assert_eq!(lag["breaker"], "closed");
    assert_eq!(lag["caught_up"], true);
    assert_eq!(health["freshness"]["state"], "fresh", "{health}");
    assert!(lag["lag_s"].as_i64().is_some_and(|seconds| (0..300).contains(&seconds)), "{lag}");
    assert_eq!(lag["last_error"], Value::Null);
    assert!(health["meta"].get("data_version").is_none(), "{health}");
}
