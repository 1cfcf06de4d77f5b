//! Sessions: opened once, replaced once, ended properly.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use chrono_tz::Tz;
use futures::future::join_all;
use serde_json::json;

use crate::client::testing::{Canned, Server, login};
use crate::client::{Error, PageRequest};

fn invalid() -> Canned {
    Canned::json(401, json!(["ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid"]))
}

/// A desk that knows only the newest of its sessions, and none after `lose`.
async fn forgetful_desk(is_lost: &Arc<AtomicBool>) -> Server {
    let (is_lost, logins) = (Arc::clone(is_lost), AtomicUsize::new(0));
    Server::start(move |seen| {
        if seen.path == "initSession" {
            is_lost.store(false, Ordering::SeqCst);
            let token = format!("token-{}", logins.fetch_add(1, Ordering::SeqCst) + 1);
            return Canned::json(200, json!({ "session_token": token })).after(Duration::from_millis(30));
        }
        let newest = format!("token-{}", logins.load(Ordering::SeqCst));
        if is_lost.load(Ordering::SeqCst) || seen.header("Session-Token") != Some(newest.as_str()) {
            return invalid();
        }
        login(seen).unwrap_or_else(|| Canned::json(200, json!([{ "id": 1 }])))
    })
    .await
}

#[tokio::test]
async fn a_login_learns_the_desk_and_a_logout_ends_it() {
    let server = Server::desk(|_| Canned::json(200, json!([]))).await;
    let client = server.client();
    let desk = client.open().await.unwrap();
    assert_eq!((desk.version.to_string().as_str(), desk.zone, desk.clock_skew_seconds), ("10.0.19", Tz::UTC, 0));
    assert_eq!(desk.profile.as_deref(), Some("Read-Only"));
    client.open().await.unwrap();
    assert_eq!(server.count("initSession"), 1);

    client.close().await.unwrap();
    client.close().await.unwrap();
    assert_eq!(server.count("killSession"), 1);
    assert_eq!(client.page("Ticket", &PageRequest::first()).await, Err(Error::Closed));
    client.open().await.unwrap();
    assert_eq!(server.count("initSession"), 2);
}

#[tokio::test]
async fn a_request_before_the_login_logs_in() {
    let server = Server::desk(|_| Canned::json(200, json!([{ "id": 1 }]))).await;
    let client = server.client();
    assert_eq!(client.page("Ticket", &PageRequest::first()).await.unwrap().rows.len(), 1);
    assert_eq!(client.stats().relogins, 0);
}

#[tokio::test]
async fn a_session_lost_under_many_requests_is_replaced_once() {
    let is_lost = Arc::new(AtomicBool::new(false));
    let server = forgetful_desk(&is_lost).await;
    let client = server.client_with(|config| config.limits.requests_in_flight_max = 16);
    client.open().await.unwrap();
    is_lost.store(true, Ordering::SeqCst);

    let request = PageRequest::first();
    let pages = join_all((0..24).map(|_| client.page("Ticket", &request))).await;
    assert!(pages.iter().all(|page| page.as_ref().is_ok_and(|page| page.rows.len() == 1)));
    assert_eq!((server.count("initSession"), client.stats().relogins), (2, 1));
}

#[tokio::test]
async fn a_session_lost_at_once_again_is_told_and_not_tried_for_ever() {
    let server = Server::desk(|_| invalid()).await;
    let client = server.client();
    assert_eq!(client.page("Ticket", &PageRequest::first()).await, Err(Error::SessionLost));
    assert_eq!((server.count("initSession"), server.count("Ticket")), (2, 2));
}

#[tokio::test]
async fn a_refused_account_is_not_tried_once_per_waiting_request() {
    let server = Server::start(|_| {
        Canned::json(401, json!(["ERROR_GLPI_LOGIN_USER_TOKEN", "..."])).after(Duration::from_millis(50))
    })
    .await;
    let client = server.client();
    let request = PageRequest::first();
    let pages = join_all((0..10).map(|_| client.page("Ticket", &request))).await;
    assert!(pages.iter().all(|page| page == &Err(Error::UserToken)));
    assert_eq!(server.count("initSession"), 1);
}

#[tokio::test]
async fn an_account_in_another_zone_is_refused_and_its_session_ended() {
    let server = Server::desk(|_| Canned::json(200, json!([]))).await;
    let client = server.client_with(|config| config.zone = "America/New_York".to_owned());
    let error = client.open().await.unwrap_err();
    assert!(matches!(error, Error::ZoneMismatch { expected_seconds: -18_000, seen_seconds: 0, .. }));
    assert_eq!(server.count("killSession"), 1);
}

#[tokio::test]
async fn entities_refused_with_status_200_are_noticed() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "changeActiveEntities" => Canned::json(200, "false"),
        _ => login(seen).unwrap(),
    })
    .await;
    let client = server.client_with(|config| config.entities = Some("77".to_owned()));
    assert_eq!(client.open().await, Err(Error::EntitiesRefused { entities: "77".to_owned() }));
    let asked = server.seen().into_iter().find(|seen| seen.path == "changeActiveEntities").unwrap();
    assert_eq!(asked.method, "POST");
}

#[tokio::test]
async fn whatever_the_account_may_see_is_read_unless_told_otherwise() {
    let server = Server::desk(|_| Canned::json(200, json!([]))).await;
    server.client().open().await.unwrap();
    assert_eq!(server.count("changeActiveEntities"), 1);
    server.client_with(|config| config.entities = None).open().await.unwrap();
    assert_eq!(server.count("changeActiveEntities"), 1);
}

#[tokio::test]
async fn the_clock_of_a_proxy_that_answers_in_glpi_s_place_is_not_believed() {
    let is_up = AtomicBool::new(false);
    let server = Server::desk(move |_| {
        if is_up.swap(true, Ordering::SeqCst) {
            Canned::json(400, json!(["ERROR_FIELD_NOT_FOUND", "..."]))
        } else {
            Canned::html(502).header("Date", "Mon, 23 Nov 2026 19:00:00 GMT")
        }
    })
    .await;
    let client = server.client();
    client.page("Ticket", &PageRequest::first()).await.unwrap_err();
    assert_eq!(client.stats().clock_skew_seconds, Some(0));
}

#[tokio::test]
async fn the_right_address_of_two_is_found() {
    let server = Server::start(|seen| {
        let is_versioned = seen.header("host").is_some() && !seen.path.starts_with("/glpi/apirest.php");
        let mut inner = seen.clone();
        inner.path = seen.path.trim_start_matches("/glpi/api.php/v1/").to_owned();
        if is_versioned { login(&inner).unwrap_or_else(|| Canned::json(200, json!([]))) } else { Canned::html(404) }
    })
    .await;
    let client = server.client_with(|config| config.url = config.url.replace("/apirest.php", "/glpi"));
    client.open().await.unwrap();
    client.page("Ticket", &PageRequest::first()).await.unwrap();
    assert_eq!(server.count("/glpi/apirest.php/initSession"), 1);
    assert_eq!(server.count("/glpi/api.php/v1/Ticket"), 1);
}
