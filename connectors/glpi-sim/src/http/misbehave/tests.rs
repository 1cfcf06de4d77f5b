//! A server that misbehaves, as its callers see it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::BTreeMap;

use poem::Request;
use poem::http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use tokio::time::Instant;

use super::*;
use crate::Desk;
use crate::generate::{Spec, generate};
use crate::http::{Glpi, Options};

const PRESENT_S: Seconds = 1_772_438_400;

struct Caller {
    glpi: Glpi,
    token: String,
}

/// What came of a call.
#[derive(Debug, PartialEq)]
enum Came {
    Refused,
    Broken(StatusCode),
    Whole(StatusCode, HeaderMap, Vec<u8>),
}

impl Caller {
    async fn new() -> Self {
        let desk: Desk = generate(&Spec { years: 1, ..Spec::new(30, 7, PRESENT_S) });
        let glpi = Glpi::new(desk, Options { clock: Clock::still(PRESENT_S), ..Options::default() });
        let mut caller = Self { glpi, token: String::new() };
        caller.log_in().await;
        caller
    }

    async fn log_in(&mut self) {
        let request = Request::builder().uri_str("http://glpi/apirest.php/initSession");
        let answer = self.glpi.answer(request.header("authorization", "user_token USER_TOKEN").finish()).await.unwrap();
        let body: Value = serde_json::from_slice(&answer.into_body().into_bytes().await.unwrap()).unwrap();
        self.token = body["session_token"].as_str().unwrap().to_owned();
    }

    async fn get(&self, path: &str, encoding: &str) -> Came {
        let request = Request::builder().uri_str(format!("http://glpi/apirest.php/{path}"));
        let request = request.header("session-token", &self.token).header("accept-encoding", encoding).finish();
        let Ok(mut response) = self.glpi.answer(request).await else { return Came::Refused };
        let (status, headers) = (response.status(), response.headers().clone());
        match response.take_body().into_bytes_limit(64 << 20).await {
            Ok(body) => Came::Whole(status, headers, body.to_vec()),
            Err(_) => Came::Broken(status),
        }
    }

    async fn ask(&self, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        match self.get(path, "identity").await {
            Came::Whole(status, headers, body) => (status, headers, body),
            other => panic!("{other:?}"),
        }
    }

    fn always(&self, kind: Misdeed) {
        self.glpi.misbehave(Some(&Misbehaviour { seed: 1, per_thousand: 1_000, kinds: [kind].into() }));
    }
}

#[tokio::test(start_paused = true)]
async fn each_misdeed_shows_and_ends() {
    let mut caller = Caller::new().await;
    let path = "Ticket?range=0-9&get_hateoas=false";
    let right = caller.get(path, "identity").await;
    for kind in Misdeed::ALL {
        caller.always(kind);
        let begin = Instant::now();
        let came = caller.get(path, "identity").await;
        let is_late = begin.elapsed() >= Duration::from_millis(100);
        assert!(came != right || is_late, "{} does not show", kind.name());
        caller.glpi.misbehave(None);
        if kind == Misdeed::SessionLost {
            caller.log_in().await;
        }
        assert_eq!(caller.get(path, "identity").await, right, "{} stays", kind.name());
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_does_the_same() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let caller = Caller::new().await;
        caller.glpi.misbehave(Some(&Misbehaviour::all(5, 300)));
        let mut came = Vec::new();
        for _ in 0..150 {
            came.push(caller.get("Ticket/3", "identity").await);
        }
        runs.push(came);
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test(start_paused = true)]
async fn a_cut_is_an_error_of_reading_the_body() {
    let caller = Caller::new().await;
    caller.always(Misdeed::Cut);
    assert_eq!(caller.get("Ticket", "identity").await, Came::Broken(StatusCode::PARTIAL_CONTENT));
    caller.always(Misdeed::Refused);
    assert_eq!(caller.get("Ticket", "identity").await, Came::Refused);
}

#[tokio::test(start_paused = true)]
async fn a_bomb_is_small_until_it_is_unpacked() {
    let caller = Caller::new().await;
    caller.always(Misdeed::Bomb);
    assert_eq!(caller.get("Ticket", "identity").await, Came::Broken(StatusCode::PARTIAL_CONTENT));
    let Came::Whole(_, headers, body) = caller.get("Ticket", "gzip").await else { panic!("the bomb is large") };
    assert_eq!(headers[header::CONTENT_ENCODING], "gzip");
    assert!(body.len() < 4 << 20);
    let unpacked = std::io::copy(&mut flate2::read::GzDecoder::new(&body[..]), &mut std::io::sink()).unwrap();
    assert_eq!(unpacked, 256 << 20);
}

#[tokio::test(start_paused = true)]
async fn a_lost_right_comes_back_after_some_calls() {
    let caller = Caller::new().await;
    let kinds = [Misdeed::RightLost].into();
    caller.glpi.misbehave(Some(&Misbehaviour { seed: 3, per_thousand: 30, kinds }));
    let mut statuses: BTreeMap<u16, u32> = BTreeMap::new();
    for _ in 0..300 {
        *statuses.entry(caller.ask("Ticket/3").await.0.as_u16()).or_default() += 1;
    }
    assert!(statuses[&200] > 30 && statuses[&403] > 10, "{statuses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_shows_in_the_header_and_in_the_session_or_in_the_header_alone() {
    let caller = Caller::new().await;
    let mut differ = Vec::new();
    for kind in [Misdeed::ClockWrong, Misdeed::HeaderClockWrong] {
        caller.always(kind);
        let (_, headers, body) = caller.ask("getFullSession").await;
        let body: Value = serde_json::from_slice(&body).unwrap();
        let clock = body["session"]["glpi_currenttime"].as_str().unwrap().to_owned();
        let date = chrono::DateTime::parse_from_rfc2822(headers[header::DATE].to_str().unwrap()).unwrap();
        assert_ne!(date.timestamp(), PRESENT_S);
        differ.push(date.format("%Y-%m-%d %H:%M:%S").to_string() != clock);
    }
    assert_eq!(differ, [false, true]);
}
