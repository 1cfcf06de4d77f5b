//! How the API says no, whom it lets in, and how it is.

mod dead;
mod paths;
mod questions;
mod rows;
mod stop;
mod sync;
mod tokens;

use std::sync::LazyLock;

use glpi_sim::Desk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use support::{Home, Shared};

/// The recorded desk, looked at once: what is seen later was asked for.
static DESK: LazyLock<Shared> = LazyLock::new(|| Shared::start(Desk::recorded().unwrap(), Home::new().looking_once()));

/// The questions that take a window.
const WINDOWED: [&str; 4] =
    ["/v1/tickets/overview", "/v1/technicians/ranking", "/v1/technicians/productivity", "/v1/sla/breaches"];

/// Every question with a page, filters aside.
fn paged() -> Vec<String> {
    let timeline = format!("/v1/tickets/{}/timeline", a_ticket());
    WINDOWED.iter().map(|path| (*path).to_owned()).chain(["/v1/tickets/backlog".to_owned(), timeline]).collect()
}

/// Some ticket.
fn a_ticket() -> i64 {
    DESK.glpi.desk().read().truths()[0].row.id
}

/// `answer` is a problem of that status and code.
fn assert_problem(what: &str, answer: &(u16, String, Value), status: u16, code: &str) {
    let (found, kind, body) = answer;
    assert_eq!(*found, status, "{what}: {body}");
    assert_eq!(kind, "application/problem+json", "{what}");
    assert_eq!(body["status"], status, "{what}: {body}");
    assert_eq!(body["code"], code, "{what}: {body}");
    assert_eq!(body["type"], format!("/docs/problems#{code}"), "{what}: {body}");
    for field in ["title", "detail"] {
        assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{what}: {body}");
    }
}

/// GET `path` with a token that reads, and be refused; the problem.
async fn refused(path: &str, status: u16, code: &str) -> Value {
    let answer = DESK.up.get(path, Some(&DESK.token)).await;
    assert_problem(path, &answer, status, code);
    answer.2
}

/// The claims of a good token.
fn claims(scope: &str) -> Value {
    let now = chrono::Utc::now().timestamp();
    json!({"iss": "farol", "aud": "farol", "sub": "test", "scope": scope, "iat": now, "nbf": now, "exp": now + 600})
}

/// A token of these claims, signed with the desk's own key.
fn signed(claims: &Value) -> String {
    signed_in(&DESK.home, claims)
}

/// A token of these claims, signed with the key of that data directory.
fn signed_in(home: &Home, claims: &Value) -> String {
    let key = std::fs::read(home.path().join("signing.key")).unwrap();
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(&key)).unwrap()
}

/// The object with a field set; null takes it away.
fn with(object: &Value, field: &str, value: Value) -> Value {
    let mut object = object.clone();
    let fields = object.as_object_mut().unwrap();
    if value.is_null() {
        fields.remove(field).unwrap();
    } else {
        fields.insert(field.to_owned(), value);
    }
    object
}
