//! What goes over the wire, and the limits of what comes back.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::client::testing::{Canned, Server};
use crate::client::{Error, Fault, PageRequest};

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn every_request_carries_what_glpi_wants_and_no_token_in_its_address() {
    let server = Server::desk(|_| Canned::json(200, json!([]))).await;
    let client = server.client();
    client.page("Ticket", &PageRequest::first()).await.unwrap();
    for seen in server.seen() {
        assert_eq!(seen.header("App-Token"), Some("app-secret"));
        assert_eq!(seen.header("Content-Type"), Some("application/json"));
        assert!(seen.header("Accept-Encoding").unwrap().contains("gzip"));
        assert!(!format!("{:?} {:?}", seen.path, seen.query).contains("secret"));
        let expected = if seen.path == "initSession" { None } else { Some("session-secret") };
        assert_eq!(seen.header("Session-Token"), expected);
    }
    assert_eq!(server.seen()[0].header("Authorization"), Some("user_token user-secret"));
    assert!(!format!("{client:?}").contains("secret"));
}

#[tokio::test]
async fn compressed_answers_are_unpacked() {
    let body = zipped(json!([{ "id": 7 }]).to_string().as_bytes());
    let server =
        Server::desk(move |_| Canned::of(200, "application/json", body.clone()).header("Content-Encoding", "gzip"))
            .await;
    assert_eq!(server.client().all("Entity").await.unwrap(), [json!({ "id": 7 })]);
}

#[tokio::test]
async fn a_small_answer_that_unfolds_without_end_is_cut_off() {
    let body = zipped(&vec![b' '; 20_000_000]);
    assert!(body.len() < 100_000);
    let server =
        Server::desk(move |_| Canned::of(200, "application/json", body.clone()).header("Content-Encoding", "gzip"))
            .await;
    let client = server.client_with(|config| config.limits.body_bytes_max = 1_000_000);
    let error = client.item("Ticket", 1).await.unwrap_err();
    assert_eq!((&error, error.fault()), (&Error::TooLarge { bytes_max: 1_000_000 }, Fault::Poison));
    assert_eq!(server.count("Ticket/1"), 1);
}

#[tokio::test]
async fn a_redirect_is_told_and_never_followed() {
    let server =
        Server::start(|_| Canned::html(301).header("Location", "https://glpi.example/login?next=secret")).await;
    let error = server.client().open().await.unwrap_err();
    assert_eq!(error, Error::Redirected { to: "https://glpi.example/login".into() });
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn names_glpi_could_misread_are_not_sent() {
    let server = Server::desk(|_| Canned::json(200, json!([]))).await;
    let client = server.client();
    for name in ["", "Ticket/1", "../Ticket", "Ticket?x=1", "Täcket", "1"] {
        assert_eq!(client.all(name).await, Err(Error::BadName { name: name.into() }));
    }
    let request = PageRequest::first().where_text("itemtype]=x&a[", "^Ticket$");
    assert!(matches!(client.page("Log", &request).await, Err(Error::BadName { .. })));
    assert_eq!(server.seen().len(), 0);
}
