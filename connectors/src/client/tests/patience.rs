//! Retries, pauses and the breaker.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::future::{join_all, try_join_all};
use serde_json::json;

use crate::client::testing::{Canned, Server};
use crate::client::{BodyKind, BreakerState, Error, PageRequest};

/// A desk whose first answers about tickets are `failures`.
async fn recovering_desk(failures: Vec<Canned>) -> Server {
    let turn = AtomicUsize::new(0);
    Server::desk(move |_| {
        let good = || Canned::json(206, json!([{ "id": 1 }])).header("Content-Range", "0-0/1");
        failures.get(turn.fetch_add(1, Ordering::SeqCst)).cloned().unwrap_or_else(good)
    })
    .await
}

#[tokio::test]
async fn a_desk_that_stumbles_is_asked_again() {
    let sql = b"You have an error in your SQL syntax[\"ERROR_SQL\",\"...\"]".to_vec();
    let failures = vec![
        Canned::html(502),
        Canned::of(200, "text/html; charset=UTF-8", sql),
        Canned::json(500, json!(["ERROR_UNKNOWN", "..."])),
        Canned::json(200, json!([{ "id": 1 }])).cut_at(3),
    ];
    let server = recovering_desk(failures).await;
    let client = server.client();
    let page = client.page("Ticket", &PageRequest::first()).await.unwrap();
    assert_eq!(page.rows, [json!({ "id": 1 })]);
    assert_eq!((server.count("Ticket"), client.stats().retries), (5, 4));
    assert_eq!(client.stats().requests, server.seen().len() as u64);
}

#[tokio::test]
async fn a_refusal_is_never_asked_again() {
    for (status, code, expected) in [
        (403, "ERROR_RIGHT_MISSING", Error::RightMissing { itemtype: "Log".into() }),
        (400, "ERROR_WRONG_APP_TOKEN_PARAMETER", Error::AppToken),
        (400, "ERROR_NOT_ALLOWED_IP", Error::AddressNotAllowed),
        (400, "ERROR_FIELD_NOT_FOUND", Error::BadRequest { code: "ERROR_FIELD_NOT_FOUND".into() }),
    ] {
        let server = Server::desk(move |_| Canned::json(status, json!([code, "text"]))).await;
        assert_eq!(server.client().page("Log", &PageRequest::first()).await, Err(expected));
        assert_eq!(server.count("Log"), 1, "{code}");
    }
}

#[tokio::test]
async fn a_desk_that_asks_for_patience_gets_it_from_everybody() {
    let server = recovering_desk(vec![Canned::json(429, "{}").header("Retry-After", 1)]).await;
    let client = server.client();
    client.open().await.unwrap();
    let started = Instant::now();
    let request = PageRequest::first();
    join_all((0..3).map(|_| client.page("Ticket", &request))).await.into_iter().for_each(|page| {
        page.unwrap();
    });
    assert!(started.elapsed() >= Duration::from_millis(990), "{:?}", started.elapsed());
    assert_eq!(client.stats().throttled, 1);
}

#[tokio::test]
async fn a_pause_that_makes_no_sense_is_ignored_and_a_long_one_is_cut() {
    let failures =
        vec![Canned::html(503).header("Retry-After", "soon"), Canned::html(503).header("Retry-After", "86400")];
    let server = recovering_desk(failures).await;
    let client = server.client_with(|config| config.limits.retry_after_seconds_max = 0);
    client.page("Ticket", &PageRequest::first()).await.unwrap();
    assert_eq!(server.count("Ticket"), 3);
}

#[tokio::test]
async fn a_desk_that_is_away_is_left_alone_and_taken_back_by_one_probe() {
    let is_away = Arc::new(AtomicBool::new(false));
    let away = Arc::clone(&is_away);
    let server = Server::desk(move |_| {
        let is_away = away.load(Ordering::SeqCst);
        if is_away { Canned::html(503) } else { Canned::json(200, json!([])).after(Duration::from_millis(60)) }
    })
    .await;
    let client = server.client_with(|config| config.limits.requests_in_flight_max = 8);
    client.open().await.unwrap();
    is_away.store(true, Ordering::SeqCst);

    let request = PageRequest::first();
    let failed = client.page("Ticket", &request).await;
    assert_eq!(failed, Err(Error::NotJson { status: 503, kind: BodyKind::Html }));
    assert_eq!((client.stats().breaker, client.stats().breaker_opened), (BreakerState::Open, 1));
    let asked = server.count("Ticket");
    let refused = join_all((0..8).map(|_| client.page("Ticket", &request))).await;
    assert!(refused.iter().all(|page| matches!(page, Err(Error::BreakerOpen { .. }))));
    assert_eq!(server.count("Ticket"), asked);

    is_away.store(false, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(220)).await;
    let meanwhile = async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        server.count("Ticket")
    };
    let (pages, probes) = tokio::join!(join_all((0..8).map(|_| client.page("Ticket", &request))), meanwhile);
    assert_eq!(probes, asked + 1, "exactly one probe");
    assert!(pages.iter().all(Result::is_ok), "{pages:?}");
    assert_eq!((server.count("Ticket"), client.stats().breaker), (asked + 8, BreakerState::Closed));
}

#[tokio::test]
async fn a_desk_that_is_back_is_taken_back_by_requests_that_need_each_other() {
    let server = recovering_desk(vec![Canned::html(503); 5]).await;
    let client = server.client_with(|config| config.limits.requests_in_flight_max = 8);
    client.open().await.unwrap();
    let request = PageRequest::first();
    client.page("Ticket", &request).await.unwrap_err();
    assert_eq!(client.stats().breaker, BreakerState::Open);

    tokio::time::sleep(Duration::from_millis(220)).await;
    // Whoever needs all of them lets go of the others at the first failure.
    let pages = try_join_all((0..6).map(|_| client.page("Ticket", &request))).await;
    assert_eq!(pages.map(|pages| pages.len()), Ok(6));
}

#[tokio::test]
async fn no_more_requests_than_allowed_are_in_flight() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (inside, peak) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::desk(move |_| {
        peak.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let inside = Arc::clone(&inside);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(15)).await;
            inside.fetch_sub(1, Ordering::SeqCst);
        });
        Canned::json(200, json!([])).after(Duration::from_millis(20))
    })
    .await;
    let client = server.client();
    let request = PageRequest::first();
    join_all((0..12).map(|_| client.page("Ticket", &request))).await.into_iter().for_each(|page| {
        page.unwrap();
    });
    assert!(most.load(Ordering::SeqCst) <= 2);
}

#[tokio::test]
async fn an_answer_that_never_ends_is_given_up() {
    let server = Server::desk(|_| Canned::json(200, json!([])).after(Duration::from_secs(5))).await;
    let client = server.client_with(|config| {
        config.limits.request_timeout_ms_max = 100;
        config.limits.retries_max = 1;
    });
    let failed = client.page("Ticket", &PageRequest::first()).await;
    assert_eq!(failed, Err(Error::Timeout(Duration::from_millis(100))));
    assert_eq!(server.count("Ticket"), 2);
}

#[tokio::test]
async fn a_desk_nobody_hears_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let server = Server::desk(|_| Canned::json(200, json!([]))).await;
    let client = server.client_with(|config| config.url = url);
    assert!(matches!(client.open().await, Err(Error::Unreachable { .. })));
}
