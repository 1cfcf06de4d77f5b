//! The simulator as a server: rights, zones, sessions, outages, versions and packed answers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests")]

#[path = "support/recorded.rs"]
mod support;

use std::time::Duration;

use glpi_sim::http::{Outage, Profile};
use glpi_sim::rows::naive::Zone;
use glpi_sim::rows::{Log, Ticket};
use glpi_sim::{Desk, Options};
use serde_json::json;
use support::{Server, options};

async fn statuses(options: Options, paths: &[(&str, u16)]) {
    let server = Server::start(options).await;
    for (path, status) in paths {
        assert_eq!(server.get(path).await.status, *status, "{path}");
    }
}

#[tokio::test]
async fn profiles_read_what_their_rights_allow() {
    statuses(options(), &[("Log", 206), ("Calendar", 200), ("SlaLevel_Ticket", 403), ("Ticket/4/Log", 206)]).await;
    let technician = Options { profile: Profile::Technician, ..options() };
    statuses(technician, &[("Log", 403), ("Ticket/4/Log", 403), ("Calendar", 403), ("User", 206)]).await;
    let own = Options { profile: Profile::SelfService, user_id: Some(23), ..options() };
    let paths = [("Log", 403), ("User", 403), ("SLA", 403), ("Ticket/2", 200), ("Ticket/4", 403), ("Ticket_User", 206)];
    statuses(own, &paths).await;
}

#[tokio::test]
async fn an_account_in_another_zone_sees_shifted_dates() {
    let zone = Zone::America__New_York;
    let server = Server::start(Options { zone, ..options() }).await;
    let ticket = server.get("Ticket/2?get_hateoas=false").await;
    assert_eq!(ticket.json()["date_mod"], "2025-11-30 18:05:49");
    assert_eq!(ticket.header("last-modified").unwrap(), "Sun, 30 Nov 2025 23:05:49 GMT");
    let session = server.get("getFullSession").await;
    assert_eq!(session.json()["session"]["glpi_currenttime"], "2026-11-23 08:47:57");
    assert_eq!(session.header("date").unwrap(), "Mon, 23 Nov 2026 13:47:57 GMT");
    let search =
        "search/Ticket?criteria[0][field]=19&criteria[0][searchtype]=equals&criteria[0][value]=2025-11-30 18:05:49";
    assert_eq!(server.get(search).await.json()["data"][0]["2"], 2);
}

#[tokio::test]
async fn a_narrowed_session_still_lists_links_of_every_entity() {
    let server = Server::start(options()).await;
    let all = server.get("Ticket_User?range=0-0&only_id=true").await.header("content-range");
    let body = json!({"entities_id": 3, "is_recursive": false});
    assert_eq!(server.post("changeActiveEntities", &body).await.text, "true");
    let tickets = server.get("Ticket?range=0-4000&get_hateoas=false").await.json();
    assert!(tickets.as_array().unwrap().iter().all(|ticket| ticket["entities_id"] == 3));
    assert_eq!(server.get("Ticket_User?range=0-0&only_id=true").await.header("content-range"), all);
    assert_eq!(server.post("changeActiveEntities", &json!({"entities_id": "all"})).await.text, "true");
}

#[tokio::test]
async fn sessions_end_and_servers_go_away_and_come_back() {
    let mut server = Server::start(options()).await;
    assert_eq!(server.sim.expire_sessions(), 1);
    assert_eq!(server.get("Ticket/2").await.status, 401);
    server.log_in().await;
    assert_eq!(server.get("Ticket/2").await.status, 200);
    server.sim.go_down(Outage::Unavailable);
    assert_eq!(server.get("Ticket/2").await.status, 503);
    server.sim.go_down(Outage::Refuse);
    let address = server.sim.url();
    assert!(server.client.get(&address).timeout(Duration::from_secs(5)).send().await.is_err());
    server.sim.come_back().unwrap();
    assert_eq!(server.get("Ticket/2").await.status, 200);
    server.sim.answer_next(502, "<html>bad gateway</html>");
    assert_eq!(server.get("Ticket/2").await.status, 502);
    assert_eq!(server.get("Ticket/2").await.status, 200);
    let requests = server.sim.requests();
    assert_eq!(requests.of_kind("initSession"), 2);
    assert!(requests.of_kind("Ticket/:id") >= 5);
}

#[tokio::test]
async fn a_change_of_the_desk_is_seen_by_the_next_call() {
    let server = Server::start(options()).await;
    server.sim.desk().write().update::<Ticket, _>(2, |ticket| ticket.is_deleted = 1).unwrap();
    assert_eq!(server.get("Ticket?range=0-0").await.header("content-range").unwrap(), "0-0/982");
    server.sim.desk().write().purge(4).unwrap();
    assert_eq!(server.get("Ticket/4").await.status, 404);
    assert_eq!(server.get("Ticket/2").await.json()["is_deleted"], 1);
}

#[tokio::test]
async fn version_11_answers_at_its_new_address_with_raw_text() {
    let mut desk = Desk::new("11.0.2");
    let name = desk.text("R&D <urgent>");
    let id = desk.insert(Ticket { name, ..Ticket::default() });
    let server = Server::serve(desk, options()).await;
    let session = [("session-token", server.session.clone())];
    let answer = server.send("GET", &format!("/api.php/v1/Ticket/{id}"), &session, None).await;
    assert_eq!((answer.status, answer.json()["name"].as_str().unwrap()), (200, "R&D <urgent>"));
    let old = Server::start(options()).await;
    assert_eq!(old.send("GET", "/api.php/v1/Ticket", &session, None).await.status, 404);
}

#[tokio::test]
async fn the_feed_pages_through_a_long_history() {
    const ROWS: i64 = 20_000;
    let mut desk = Desk::new("10.0.19");
    let (ticket, other) = (desk.raw_text("Ticket"), desk.raw_text("User"));
    for at in 0..ROWS {
        let itemtype = if at % 2 == 0 { ticket.clone() } else { other.clone() };
        desk.insert(Log { itemtype, items_id: 1, date_mod: at, ..Log::default() });
    }
    let server = Server::serve(desk, options()).await;
    let feed = server.get("Log?range=0-999&sort=id&order=DESC&searchText[itemtype]=^Ticket$&get_hateoas=false").await;
    assert_eq!(feed.header("content-range").unwrap(), "0-999/10000");
    assert_eq!(feed.json()[0]["id"], ROWS - 1);
    let page = server.get("Log?range=19500-20499&get_hateoas=false").await;
    assert_eq!((page.status, page.header("content-range").unwrap()), (206, "19500-19999/20000".to_owned()));
    assert_eq!(page.json().as_array().unwrap().len(), 500);
}

#[tokio::test]
async fn searches_combine_criteria_as_sql_does() {
    let server = Server::start(options()).await;
    let total = |criteria: &str| {
        let path = format!("search/Ticket?range=0-0&{criteria}");
        let server = &server;
        async move { server.get(&path).await.json()["totalcount"].as_u64().unwrap() }
    };
    let one = |at: usize, link: &str, field: u32, searchtype: &str, value: &str| {
        format!(
            "criteria[{at}][link]={link}&criteria[{at}][field]={field}&criteria[{at}][searchtype]={searchtype}&criteria[{at}][value]={value}&"
        )
    };
    let all = total("").await;
    let open = total(&one(0, "AND", 12, "equals", "notold")).await;
    let old = total(&one(0, "AND", 12, "equals", "old")).await;
    assert_eq!(open + old, all);
    assert_eq!(total(&one(0, "AND NOT", 12, "equals", "old")).await, open);
    assert_eq!(total(&(one(0, "AND", 12, "equals", "old") + &one(1, "OR", 12, "equals", "notold"))).await, all);
    assert_eq!(total(&one(0, "AND", 19, "morethan", "nonsense")).await, all);
    let since = total(&one(0, "AND", 19, "morethan", "=2026-11-01 01:32:29")).await;
    assert_eq!(since, total(&one(0, "AND", 19, "contains", ">=2026-11-01 01:32:29")).await);
    assert_eq!(since, total(&one(0, "AND", 19, "morethan", "2026-11-01 01:32:29")).await + 1);
    assert_eq!(total(&one(0, "AND", 80, "under", "0")).await, all);
    let assigned = total(&one(0, "AND", 5, "equals", "0")).await;
    assert_eq!(assigned, total(&one(0, "AND", 5, "empty", "")).await);
    // A criterion after a group is not checked.
    let group = "criteria[0][criteria][0][field]=12&criteria[0][criteria][0][searchtype]=equals&criteria[0][criteria][0][value]=old&";
    assert_eq!(total(&format!("{group}criteria[1][field]=9999&")).await, old);
    let unchecked = server.get(&format!("search/Ticket?criteria[1][field]=9999&{group}")).await;
    assert_eq!(unchecked.status, 400);
}
