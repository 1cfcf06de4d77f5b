//! The simulator against every recorded exchange: status, error code, headers and shape for all of
//! them, whole bodies where the recorded desk has the rows.
//!
//! The recorded desk holds the tickets with an even id of the server that was recorded, so the
//! server's totals, and pages that name odd ids, cannot be repeated: there the totals are replaced
//! by the desk's own and only the shape of the rows is compared. The two odd tickets whose whole
//! bodies were recorded are added to a second desk; elsewhere ticket 2 stands in for an odd one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

#[path = "support/recorded.rs"]
mod support;

use glpi_sim::http::Login;
use glpi_sim::{Options, http::Access};
use serde_json::{Value, json};
use support::{Answer, Exchange, Server, options, same_shape};

const EXCHANGES: usize = 30;

#[tokio::test]
async fn every_recorded_exchange_is_answered_alike() {
    let files = support::files();
    assert_eq!(files.len(), EXCHANGES);
    let server = Server::start(options()).await;
    let completed = Server::serve(support::completed_desk(), options()).await;
    for (file, exchanges) in files {
        for exchange in exchanges {
            if let Some(special) = special_options(&exchange.name) {
                let special = Server::start(special).await;
                check(&file, &special, &exchange).await;
            } else if ODD.contains(&exchange.name.as_str()) {
                check(&file, &completed, &exchange).await;
            } else {
                check(&file, &server, &exchange).await;
            }
        }
    }
}

/// Exchanges about one odd ticket: asked of a desk that has it.
const ODD: &[&str] =
    &["ticket_item", "ticket_item_expand_dropdowns", "ticket_item_unsanitized", "search_multi_value_column"];

/// Some exchanges were recorded under another configuration.
fn special_options(name: &str) -> Option<Options> {
    let mut options = options();
    match name {
        "err_api_disabled" => options.access = Access::Disabled,
        "err_not_allowed_ip" => options.access = Access::AddressRefused,
        "err_login_bad_password" => {
            options.login = Login::Allowed { name: "glpi".to_owned(), password: "right".to_owned() };
        }
        "err_sql_http200_garbage_prefix" => options.output_buffering = false,
        // Logout ends the session the other exchanges need.
        "kill_session" => {}
        _ => return None,
    }
    Some(options)
}

async fn check(file: &str, server: &Server, exchange: &Exchange) {
    let name = &exchange.name;
    let answer = server.repeat(exchange).await;
    let at = format!("{file} {name}: {}", exchange.path);
    assert_eq!(answer.status, exchange.status, "{at}\n{}", answer.text);
    for header in HEADERS {
        if !matches!(*header, "content-range" | "last-modified") {
            assert_eq!(answer.header(header), exchange.header(header), "{at}: {header}");
        }
        assert_eq!(answer.header(header).is_some(), exchange.header(header).is_some(), "{at}: {header}");
    }
    if let Some(code) = exchange.body.get(0).and_then(Value::as_str).filter(|_| exchange.status >= 400) {
        assert_eq!(answer.json()[0], json!(code), "{at}");
        assert_eq!(answer.text, server.own_words(&exchange.text), "{at}");
        return;
    }
    check_body(&at, server, &answer, exchange);
}

const HEADERS: &[&str] = &[
    "content-type",
    "content-range",
    "accept-range",
    "last-modified",
    "access-control-expose-headers",
    "pragma",
    "cache-control",
    "expires",
];

fn check_body(at: &str, server: &Server, answer: &Answer, exchange: &Exchange) {
    match kind(&exchange.name) {
        Kind::Whole => {
            assert_eq!(answer.header("content-range"), exchange.header("content-range"), "{at}");
            if exchange.body.is_null() {
                assert_eq!(answer.text, exchange.text, "{at}");
            } else {
                let recorded = server.own_root(&exchange.body);
                assert_eq!(answer.json(), recorded, "{at}");
                assert_eq!(answer.text, recorded.to_string(), "{at}: order of the keys");
            }
        }
        Kind::Shape => same_shape(at, &exchange.body, &answer.json()),
    }
}

/// How far a body can be compared.
enum Kind {
    /// The desk has the very rows.
    Whole,
    /// The desk has other rows, or the body names what differs by nature (tokens, clocks).
    Shape,
}

fn kind(name: &str) -> Kind {
    match name {
        "empty_collection_200"
        | "get_active_entities"
        | "change_active_entities"
        | "change_active_entities_refused"
        | "err_sql_http200_garbage_prefix"
        | "err_sql_http500_garbage_prefix"
        | "kill_session"
        | "search_empty_200"
        | "list_search_options_ticket"
        | "ticket_followups"
        | "ticket_groups"
        | "ticket_log_full_200"
        | "ticket_solutions"
        | "ticket_users" => Kind::Whole,
        odd if ODD.contains(&odd) => Kind::Whole,
        _ => Kind::Shape,
    }
}

#[tokio::test]
async fn pages_of_the_recorded_desk_carry_its_own_totals() {
    let server = Server::start(options()).await;
    for (path, status, range, ids) in [
        ("Ticket?only_id=true", 206, Some("0-15/983"), (2..=32).step_by(2).filter(|id| *id != 28).collect()),
        ("Ticket?only_id=true&range=981-1200", 206, Some("981-982/983"), vec![1998, 2000]),
        ("Ticket?only_id=true&range=983-990", 206, Some("983-982/983"), vec![]),
        ("Ticket?only_id=true&range=0-2&is_deleted=true", 206, Some("0-2/10"), vec![]),
        ("Ticket?only_id=true&range=0-982&searchText[id]=^2$", 200, Some("0-0/1"), vec![2]),
        ("ticket-of-nobody", 400, None, vec![]),
        ("Ticket/abc?only_id=true&range=0-0", 206, Some("0-0/983"), vec![2]),
    ] {
        let answer =
            server.get(&format!("{path}{}get_hateoas=false", if path.contains('?') { '&' } else { '?' })).await;
        assert_eq!((answer.status, answer.header("content-range")), (status, range.map(str::to_owned)), "{path}");
        if !ids.is_empty() {
            let found: Vec<i64> =
                answer.json().as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
            assert_eq!(found, ids, "{path}");
        }
    }
}

#[tokio::test]
async fn the_rows_that_server_and_desk_share_are_equal() {
    let server = Server::start(options()).await;
    let mut compared = 0;
    for (_, exchanges) in support::files() {
        for exchange in exchanges.iter().filter(|exchange| exchange.status < 300) {
            let rows = exchange.body.as_array().cloned().unwrap_or_default();
            for row in rows.iter().filter(|row| row.get("date_creation").is_some() && row.get("priority").is_some()) {
                let id = row["id"].as_i64().unwrap();
                let found = server.get(&format!("Ticket/{id}?get_hateoas=false")).await;
                if found.status == 200 {
                    assert_eq!(&found.json(), row, "ticket {id} of {}", exchange.name);
                    compared += 1;
                }
            }
            for row in exchange.body.get("data").and_then(Value::as_array).into_iter().flatten() {
                compared += usize::from(server.search_row_is(row).await);
            }
        }
    }
    assert!(compared >= 8, "{compared} rows compared");
}
