//! `POST /v1/sla/what-if` and `farol what-if`: the recorded desk under other rules, counted here from intervals of its promises.

use std::fs;

use chrono::DateTime;
use serde_json::{Value, json};

use super::{DESK, breaches::explained};

/// Asks with this body; the status and the answer.
async fn told(body: &Value) -> (u16, Value) {
    let url = format!("{}/v1/sla/what-if", DESK.up.url());
    let request = reqwest::Client::new().post(url).bearer_auth(&DESK.token);
    let response = request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap();
    (response.status().as_u16(), serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

async fn answered(body: Value) -> Value {
    let (status, answer) = told(&body).await;
    assert_eq!(status, 200, "{body}: {answer}");
    answer
}

fn ever() -> Value {
    json!({"from": "2020-01-01T00:00:00Z", "to": "2035-01-01T00:00:00Z"})
}

fn second(at: &Value) -> i64 {
    DateTime::parse_from_rfc3339(at.as_str().unwrap()).unwrap().timestamp()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changes_without_a_scenario_and_before_is_what_trends_tell() {
    for by in ["clock", "technician", "entity_subtree", "priority"] {
        let told = answered(json!({"window": ever(), "by": by, "minimum": 1, "limit": 1000})).await["data"].clone();
        assert_eq!((&told["promises_recounted"], &told["changed_total"]), (&json!(0), &json!(0)));
        let path = "/v1/sla/trends?from=2020-01-01T00:00:00Z&to=2035-01-01T00:00:00Z&grain=year&minimum=1&limit=1000";
        let trends = DESK.ask(&format!("{path}&by={by}")).await;
        let series = trends["data"]["series"].as_array().unwrap();
        let decided = series.iter().filter(|trend| trend["whole"]["attainment"]["whole"] != 0);
        let mut count = 0;
        for trend in decided {
            let same = |one: &&Value| one["key"] == trend["key"];
            let found = told["series"].as_array().unwrap().iter().find(same).unwrap();
            for side in ["before", "after"] {
                assert_eq!(found["figures"][side]["attainment"], trend["whole"]["attainment"], "{by} {side}");
                assert_eq!(found["figures"][side]["cancelled"], trend["whole"]["cancelled"], "{by} {side}");
            }
            count += 1;
        }
        assert!(count > 0, "{by}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn promises_of_four_hours_of_all_days_are_kept_as_their_intervals_say() {
    const TARGET_S: i64 = 4 * 3_600;
    let scenario = json!({
        "calendars": [{"always": true}],
        "targets": [{"amount": 4, "unit": "hour"}],
        "window": ever(), "minimum": 1, "changed": 500,
    });
    let answer = answered(scenario.clone()).await;
    let promises = explained(answer["meta"]["generated_at"].as_str().unwrap()).await;
    let counted = |promise: &Value| -> i64 {
        let intervals = promise["canonical"]["intervals"].as_array().unwrap().iter();
        intervals.filter(|one| one["counts"] == true).map(|one| second(&one["to"]) - second(&one["from"])).sum()
    };
    let (mut met, mut breached, mut cancelled) = (0_u64, 0_u64, 0_u64);
    for (_, promise) in &promises {
        let figures = &promise["canonical"];
        match (counted(promise) > TARGET_S, figures["stopped_at"].is_null()) {
            (true, _) => breached += 1,
            (false, true) => {}
            (false, false) if figures["stopped_at"] == promise["detached_at"] => cancelled += 1,
            (false, false) => met += 1,
        }
    }
    let after = &answer["data"]["whole"]["after"];
    let found = ["met", "breached", "cancelled"].map(|name| after[name].as_u64().unwrap());
    assert_eq!(found, [met, breached, cancelled], "{}", answer["data"]["sides"]);
    assert!(met > 0 && breached > 0);
    for promise in answer["data"]["changed"].as_array().unwrap() {
        assert_eq!(promise["after"]["target_s"], TARGET_S, "{promise}");
        assert_ne!(promise["before"]["state"], promise["after"]["state"], "{promise}");
    }
    // The command says the same.
    let file = DESK.home.path().join("scenario.json");
    fs::write(&file, scenario.to_string()).unwrap();
    let said = DESK.home.run(&["what-if", "--scenario", file.to_str().unwrap(), "--json"]);
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(said["data"]["whole"], answer["data"]["whole"]);
    let file = DESK.home.path().join("scenario.toml");
    fs::write(&file, "[[calendars]]\nalways = true\n[[targets]]\namount = 4\nunit = 'hour'\n").unwrap();
    let said = DESK.home.run(&["what-if", "--scenario", file.to_str().unwrap()]);
    assert!(said.contains("promises") && said.contains("kept before"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_scenario_are_problems() {
    for (body, field) in [
        (json!({"target": []}), Value::Null),
        (json!([1]), Value::Null),
        (json!({"calendars": [{"id": 999_999}]}), json!("calendars")),
        (json!({"pauses": {"own": ["closed"]}}), json!("pauses")),
    ] {
        let (status, problem) = told(&body).await;
        assert_eq!((status, &problem["code"]), (400, &json!("invalid_input")), "{body}: {problem}");
        assert_eq!(problem.get("field").cloned().unwrap_or_default(), field, "{body}: {problem}");
    }
    let (status, problem) = told(&json!({"tz": "x".repeat(300_000)})).await;
    assert_eq!((status, &problem["code"]), (413, &json!("payload_too_large")), "{problem}");
    let (status, _, problem) = DESK.up.ask(reqwest::Method::POST, "/v1/sla/what-if?by=clock", Some(&DESK.token)).await;
    assert_eq!((status, &problem["code"]), (400, &json!("invalid_input")), "{problem}");
    let (status, _, _) = DESK.up.ask(reqwest::Method::POST, "/v1/sla/what-if", None).await;
    assert_eq!(status, 401);
}
