//! What an answer of GLPI means.
//!
//! Pure. Success is a 2xx status and a JSON content type and the expected shape, all three: GLPI prints database errors
//! with status 200, and proxies answer in web pages. Errors are told by GLPI's code, whose text is translated.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::call::Call;
use super::error::{BodyKind, Error};

/// The longest code of GLPI's has 39 letters.
const CODE_BYTES_MAX: usize = 64;

/// An answer as it came, its body within the limit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) content_range: Option<String>,
    /// The pause asked for, already limited.
    pub(crate) pause: Option<Duration>,
    /// The server's clock.
    pub(crate) date: Option<DateTime<Utc>>,
    pub(crate) location: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The number of rows of the whole collection. The rest of the header is not to be trusted.
    pub(crate) fn total(&self) -> Option<u64> {
        self.content_range.as_deref()?.rsplit_once('/')?.1.trim().parse().ok()
    }

    fn is_json(&self) -> bool {
        let essence = self.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        essence == "application/json" || essence.ends_with("+json")
    }

    fn kind(&self) -> BodyKind {
        let text = String::from_utf8_lossy(&self.body);
        let start = text.trim_start().get(..9).unwrap_or(text.trim_start()).to_ascii_lowercase();
        if text.trim().is_empty() {
            BodyKind::Empty
        } else if text.contains("[\"ERROR_SQL\"") {
            BodyKind::SqlText
        } else if start.starts_with('<') {
            BodyKind::Html
        } else if self.is_json() {
            BodyKind::BrokenJson
        } else {
            BodyKind::Text
        }
    }
}

/// The value GLPI gave for `call`, or the situation its answer describes.
pub(crate) fn understand(call: &Call, answer: &Answer) -> Result<Value, Error> {
    let status = answer.status;
    if (300..400).contains(&status) {
        return Err(Error::Redirected { to: answer.location.clone().unwrap_or_default() });
    }
    if matches!(status, 408 | 429) || (status == 503 && answer.pause.is_some()) {
        return Err(Error::Throttled { status, pause: answer.pause });
    }
    let value: Option<Value> = if answer.is_json() { serde_json::from_slice(&answer.body).ok() } else { None };
    let Some(value) = value else {
        return Err(match status {
            403 => Error::Forbidden { what: call.what() },
            _ => Error::NotJson { status, kind: answer.kind() },
        });
    };
    if let Some((code, text)) = refusal(&value) {
        return Err(situation(call, status, code, text));
    }
    match status {
        200..300 if call.expected.fits(&value) => Ok(value),
        200..300 => Err(Error::Shape { what: call.what(), expected: call.expected.name(), found: shape(&value) }),
        403 => Err(Error::Forbidden { what: call.what() }),
        // Only GLPI knows what it does not have. Before it, a proxy without its server answers so.
        404 if call.is_login() => Err(Error::NotFound { what: call.what() }),
        404 => Err(Error::ServerFailed { status, code: "without a code".to_owned() }),
        400..500 => Err(Error::BadRequest { code: format!("status {status}") }),
        _ => Err(Error::ServerFailed { status, code: "without a code".to_owned() }),
    }
}

/// A code of GLPI's as an error may show it: whatever else stands in its place may be any text of the server.
fn shown(code: &str) -> String {
    let is_code = code.len() <= CODE_BYTES_MAX && code.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if is_code { code.to_owned() } else { "by no code of its own".to_owned() }
}

/// GLPI refuses by `["CODE", "text"]`.
fn refusal(value: &Value) -> Option<(&str, &str)> {
    let parts = value.as_array()?;
    let code = parts.first()?.as_str()?;
    let text = parts.get(1).and_then(Value::as_str).unwrap_or_default();
    code.starts_with("ERROR").then_some((code, text))
}

fn situation(call: &Call, status: u16, code: &str, text: &str) -> Error {
    match code {
        // The general code has one meaning at login. Later only its text tells, in the session's language.
        "ERROR" if call.is_login() || text.starts_with("API disabled") => Error::ApiDisabled,
        "ERROR_NOT_ALLOWED_IP" => Error::AddressNotAllowed,
        "ERROR_APP_TOKEN_PARAMETERS_MISSING" | "ERROR_WRONG_APP_TOKEN_PARAMETER" => Error::AppToken,
        "ERROR_GLPI_LOGIN"
        | "ERROR_GLPI_LOGIN_USER_TOKEN"
        | "ERROR_LOGIN_PARAMETERS_MISSING"
        | "ERROR_LOGIN_WITH_CREDENTIALS_DISABLED" => Error::UserToken,
        "ERROR_SESSION_TOKEN_INVALID" | "ERROR_SESSION_TOKEN_MISSING" => Error::SessionInvalid,
        "ERROR_RIGHT_MISSING" => Error::RightMissing { itemtype: call.itemtype() },
        "ERROR_ITEM_NOT_FOUND" => Error::NotFound { what: call.what() },
        "ERROR_RANGE_EXCEED_TOTAL" => Error::RangePastEnd,
        // A database error may come with any status, depending on PHP's output buffering.
        "ERROR_SQL" | "ERROR_UNKNOWN" => Error::ServerFailed { status, code: shown(code) },
        _ if status >= 500 => Error::ServerFailed { status, code: shown(code) },
        _ => Error::BadRequest { code: shown(code) },
    }
}

fn shape(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use serde_json::json;

    use super::*;
    use crate::client::call::Expected;
    use crate::client::error::Fault;
    use crate::recorded;

    fn call_of(path: &str) -> Call {
        let parts: Vec<_> = path.split(['?']).next().unwrap().split('/').skip(2).collect();
        let expected = match parts.as_slice() {
            ["killSession" | "changeActiveEntities"] => Expected::Flag,
            ["initSession" | "getFullSession" | "getActiveEntities"] | ["listSearchOptions" | "search", _] => {
                Expected::Object
            }
            [_, id] if id.parse::<u64>().is_ok() => Expected::Object,
            _ => Expected::Array,
        };
        Call::get(&parts, expected)
    }

    fn understood(name: &str) -> Result<Value, Error> {
        let exchange = recorded::exchange(name);
        understand(&call_of(&exchange.path), &exchange.answer())
    }

    fn check(name: &str, expected: &Error, fault: Fault) {
        let error = understood(name).unwrap_err();
        assert_eq!((&error, error.fault()), (expected, fault), "{name}");
    }

    #[test]
    fn every_recorded_refusal_is_its_own_situation() {
        use Fault::{Fatal, Poison, Transient};
        check("err_api_disabled", &Error::ApiDisabled, Fatal);
        check("err_not_allowed_ip", &Error::AddressNotAllowed, Fatal);
        check("err_app_token_missing", &Error::AppToken, Fatal);
        check("err_app_token_wrong", &Error::AppToken, Fatal);
        check("err_login_params_missing", &Error::UserToken, Fatal);
        check("err_user_token_invalid", &Error::UserToken, Fatal);
        check("err_login_bad_password", &Error::UserToken, Fatal);
        check("err_session_token_missing", &Error::SessionInvalid, Transient);
        check("err_session_token_invalid", &Error::SessionInvalid, Transient);
        check("err_session_after_kill", &Error::SessionInvalid, Transient);
        check("err_item_not_found", &Error::NotFound { what: "Ticket/999999".into() }, Poison);
        check("err_subitem_parent_missing", &Error::NotFound { what: "Ticket/999999/Log".into() }, Poison);
        check("err_right_missing", &Error::RightMissing { itemtype: "SlaLevel_Ticket".into() }, Fatal);
        check("err_right_missing_entity", &Error::RightMissing { itemtype: "Ticket".into() }, Fatal);
        check("err_range_exceed_total", &Error::RangePastEnd, Poison);
        check("err_range_format", &Error::BadRequest { code: "ERROR".into() }, Poison);
        check("err_search_bad_field", &Error::BadRequest { code: "ERROR".into() }, Poison);
        check("err_field_not_found", &Error::BadRequest { code: "ERROR_FIELD_NOT_FOUND".into() }, Poison);
        check("err_unknown_500", &Error::ServerFailed { status: 500, code: "ERROR_UNKNOWN".into() }, Transient);
    }

    #[test]
    fn only_glpi_can_say_that_an_item_is_missing() {
        let answer = |body: &str| Answer {
            status: 404,
            content_type: "application/json".to_owned(),
            body: body.as_bytes().to_vec(),
            ..Answer::default()
        };
        let fault = |path, body| understand(&call_of(path), &answer(body)).unwrap_err().fault();
        assert_eq!(fault("/apirest.php/Ticket/5", r#"{"message":"no route"}"#), Fault::Transient);
        assert_eq!(fault("/apirest.php/Ticket/5/Log", "[]"), Fault::Transient);
        assert_eq!(fault("/apirest.php/Ticket/5", r#"["ERROR_ITEM_NOT_FOUND","Item not found"]"#), Fault::Poison);
    }

    #[test]
    fn database_text_is_never_a_success_whatever_the_status() {
        let sql = |status| Error::NotJson { status, kind: BodyKind::SqlText };
        check("err_sql_http200_garbage_prefix", &sql(200), Fault::Transient);
        check("err_sql_http500_garbage_prefix", &sql(500), Fault::Transient);
    }

    #[test]
    fn every_recorded_success_is_understood() {
        for exchange in recorded::all().iter().filter(|exchange| !exchange.name.starts_with("err_")) {
            assert!(understood(&exchange.name).is_ok(), "{}: {:?}", exchange.name, understood(&exchange.name));
        }
    }

    #[test]
    fn what_stands_in_place_of_a_code_is_not_told() {
        for (status, code) in
            [(200, "ERROR of hunter2"), (500, "ERROR_hunter2"), (400, &*format!("ERROR_{}", "X".repeat(90)))]
        {
            let body = json!([code, "hunter2"]).to_string();
            let error = tickets(status, "application/json", &body).unwrap_err().to_string();
            assert!(!error.contains("hunter2") && error.len() < 80, "{error}");
        }
    }

    #[test]
    fn the_total_is_read_from_whatever_range_glpi_writes() {
        let total = |name: &str| recorded::exchange(name).answer().total();
        assert_eq!(total("tickets_last_page_206"), Some(1975));
        assert_eq!(total("tickets_offset_equals_total_206"), Some(1975));
        assert_eq!(total("empty_collection_200"), None);
        let answer = Answer { content_range: Some("garbage".into()), ..Answer::default() };
        assert_eq!(answer.total(), None);
    }

    fn tickets(status: u16, content_type: &str, body: &str) -> Result<Value, Error> {
        let answer =
            Answer { status, content_type: content_type.into(), body: body.as_bytes().to_vec(), ..Answer::default() };
        understand(&Call::get(&["Ticket"], Expected::Array), &answer)
    }

    #[test]
    fn pages_of_proxies_and_damaged_answers_are_told_apart() {
        const JSON: &str = "application/json; charset=UTF-8";
        let not_json = |status, kind| Err(Error::NotJson { status, kind });
        assert_eq!(tickets(502, "text/html", "<html>bad gateway"), not_json(502, BodyKind::Html));
        assert_eq!(tickets(200, "text/html", "<!DOCTYPE html>"), not_json(200, BodyKind::Html));
        assert_eq!(tickets(200, "text/html", "[]"), not_json(200, BodyKind::Text));
        assert_eq!(tickets(200, JSON, "[{\"id\":1},"), not_json(200, BodyKind::BrokenJson));
        assert_eq!(tickets(200, JSON, ""), not_json(200, BodyKind::Empty));
        assert_eq!(tickets(403, "text/html", "<html>"), Err(Error::Forbidden { what: "Ticket".into() }));
        assert!(matches!(tickets(200, JSON, "{}"), Err(Error::Shape { found: "an object", .. })));
        assert!(matches!(tickets(200, JSON, "[\"ERROR_SQL\",\"x\"]"), Err(Error::ServerFailed { status: 200, .. })));
        assert_eq!(tickets(206, "APPLICATION/JSON", "[]"), Ok(json!([])));
        assert_eq!(tickets(429, "text/plain", "slow down"), Err(Error::Throttled { status: 429, pause: None }));
        assert_eq!(tickets(404, "text/html", "<h1>").unwrap_err().fault(), Fault::Fatal);
    }
}
