//! The simulator's truth beside what Farol stored.

use std::collections::BTreeSet;

use glpi_sim::Desk;
use simulation::truth;

use crate::Home;

/// Every ticket of `desk` is stored once, as it is now, and nothing else is counted; events have an id each, once.
pub fn assert_equals_truth(home: &Home, desk: &Desk) {
    let wrong = truth::differences(&home.rows("tickets"), desk, &BTreeSet::new());
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
    assert_each_event_once(home);
}

/// No event id twice, and both conservation equations hold.
fn assert_each_event_once(home: &Home) {
    assert_eq!(truth::doubled(&home.rows("ticket_events")), Vec::<String>::new());
    let status = home.status();
    let sum = |group: &str, names: &[&str]| names.iter().map(|name| status[group][name].as_u64().unwrap()).sum::<u64>();
    assert_eq!(sum("rows", &["fetched"]), sum("rows", &["repeated", "converted", "filtered", "dead"]), "{status}");
    assert_eq!(sum("events", &["appended"]), sum("events", &["stored", "repeated", "filtered", "dead"]), "{status}");
}
