//! What the doctor says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    time::Duration,
};

use serde_json::json;

use super::*;
use crate::client::{
    Place,
    testing::{Canned, Seen, Server},
};

async fn wrong(answer: impl Fn(&Seen) -> Canned + Send + Sync + 'static, zone: &str) -> Vec<(String, String)> {
    let server = Server::start(answer).await;
    let client = server.client_with(|config| {
        config.zone = zone.to_owned();
        config.limits.retries_max = 0;
    });
    let findings = diagnose(&client).await;
    findings.into_iter().filter(|finding| !finding.ok).map(|finding| (finding.what, finding.sentence)).collect()
}

fn desk(answer: impl Fn(&Seen) -> Canned + Send + Sync + 'static) -> impl Fn(&Seen) -> Canned + Send + Sync {
    move |seen| crate::client::testing::login(seen).unwrap_or_else(|| answer(seen))
}

#[tokio::test]
async fn a_healthy_desk_has_nothing_wrong() {
    assert_eq!(wrong(desk(|_| Canned::json(200, json!([{ "id": 1 }]))), "UTC").await, []);
}

#[tokio::test]
async fn each_missing_right_is_named() {
    let answer = |seen: &Seen| match seen.path.as_str() {
        "Log" | "Calendar" => Canned::json(403, json!(["ERROR_RIGHT_MISSING", "..."])),
        "PendingReason" => Canned::json(400, json!(["ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM", "..."])),
        "Ticket" => Canned::json(200, json!([{ "id": 1 }])),
        _ => Canned::json(200, json!([])),
    };
    let wrong = wrong(desk(answer), "UTC").await;
    let named: Vec<_> = wrong.iter().map(|(what, _)| what.as_str()).collect();
    assert_eq!(named, ["right Log", "right Calendar", "right PendingReason"]);
    assert!(wrong[0].1.starts_with("The account may not read Log: the history of tickets"));
}

#[tokio::test]
async fn each_refusal_at_the_door_is_its_own_sentence() {
    for (status, code, what, part) in [
        (400, "ERROR", "interface", "switched off"),
        (400, "ERROR_NOT_ALLOWED_IP", "access", "does not allow calls from this machine"),
        (400, "ERROR_WRONG_APP_TOKEN_PARAMETER", "app token", "refused the app token"),
        (401, "ERROR_GLPI_LOGIN_USER_TOKEN", "user token", "refused the user token"),
    ] {
        let wrong = wrong(move |_| Canned::json(status, json!([code, "texte traduit"])), "UTC").await;
        assert_eq!(wrong.len(), 1, "{code}");
        assert_eq!(wrong[0].0, what);
        assert!(wrong[0].1.contains(part), "{}", wrong[0].1);
    }
}

#[tokio::test]
async fn a_wrong_zone_and_an_empty_view_are_told() {
    let zone = wrong(desk(|_| Canned::json(200, json!([]))), "America/New_York").await;
    assert_eq!(zone[0].0, "time zone");
    assert!(zone[0].1.contains("+00:00 from UTC, but America/New_York is -05:00 now"), "{}", zone[0].1);
    let empty = wrong(desk(|_| Canned::json(200, json!([]))), "UTC").await;
    assert_eq!((empty.len(), empty[0].0.as_str()), (1, "right Ticket"));
}

#[test]
fn every_sentence_is_one_and_ends_as_one() {
    for error in [Error::ApiDisabled, Error::SessionLost, Error::RangePastEnd, Error::Closed] {
        let text = sentence(&error, &Place::default());
        assert!(text.ends_with('.') && !text.contains("  "), "{text}");
    }
}

/// What is said of the server at `url`, which has to be one sentence.
async fn said_of(url: &str) -> String {
    let server = Server::start(|_| Canned::html(200)).await;
    let client = server.client_with(|config| {
        config.url = url.to_owned();
        config.limits.retries_max = 0;
        config.limits.request_timeout_ms_max = 2_000;
        config.limits.connect_timeout_ms_max = 1_000;
    });
    let findings = diagnose(&client).await;
    let [finding] = findings.as_slice() else { panic!("{findings:?}") };
    assert!(!finding.ok && finding.sentence.ends_with('.') && !finding.sentence.contains(". "), "{}", finding.sentence);
    finding.sentence.clone()
}

/// A server that answers every connection with `bytes`.
fn speaking(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            drop(stream.read(&mut [0; 4096]));
            drop(stream.write_all(bytes));
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn a_server_that_is_no_glpi_is_told_from_one_that_is_not_there() {
    for (status, part) in [(200, "web page"), (404, "no GLPI at"), (503, "status 503")] {
        let server = Server::start(move |_| Canned::html(status)).await;
        let said = said_of(&server.url).await;
        assert!(said.contains(part), "{said}");
    }
    for (status, body) in [(200, json!({"status": "ok"})), (200, json!([])), (404, json!({"error": "no route"}))] {
        let server = Server::start(move |_| Canned::json(status, body.clone())).await;
        let said = said_of(&server.url).await;
        assert!(said.contains("not as GLPI does") || said.contains("no GLPI at"), "{said}");
        assert!(said.contains("under which people open GLPI"), "{said}");
    }
}

#[tokio::test]
async fn a_wrong_scheme_is_told_in_both_directions() {
    let plain = speaking(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    let said = said_of(&plain.replace("http://", "https://")).await;
    assert!(said.contains("does not speak https") && said.contains("write http://"), "{said}");

    let alert = speaking(&[21, 3, 3, 0, 2, 2, 70]);
    let said = said_of(&alert).await;
    assert!(said.contains("write https://"), "{said}");
    let web_server = Server::start(|_| Canned::html(400)).await;
    let said = said_of(&web_server.url).await;
    assert!(said.contains("write https://"), "{said}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_by_what_the_network_says() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = said_of(&format!("http://{nobody}")).await;
    assert!(said.contains(&format!("{nobody} is not reachable: nobody listens there")), "{said}");
    let said = said_of("http://glpi.invalid").await;
    assert!(said.contains("glpi.invalid is not known"), "{said}");
}

#[tokio::test]
async fn a_server_that_takes_too_long_is_told_with_how_long() {
    let server = Server::start(|_| Canned::html(200).after(Duration::from_secs(9))).await;
    let said = said_of(&server.url).await;
    assert!(said.contains("no whole answer within 2 seconds"), "{said}");
}
