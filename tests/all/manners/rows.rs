//! Who may see which tickets.

use std::collections::BTreeSet;

use glpi_sim::truth::{Presence, TicketTruth};
use reqwest::Method;
use serde_json::{Value, json};

use super::{DESK, assert_problem, claims, signed, with};
use crate::questions::filters::widest_below_root;

const EVER: &str = "from=2020-01-01T00:00:00Z&to=2035-01-01T00:00:00Z";

fn limited_to(scope: &str, entities: &[i64]) -> String {
    signed(&with(&claims(scope), "entities", json!(entities)))
}

async fn ask(path: &str, token: &str) -> Value {
    let (status, _, body) = DESK.up.get(path, Some(token)).await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

fn tickets() -> Vec<TicketTruth> {
    DESK.glpi.desk().read().truths()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_an_entity_sees_its_tickets_and_those_below_and_no_count_of_others() {
    let (root, visible) = widest_below_root(&DESK.glpi.desk().read());
    let token = limited_to("dash.read", &[root]);
    let (own, others): (Vec<_>, Vec<_>) =
        tickets().into_iter().partition(|ticket| visible.contains(&ticket.row.entities_id));
    assert!(!own.is_empty() && !others.is_empty());
    let live: Vec<&TicketTruth> = own.iter().filter(|ticket| ticket.presence == Presence::Live).collect();
    let open = live.iter().filter(|ticket| ticket.is_open()).count();
    let solved = live.iter().filter(|ticket| ticket.row.solvedate.is_some()).count();

    let overview = ask(&format!("/v1/tickets/overview?{EVER}&limit=500"), &token).await;
    assert_eq!(overview["data"]["total"], live.len());
    assert_eq!(overview["data"]["open"], open);
    assert_eq!(overview["data"]["solved"], solved);
    let trashed = own.len() - live.len();
    assert_eq!(overview["meta"]["excluded"]["trashed"].as_u64().unwrap_or(0), trashed as u64);
    let ids: BTreeSet<i64> = own.iter().map(|ticket| ticket.row.id).collect();
    let is_own = |row: &Value| ids.contains(&row["id"].as_i64().unwrap());
    assert!(overview["data"]["tickets"].as_array().unwrap().iter().all(is_own));

    let backlog = ask("/v1/tickets/backlog?by=entity&limit=500", &token).await;
    assert_eq!(backlog["data"]["total"], open);
    let rows = backlog["data"]["rows"].as_array().unwrap();
    assert!(rows.iter().all(|row| visible.contains(&row["keys"][0]["id"].as_i64().unwrap())), "{rows:?}");

    let breaches = ask(&format!("/v1/sla/breaches?{EVER}&limit=500"), &token).await;
    let list = breaches["data"]["breaches"].as_array().unwrap();
    assert!(!list.is_empty() && list.iter().all(|breach| is_own(&breach["ticket"])));
    assert_eq!(breaches["data"]["total"], list.len());

    let ranking = ask(&format!("/v1/technicians/ranking?{EVER}&limit=500"), &token).await;
    assert_eq!(ranking["data"]["tickets"], solved);
    let handled: u64 = sum(&ranking["data"]["entries"], |entry| &entry["scorecard"]["handled"]);
    let assigned: usize =
        live.iter().filter(|ticket| ticket.row.solvedate.is_some()).map(|ticket| ticket.users.assigned.len()).sum();
    assert_eq!(handled, assigned as u64);
    let productivity = ask(&format!("/v1/technicians/productivity?{EVER}"), &token).await;
    assert_eq!(sum(&productivity["data"]["bands"], |band| &band["handled"]), solved as u64);
}

/// The short name of an entity, as it stands in a query.
fn asked_name(entity: i64) -> String {
    let desk = DESK.glpi.desk();
    let desk = desk.read();
    let name = desk.row("Entity", entity).unwrap()["name"].as_str().unwrap().replace("&#38;", "&");
    name.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat()
}

fn sum(list: &Value, number: fn(&Value) -> &Value) -> u64 {
    list.as_array().unwrap().iter().map(|row| number(row).as_u64().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_token_may_not_see_is_as_if_it_were_not_there() {
    let (root, visible) = widest_below_root(&DESK.glpi.desk().read());
    let read = limited_to("dash.read", &[root]);
    let admin = limited_to("dash.admin", &[root]);
    let hidden = tickets().into_iter().find(|ticket| !visible.contains(&ticket.row.entities_id)).unwrap();
    let id = hidden.row.id;
    let there = DESK.up.get(&format!("/v1/tickets/{id}/timeline"), Some(&read)).await;
    assert_problem("a hidden timeline", &there, 404, "not_found");
    let absent = DESK.up.get("/v1/tickets/987654321/timeline", Some(&read)).await;
    assert_eq!(there.2["title"], absent.2["title"]);
    let sync = DESK.up.ask(Method::POST, &format!("/v1/tickets/{id}/sync"), Some(&admin)).await;
    assert_problem("a hidden sync", &sync, 404, "not_found");

    // The name of a row says no more than one that nobody bears.
    let entity = hidden.row.entities_id;
    for word in [entity.to_string(), asked_name(entity), "0".to_owned(), asked_name(0)] {
        let path = |word: &str| format!("/v1/tickets/overview?{EVER}&entity={word}");
        let there = DESK.up.get(&path(&word), Some(&read)).await;
        let absent = DESK.up.get(&path("987654321"), Some(&read)).await;
        assert_problem("a hidden entity", &there, 400, "invalid_input");
        let bare = |answer: &(u16, String, Value)| {
            let mut problem = answer.2.clone();
            let (_, allowed) = problem["detail"].as_str().unwrap().split_once("allowed:").unwrap();
            let (allowed, _) = allowed.split_once("; the nearest").unwrap_or((allowed, ""));
            problem["detail"] = allowed.into();
            problem
        };
        assert_eq!(bare(&there), bare(&absent), "{word}");
        let mixed = DESK.up.get(&path(&format!("{word},{root}")), Some(&read)).await;
        assert_problem("a hidden entity beside his own", &mixed, 400, "invalid_input");
        assert_eq!(DESK.up.get(&path(&word), Some(&DESK.token)).await.0, 200, "{word}");
    }
    // A page begun by somebody who sees more is not his to go on with.
    let all = DESK.ask(&format!("/v1/tickets/overview?{EVER}&limit=1")).await;
    let cursor = all["meta"]["page"]["next"].as_str().unwrap();
    let path = format!("/v1/tickets/overview?{EVER}&limit=1&cursor={cursor}");
    assert_problem("another's cursor", &DESK.up.get(&path, Some(&read)).await, 400, "invalid_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_no_entity_sees_nothing() {
    for entities in [&[][..], &[987_654_321], &[-1]] {
        let token = limited_to("dash.read", entities);
        let overview = ask(&format!("/v1/tickets/overview?{EVER}"), &token).await;
        assert_eq!(overview["data"]["total"], 0, "{entities:?}");
        assert_eq!(overview["data"]["open"], 0, "{entities:?}");
        assert_eq!(overview["meta"]["excluded"], json!({}), "{entities:?}");
        assert_eq!(ask("/v1/tickets/backlog?by=entity", &token).await["data"]["total"], 0, "{entities:?}");
        assert_eq!(ask(&format!("/v1/sla/breaches?{EVER}"), &token).await["data"]["total"], 0, "{entities:?}");
    }
    // The root's subtree is the whole desk.
    let whole = ask(&format!("/v1/tickets/overview?{EVER}"), &limited_to("dash.read", &[0])).await;
    let all = DESK.ask(&format!("/v1/tickets/overview?{EVER}")).await;
    assert_eq!(whole["data"]["total"], all["data"]["total"]);
}
