//! Paths, methods, probes and the document.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;

use super::{DESK, a_ticket, assert_problem, claims, refused, signed};

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_cannot_be_is_refused_and_one_that_is_not_is_not_found() {
    for id in ["0", "-1", "-9223372036854775808"] {
        let problem = refused(&format!("/v1/tickets/{id}/timeline"), 400, "invalid_input").await;
        assert_eq!(problem["field"], "id", "{id}");
    }
    for id in ["abc", "1.5", "99999999999999999999999", "1e3", "%20", "1%00", "0x1"] {
        let problem = refused(&format!("/v1/tickets/{id}/timeline"), 400, "invalid_input").await;
        assert_eq!(problem["field"], "id", "{id}: {problem}");
        assert!(!problem["detail"].as_str().unwrap().contains("param0"), "{problem}");
    }
    refused("/v1/tickets/%ff/timeline", 400, "invalid_request").await;
    refused("/v1/tickets/9223372036854775807/timeline", 404, "not_found").await;
    let admin = signed(&claims("dash.admin"));
    for id in ["0", "-1", "abc", "99999999999999999999999"] {
        let answer = DESK.up.ask(Method::POST, &format!("/v1/tickets/{id}/sync"), Some(&admin)).await;
        assert_problem(id, &answer, 400, "invalid_input");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_and_methods_that_do_not_exist_are_problems_too() {
    for path in [
        "/",
        "/v1",
        "/v1/tickets",
        "/v1/tickets/",
        "/v2/tickets/overview",
        "/v1/tickets/overview/",
        "/metrics/x",
        "/.env",
        "/v1/..%2f..%2fetc/passwd",
    ] {
        refused(path, 404, "not_found").await;
    }
    let sync = format!("/v1/tickets/{}/sync", a_ticket());
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH] {
        for path in ["/v1/tickets/overview", "/v1/sla/breaches", "/v1/system/health", "/healthz", "/openapi.json"] {
            let answer = DESK.up.ask(method.clone(), path, Some(&DESK.token)).await;
            assert_problem(&format!("{method} {path}"), &answer, 405, "method_not_allowed");
            assert_eq!(allowed(method.clone(), path).await, "GET, HEAD", "{method} {path}");
        }
    }
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        let answer = DESK.up.ask(method.clone(), &sync, Some(&DESK.token)).await;
        assert_problem(&format!("{method} {sync}"), &answer, 405, "method_not_allowed");
        assert_eq!(allowed(method.clone(), &sync).await, "POST", "{method}");
    }
    assert_eq!(allowed(Method::POST, &format!("{sync}/1")).await, "GET, HEAD");
    for path in ["/docs", "/docs/problems", "/readyz"] {
        assert_eq!(allowed(Method::POST, path).await, "GET, HEAD", "{path}");
    }
    // What is allowed can be done.
    let client = reqwest::Client::new();
    let head = client.head(format!("{}/v1/tickets/overview", DESK.up.url())).bearer_auth(&DESK.token).send().await;
    assert_eq!(head.unwrap().status(), 200);
}

/// The header `Allow` of the refusal of `method` on `path`.
async fn allowed(method: Method, path: &str) -> String {
    let request = reqwest::Client::new().request(method, format!("{}{path}", DESK.up.url())).bearer_auth(&DESK.token);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 405, "{path}");
    response.headers()["allow"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_the_document_and_its_pages_need_no_token() {
    for path in ["/healthz", "/readyz"] {
        let (status, kind, _) = DESK.up.get(path, None).await;
        assert_eq!(status, 200, "{path}");
        assert!(kind.starts_with("text/plain"), "{path}: {kind}");
    }
    for path in ["/docs", "/docs/problems"] {
        let (status, kind, _) = DESK.up.get(path, None).await;
        assert_eq!(status, 200, "{path}");
        assert!(kind.starts_with("text/html"), "{path}: {kind}");
    }
    let (status, kind, _) = DESK.up.get("/openapi.json", None).await;
    assert_eq!((status, kind.as_str()), (200, "application/json"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_lists_every_endpoint_with_its_parameters_and_the_bearer_scheme() {
    let (_, _, document) = DESK.up.get("/openapi.json", None).await;
    let page = ["limit", "cursor", "tz"];
    let filters = ["queue", "priority", "category", "status", "entity", "kind", "technician", "sort"];
    let window = ["timeWindow", "from", "to"];
    let with = |groups: &[&[&'static str]]| groups.concat().into_iter().collect::<BTreeSet<&str>>();
    let expected: BTreeMap<(&str, &str), BTreeSet<&str>> = [
        (("/v1/tickets/overview", "get"), with(&[&page, &filters, &window])),
        (("/v1/tickets/backlog", "get"), with(&[&page, &filters, &["by", "age", "at"]])),
        (("/v1/tickets/{id}/timeline", "get"), with(&[&page, &["id"]])),
        (("/v1/tickets/{id}/sla", "get"), with(&[&["id", "at", "tz"]])),
        (("/v1/tickets/{id}/sync", "post"), with(&[&["id"]])),
        (("/v1/tickets/{id}/sync/{receipt}", "get"), with(&[&["id", "receipt"]])),
        (
            ("/v1/technicians/ranking", "get"),
            with(&[&page, &filters, &window, &["metric", "group_by", "minimum", "attribution", "mode"]]),
        ),
        (("/v1/technicians/productivity", "get"), with(&[&page, &filters, &window, &["group_by", "band_hours"]])),
        (("/v1/sla/breaches", "get"), {
            let asked = ["mode", "severity", "clock", "state", "over_by_s_min", "owner_group", "owner_technician"];
            with(&[&page, &filters, &window, &asked])
        }),
        (("/v1/sla/trends", "get"), {
            let mut known = with(&[&filters, &window, &["tz", "grain", "by", "minimum", "limit"]]);
            known.remove("sort");
            known
        }),
        (("/v1/sla/what-if", "post"), BTreeSet::new()),
        (("/v1/system/health", "get"), BTreeSet::new()),
        (("/v1/metrics", "get"), BTreeSet::new()),
        (("/v1/metrics/{name}", "get"), {
            let asked = ["name", "at", "grain", "tz", "by", "share", "minimum", "limit"];
            let mut known = with(&[&asked, &filters, &window]);
            known.remove("sort");
            known
        }),
    ]
    .into_iter()
    .collect();

    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let mut schemas = BTreeSet::new();
    for ((path, method), parameters) in &expected {
        let operation = &document["paths"][path][method];
        let listed = operation["parameters"].as_array().cloned().unwrap_or_default();
        let found: BTreeSet<&str> = listed.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
        assert_eq!(found, *parameters, "{method} {path}");
        assert!(listed.iter().all(|parameter| parameter["schema"].is_object()), "{method} {path}");
        assert!(operation["security"][0]["bearer"].is_array(), "{method} {path}");
        let done = if path.ends_with("/sync") { "202" } else { "200" };
        for status in [done, "400", "401", "403"] {
            let content = operation["responses"][status]["content"].as_object().unwrap();
            let schema = content.values().next().unwrap()["schema"]["$ref"].as_str().unwrap();
            let name = schema.rsplit('/').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{schema} is not in the document");
            if status == done && !path.contains("/sync") {
                assert!(schemas.insert(name.to_owned()), "{path}: {name} describes another answer as well");
            }
        }
    }
    let all = document["paths"].as_object().unwrap();
    let known: BTreeSet<&str> = expected.keys().map(|(path, _)| *path).collect();
    assert_eq!(all.keys().map(String::as_str).filter(|path| path.starts_with("/v1")).collect::<BTreeSet<_>>(), known);
    assert_refers_to_itself(&document, &document);
}

/// Every reference of the document leads somewhere.
fn assert_refers_to_itself(document: &Value, part: &Value) {
    match part {
        Value::Object(fields) => {
            if let Some(target) = fields.get("$ref").and_then(Value::as_str) {
                let target = target.trim_start_matches('#');
                assert!(document.pointer(target).is_some(), "{target} is not in the document");
            }
            fields.values().for_each(|part| assert_refers_to_itself(document, part));
        }
        Value::Array(items) => items.iter().for_each(|part| assert_refers_to_itself(document, part)),
        _ => {}
    }
}
