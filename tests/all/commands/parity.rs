//! `farol parity`: GLPI's stored figures beside the computed ones.

use std::io::Read as _;

use glpi_sim::{Desk, rows::naive::Zone};
use serde_json::{Value, json};
use support::{Home, served};

/// The recorded desk with a change.
fn desk(change: impl FnOnce(&mut Value)) -> Desk {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../connectors/glpi-sim/data/desk-10.0.19.json.gz");
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut bytes).unwrap();
    let mut tables: Value = serde_json::from_slice(&bytes).unwrap();
    change(&mut tables);
    Desk::read(&serde_json::to_vec(&tables).unwrap(), Zone::UTC).unwrap()
}

fn parity(desk: Desk) -> (bool, Value) {
    let home = Home::new();
    home.fill(&served(desk));
    let output = home.output(&["parity", "--json"]);
    (output.status.success(), serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn every_figure_that_the_recorded_glpi_stored_follows_from_its_history() {
    let (is_well, report) = parity(Desk::recorded().unwrap());
    assert!(is_well, "{report}");
    assert_eq!(report["tickets"], 993);
    let fields = report["fields"].as_object().unwrap();
    assert_eq!(fields.len(), 18);
    for (name, field) in fields {
        assert_eq!(
            *field,
            json!({"compared": 993, "equal": 993, "explained": 0, "unexplained": 0}),
            "{name}: {report}"
        );
    }
}

#[test]
fn a_figure_that_follows_from_nothing_is_told_and_one_of_a_cut_history_is_explained() {
    let ticket_of = |row: &Value| row["items_id"].as_i64();
    let (is_well, report) = parity(desk(|tables| {
        let tickets = tables["Ticket"].as_array_mut().unwrap();
        let wrong = tickets.iter_mut().find(|row| row["id"] == 8).unwrap();
        wrong["waiting_duration"] = json!(wrong["waiting_duration"].as_i64().unwrap() + 77);
        // Ticket 10 loses the beginning of its history, and with it how its figures came about.
        let cut = tickets.iter_mut().find(|row| row["id"] == 10).unwrap();
        cut["solve_delay_stat"] = json!(cut["solve_delay_stat"].as_i64().unwrap() + 77);
        let log = tables["Log"].as_array_mut().unwrap();
        let first = log.iter().filter(|row| row["itemtype"] == "Ticket" && ticket_of(row) == Some(10)).count() / 2;
        let mut left = first;
        log.retain(|row| {
            let goes = left > 0 && row["itemtype"] == "Ticket" && ticket_of(row) == Some(10);
            left -= usize::from(goes);
            !goes
        });
    }));
    assert!(!is_well);
    let told = report["unexplained"].as_array().unwrap();
    assert_eq!(
        (told.len(), &told[0]["ticket_id"], &told[0]["field"]),
        (1, &json!(8), &json!("waiting_duration")),
        "{report}"
    );
    assert_eq!(report["fields"]["solve_delay_stat"]["explained"], 1, "{report}");
    assert!(report["reasons"]["history_incomplete"].as_u64().unwrap() >= 1, "{report}");
}
