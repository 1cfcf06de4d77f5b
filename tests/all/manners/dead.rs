//! Tickets that could not be read, in answers.

use std::path::Path;

use glpi_sim::{Desk, rows::naive::Zone};
use serde_json::{Value, json};
use support::{Home, served};

use super::{claims, signed_in, with};

/// The recorded desk, two of whose tickets have no date.
fn desk(scratch: &Path) -> Desk {
    let path = scratch.join("simulated.json");
    Desk::recorded().unwrap().save(&path, Zone::UTC).unwrap();
    let mut file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    for ticket in file["Ticket"].as_array_mut().unwrap().iter_mut().take(2) {
        ticket["date"] = "not a date".into();
    }
    Desk::read(&serde_json::to_vec(&file).unwrap(), Zone::UTC).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_say_how_many_tickets_could_not_be_read_to_whoever_may_see_every_entity() {
    let home = Home::new().looking_once();
    let glpi = served(desk(home.path()));
    let up = home.up(&glpi);
    home.wait("the desk is in the store", |status| status["caught_up"] == true);
    let letters = home.run(&["dead-letters", "list"]);
    assert_eq!(letters.lines().filter(|line| line.contains("  Ticket/")).count(), 2, "{letters}");

    let all = signed_in(&home, &claims("dash.read"));
    let limited = signed_in(&home, &with(&claims("dash.read"), "entities", json!([0])));
    for path in super::WINDOWED.iter().chain(&["/v1/tickets/backlog"]) {
        let (_, _, answer) = up.get(path, Some(&all)).await;
        assert_eq!(answer["meta"]["excluded"]["unreadable"], 2, "{path}: {answer}");
        let (status, _, answer) = up.get(path, Some(&limited)).await;
        assert_eq!(status, 200, "{path}: {answer}");
        assert!(answer["meta"]["excluded"].get("unreadable").is_none(), "{path}: {answer}");
    }
}
