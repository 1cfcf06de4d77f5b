//! What holds of every answer, whatever a server says: the checks that fuzzing runs, and the tests over what it found.
//!
//! An input is text: a line each for what was asked, the status and five headers, and the body after them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "checks of tests and fuzzing"
)]

use std::time::Duration;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};
use url::Url;

use super::answer::{Answer, understand};
use super::call::{Call, Expected};
use super::desk::{Clocks, Desk};
use super::error::{Error, Fault};
use super::{address, backoff, search};
use crate::criteria::{CriteriaSpec, SearchOptions};

/// The longest pause that a test server may ask for.
const PAUSE_MAX: Duration = Duration::from_mins(1);
/// Longer error texts would carry a part of the answer.
const ERROR_BYTES_MAX: usize = 400;
/// The first line of inputs that are criteria instead of an answer.
const CRITERIA: &str = "criteria";

/// Checks one answer, or one written search.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut lines = text.splitn(8, '\n');
    let mut line = || lines.next().unwrap_or_default();
    let asked = line();
    if asked == CRITERIA {
        return check_criteria(text.get(CRITERIA.len() + 1..).unwrap_or_default());
    }
    let [status, content_type, range, pause, date, location, body] = std::array::from_fn(|_| line());
    let now = DateTime::from_timestamp(1_795_441_677, 0).unwrap();
    let date = backoff::http_date(date);
    let answer = Answer {
        status: status.parse().unwrap_or(200),
        content_type: content_type.to_owned(),
        content_range: Some(range.to_owned()),
        pause: backoff::asked_pause(pause, date.unwrap_or(now), PAUSE_MAX),
        date,
        location: Some(address::bare(location)),
        body: body.as_bytes().to_vec(),
    };
    assert!(answer.pause.is_none_or(|pause| pause <= PAUSE_MAX));
    check_location(answer.location.as_deref().unwrap_or_default());
    check_answer(&call(asked), &answer, now);
}

fn call(asked: &str) -> Call {
    let parts: Vec<&str> = asked.split('/').collect();
    let expected = match parts.as_slice() {
        ["killSession" | "changeActiveEntities"] => Expected::Flag,
        ["initSession" | "getFullSession" | "getGlpiConfig"] | ["listSearchOptions" | "search", _] => Expected::Object,
        [_, id] if id.parse::<u64>().is_ok() => Expected::Object,
        _ => Expected::Array,
    };
    // What is asked for is ours, not the server's: it is always a name or a number.
    let is_ours = |part: &&&str| part.len() <= 40 && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Call::get(&parts.iter().filter(is_ours).take(3).copied().collect::<Vec<_>>(), expected)
}

fn check_answer(call: &Call, answer: &Answer, now: DateTime<Utc>) {
    let parsed: Option<Value> = serde_json::from_slice(&answer.body).ok();
    answer.total();
    let understood = understand(call, answer);
    assert_eq!(understood, understand(call, answer));
    match understood {
        Ok(value) => {
            assert!((200..300).contains(&answer.status) && call.expected.fits(&value));
            assert_eq!(Some(&value), parsed.as_ref());
            assert!(!value.get(0).and_then(Value::as_str).is_some_and(|code| code.starts_with("ERROR")));
            read_on(call, &value, answer.date.unwrap_or(now), now);
        }
        Err(error) => {
            check_error(&error, answer);
            let is_sorted = match answer.status {
                300..400 => error.fault() == Fault::Fatal,
                408 | 429 => error.fault() == Fault::Transient,
                // Without a word of GLPI's own only the server or what is before it can have failed.
                200..300 | 500.. if parsed.is_none() => error.fault() == Fault::Transient,
                _ => true,
            };
            assert!(is_sorted, "{error:?}");
        }
    }
}

/// Reads the value as whoever asked for it would.
fn read_on(call: &Call, value: &Value, server: DateTime<Utc>, ours: DateTime<Utc>) {
    let options = SearchOptions::parse("Ticket", value);
    options.find("glpi_tickets", "id");
    if let Ok(page) = search::found(call, value) {
        assert!(page.rows.len() <= value.to_string().len());
        page.ids().for_each(drop);
    }
    for zone in [Tz::UTC, Tz::Europe__Paris, Tz::Pacific__Apia] {
        match Desk::read(value, value, zone, Clocks { server, ours }) {
            Ok(desk) => assert_eq!(desk.zone, zone),
            Err(error) => assert!(error.to_string().len() <= ERROR_BYTES_MAX, "{error}"),
        }
    }
}

fn check_error(error: &Error, answer: &Answer) {
    let text = error.to_string();
    let of_headers = answer.location.as_ref().map_or(0, String::len);
    assert!(text.len() <= ERROR_BYTES_MAX + of_headers, "{} bytes: {text}", text.len());
    assert!(!text.contains(|letter: char| letter.is_control() && of_headers == 0), "{text:?}");
}

/// A place that may be shown names neither a user nor a query.
fn check_location(to: &str) {
    assert!(!to.contains(['?', '#']), "{to}");
    let base = Url::parse("https://glpi.example/").unwrap();
    if let Ok(url) = base.join(to) {
        let is_web = matches!(url.scheme(), "http" | "https");
        assert!(!is_web || (url.username().is_empty() && url.password().is_none()), "{to}");
    }
}

fn check_criteria(text: &str) {
    let Ok(spec) = CriteriaSpec::from_json(text) else { return };
    let canonical = spec.json();
    let again = CriteriaSpec::from_json(&canonical).expect("what was written is read");
    assert_eq!(again.json(), canonical);
    let Ok(criteria) = spec.check(&options(spec.itemtype())) else { return };
    assert_eq!(criteria.json(), canonical);
    let read: Vec<_> = url::form_urlencoded::parse(criteria.query().as_bytes()).into_owned().collect();
    assert_eq!(read, criteria.pairs());
}

/// A few options of each kind of value.
fn options(itemtype: &str) -> SearchOptions {
    let option = |field: &str, datatype: &str, kinds: &[&str]| json!({"table": "glpi_tickets", "field": field, "datatype": datatype, "available_searchtypes": kinds});
    let dates = ["equals", "notequals", "lessthan", "morethan", "contains", "notcontains"];
    let list = json!({
        "common": {"name": "Characteristics"},
        "1": option("name", "itemlink", &["contains", "notcontains"]),
        "2": option("id", "number", &["contains"]),
        "12": option("status", "specific", &["equals", "notequals"]),
        "19": option("date_mod", "datetime", &dates),
        "7": option("completename", "dropdown", &["under", "notunder", "equals"]),
    });
    SearchOptions::parse(itemtype, &list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_answer_that_fuzzing_kept_is_misread() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/answers");
        let inputs = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        assert!(inputs.map(|input| check(&input)).count() > 10);
    }
}
