//! Breaches of the four clocks, by GLPI's own rules.

use std::collections::BTreeMap;

use glpi_sim::{Desk, rows::Seconds, truth::TicketTruth};
use serde_json::{Value, json};

use super::{
    DESK, EVER,
    counting::{CLOCKS, Clock, is_counted, within},
    filters, iso, now, tickets, walk, without,
};

/// What the test compares of one breach: all but the ticket beside.
fn expected(tickets: &[TicketTruth], desk: &Desk, now: i64, window: Option<(Seconds, Seconds)>) -> Vec<Value> {
    let mut found = Vec::new();
    for ticket in tickets.iter().filter(|ticket| is_counted(ticket)) {
        for clock in CLOCKS {
            let due = (clock.due)(&ticket.row);
            if clock.is_late(&ticket.row, now) && window.is_none_or(|window| within(due, window)) {
                found.push(breach(ticket, clock, desk, now));
            }
        }
    }
    found
}

fn breach(ticket: &TicketTruth, clock: Clock, desk: &Desk, now: i64) -> Value {
    let row = &ticket.row;
    let (over_by, target) = (clock.over_by(row, now), clock.target(row, desk));
    let severity = match target {
        _ if row.priority == 6 => "critical",
        None => "unknown",
        Some(target) if over_by * 4 < target => "minor",
        Some(target) if over_by < target => "major",
        Some(_) => "critical",
    };
    json!({
        "id": format!("{}/{}", row.id, clock.name),
        "clock": clock.name,
        "severity": severity,
        "breached_at": iso((clock.due)(row)),
        "over_by_s": over_by,
        "target_s": target,
        "is_running": clock.is_running(row),
    })
}

/// Whether a breach is asked for.
type Holds = fn(&Value) -> bool;

fn sorted(mut breaches: Vec<Value>) -> Vec<Value> {
    breaches.sort_by_key(|breach| breach["id"].as_str().unwrap().to_owned());
    breaches
}

fn bare(breaches: &[Value]) -> Vec<Value> {
    sorted(breaches.iter().map(|breach| without(breach, "ticket")).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_clock_that_glpi_calls_late_is_a_breach_with_its_severity() {
    let desk = DESK.glpi.desk();
    let (rows, first) = walk(&format!("/v1/sla/breaches?{EVER}"), "breaches", 271).await;
    let breaches = sorted(expected(tickets(), &desk.read(), now(&first), None));
    assert_eq!(bare(&rows), breaches);
    for clock in CLOCKS {
        assert!(breaches.iter().any(|breach| breach["clock"] == clock.name), "no breach of {}", clock.name);
    }
    for severity in ["minor", "major", "critical", "unknown"] {
        assert!(breaches.iter().any(|breach| breach["severity"] == severity), "no {severity} breach");
    }

    let count = |field: &str, value: Value| breaches.iter().filter(|breach| breach[field] == value).count();
    let data = &first["data"];
    let by_clock: Vec<Value> = CLOCKS
        .iter()
        .map(|clock| json!({"clock": clock.name, "breaches": count("clock", clock.name.into())}))
        .collect();
    let severities = ["critical", "major", "minor", "unknown"];
    let by_severity: Vec<Value> = severities
        .iter()
        .map(|name| json!({"severity": name, "breaches": count("severity", (*name).into())}))
        .collect();
    assert_eq!(data["by_clock"], json!(by_clock));
    assert_eq!(data["by_severity"], json!(by_severity));
    assert_eq!(data["total"], json!(breaches.len()));
    assert_eq!(data["running"], json!(count("is_running", true.into())));
    let tickets: BTreeMap<&str, usize> =
        breaches.iter().map(|breach| (breach["id"].as_str().unwrap().split('/').next().unwrap(), 0)).collect();
    assert_eq!(data["tickets"], json!(tickets.len()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_of_breaches_holds_its_first_instant_and_not_its_last() {
    let mut dues: Vec<Seconds> = tickets().iter().filter_map(|ticket| ticket.row.time_to_resolve).collect();
    dues.sort_unstable();
    let window = (dues[dues.len() / 3], dues[dues.len() * 2 / 3]);
    let ends = [window.0, window.1].map(|end| iso(Some(end)).as_str().unwrap().to_owned());
    let path = format!("/v1/sla/breaches?from={}&to={}", ends[0], ends[1]);
    let (rows, first) = walk(&path, "breaches", 500).await;
    let desk = DESK.glpi.desk();
    assert_eq!(bare(&rows), sorted(expected(tickets(), &desk.read(), now(&first), Some(window))));
}

#[tokio::test(flavor = "multi_thread")]
async fn breaches_narrow_by_clock_severity_state_and_filters() {
    let desk = DESK.glpi.desk();
    let all = tickets();
    let narrowings: [(&str, Holds); 4] = [
        ("clock=ttr,internal_ttr", |breach| breach["clock"].as_str().unwrap().ends_with("ttr")),
        ("severity=critical&severity=unknown", |breach| {
            breach["severity"] == "critical" || breach["severity"] == "unknown"
        }),
        ("state=running", |breach| breach["is_running"] == true),
        ("clock=tto&state=stopped&severity=minor,major", |breach| {
            breach["clock"] == "tto"
                && breach["is_running"] == false
                && (breach["severity"] == "minor" || breach["severity"] == "major")
        }),
    ];
    for (query, holds) in narrowings {
        let (rows, first) = walk(&format!("/v1/sla/breaches?{EVER}&{query}"), "breaches", 500).await;
        let breaches = expected(all, &desk.read(), now(&first), None).into_iter().filter(holds).collect();
        assert_eq!(bare(&rows), sorted(breaches), "{query}");
        assert_eq!(first["data"]["total"], json!(rows.len()), "{query}");
    }
    for filter in filters::all() {
        let (rows, first) = walk(&format!("/v1/sla/breaches?{EVER}&{}", filter.query), "breaches", 500).await;
        let breaches = expected(&filter.of(all), &desk.read(), now(&first), None);
        assert_eq!(bare(&rows), sorted(breaches), "{}", filter.query);
    }
}
