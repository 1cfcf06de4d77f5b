//! Tokens: who is let in, and to what.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Method;
use serde_json::{Value, json};

use super::{DESK, a_ticket, assert_problem, claims, paged, signed, with};

/// Base64 of `{"alg":"none","typ":"JWT"}`.
const ALGORITHM_NONE: &str = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";

/// Every endpoint with the scope it needs.
fn endpoints() -> Vec<(Method, String, &'static str)> {
    let questions = paged().into_iter().map(|path| (Method::GET, path, "dash.read"));
    let health = (Method::GET, "/v1/system/health".to_owned(), "dash.observability");
    let sync = (Method::POST, format!("/v1/tickets/{}/sync", a_ticket()), "dash.admin");
    questions.chain([health, sync]).collect()
}

/// Tokens that let nobody in, and why.
fn wrong_tokens(scope: &str) -> Vec<(&'static str, String)> {
    let good = claims(scope);
    let token = signed(&good);
    let (_, rest) = token.split_once('.').unwrap();
    let (payload, signature) = rest.split_once('.').unwrap();
    let header = token.split('.').next().unwrap();
    let key = std::fs::read(DESK.home.path().join("signing.key")).unwrap();
    let made = |algorithm, key: &[u8]| encode(&Header::new(algorithm), &good, &EncodingKey::from_secret(key)).unwrap();
    let other = signed(&with(&good, "sub", "somebody else".into()));
    let now = chrono::Utc::now().timestamp();
    vec![
        ("nothing", String::new()),
        ("garbage", "garbage".to_owned()),
        ("three parts of garbage", "a.b.c".to_owned()),
        ("very long", "a".repeat(7_000)),
        ("without a signature", format!("{header}.{payload}.")),
        ("signed by nobody", format!("{ALGORITHM_NONE}.{payload}.")),
        ("signed by nobody with a signature", format!("{ALGORITHM_NONE}.{payload}.{signature}")),
        ("claims of another token", format!("{header}.{payload}.{}", other.rsplit('.').next().unwrap())),
        ("another key", made(Algorithm::HS256, b"another key of 32 bytes, I think")),
        ("an empty key", made(Algorithm::HS256, b"")),
        ("another algorithm", made(Algorithm::HS512, &key)),
        ("expired", signed(&with(&good, "exp", (now - 60).into()))),
        ("expired a moment ago", signed(&with(&good, "exp", (now - 1).into()))),
        ("issued later", signed(&with(&good, "iat", (now + 600).into()))),
        ("without an end", signed(&with(&good, "exp", Value::Null))),
        ("not valid yet", signed(&with(&good, "nbf", (now + 600).into()))),
        ("another issuer", signed(&with(&good, "iss", "elsewhere".into()))),
        ("another audience", signed(&with(&good, "aud", "elsewhere".into()))),
        ("without an issuer", signed(&with(&good, "iss", Value::Null))),
        ("without an audience", signed(&with(&good, "aud", Value::Null))),
        ("nobody's", signed(&with(&good, "sub", Value::Null))),
        ("entities that are none", signed(&with(&good, "entities", "all".into()))),
        ("entities by name", signed(&with(&good, "entities", json!(["1"])))),
        ("a scope that is no text", signed(&with(&good, "scope", json!([scope])))),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_good_token_nobody_gets_in_anywhere() {
    for (method, path, scope) in endpoints() {
        let answer = DESK.up.ask(method.clone(), &path, None).await;
        assert_problem(&path, &answer, 401, "unauthorized");
        for (what, token) in wrong_tokens(scope) {
            let answer = DESK.up.ask(method.clone(), &path, Some(&token)).await;
            assert_problem(&format!("{path} with a token that is {what}"), &answer, 401, "unauthorized");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_how_to_come_in_and_nothing_else() {
    let url = format!("{}/v1/tickets/overview", DESK.up.url());
    let client = reqwest::Client::new();
    let basic = client.get(&url).basic_auth("glpi", Some("glpi")).send().await.unwrap();
    assert_eq!(basic.status(), 401);
    assert_eq!(basic.headers()["www-authenticate"], "Bearer");
    // In the query it would end up in logs: there is no such parameter, and it opens nothing.
    let in_query = client.get(format!("{url}?access_token={}", DESK.token)).send().await.unwrap();
    assert_eq!(in_query.status(), 401);
    let mut said = Vec::new();
    for (_, token) in wrong_tokens("dash.read").into_iter().filter(|(_, token)| token.split('.').count() == 3) {
        said.push(DESK.up.get("/v1/tickets/overview", Some(&token)).await.2["detail"].to_string());
    }
    said.dedup();
    assert_eq!(said.len(), 1, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_opens_what_it_names_and_nothing_else() {
    for scope in ["dash.read", "dash.observability", "dash.admin", "", "dash", "dash.reader", "dash.read.all"] {
        let token = signed(&claims(scope));
        for (method, path, needed) in endpoints() {
            let answer = DESK.up.ask(method.clone(), &path, Some(&token)).await;
            if scope == needed {
                let expected = if method == Method::POST { 202 } else { 200 };
                assert_eq!(answer.0, expected, "{scope} {path}: {}", answer.2);
            } else {
                assert_problem(&format!("{scope} {path}"), &answer, 403, "forbidden");
            }
        }
    }
    let every = signed(&claims("dash.read dash.observability dash.admin"));
    for (method, path, _) in endpoints() {
        let status = DESK.up.ask(method, &path, Some(&every)).await.0;
        assert!(status == 200 || status == 202, "{path}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issued_token_opens_what_it_was_issued_for() {
    let token = DESK.home.run(&["token", "issue", "--scope", "dash.admin", "--ttl", "1h"]).trim().to_owned();
    assert_eq!(DESK.up.ask(Method::POST, &format!("/v1/tickets/{}/sync", a_ticket()), Some(&token)).await.0, 202);
    assert_problem("dash.admin", &DESK.up.get("/v1/tickets/overview", Some(&token)).await, 403, "forbidden");
    let unknown = DESK.home.output(&["token", "issue", "--scope", "dash.everything"]);
    assert!(!unknown.status.success());
}
