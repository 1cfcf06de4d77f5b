//! Breaches of the four clocks: by GLPI's own rules, and as the explanations of tickets tell them.

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
    sorted(breaches.iter().map(|breach| without(&without(breach, "ticket"), "promise")).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_clock_that_glpi_calls_late_is_a_breach_with_its_severity() {
    let desk = DESK.glpi.desk();
    let (rows, first) = walk(&format!("/v1/sla/breaches?mode=glpi&{EVER}"), "breaches", 271).await;
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
    let path = format!("/v1/sla/breaches?mode=glpi&from={}&to={}", ends[0], ends[1]);
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
        let (rows, first) = walk(&format!("/v1/sla/breaches?mode=glpi&{EVER}&{query}"), "breaches", 500).await;
        let breaches = expected(all, &desk.read(), now(&first), None).into_iter().filter(holds).collect();
        assert_eq!(bare(&rows), sorted(breaches), "{query}");
        assert_eq!(first["data"]["total"], json!(rows.len()), "{query}");
    }
    for filter in filters::all() {
        let (rows, first) = walk(&format!("/v1/sla/breaches?mode=glpi&{EVER}&{}", filter.query), "breaches", 500).await;
        let breaches = expected(&filter.of(all), &desk.read(), now(&first), None);
        assert_eq!(bare(&rows), sorted(breaches), "{}", filter.query);
    }
}

/// Every promise to a counted ticket, with its ticket's id, as its explanation has it at `instant`.
pub(super) async fn explained(instant: &str) -> Vec<(i64, Value)> {
    let mut promises = Vec::new();
    for ticket in tickets().iter().filter(|ticket| is_counted(ticket)) {
        let answer = DESK.ask(&format!("/v1/tickets/{}/sla?at={instant}", ticket.row.id)).await;
        let told = answer["data"]["promises"].as_array().unwrap().iter();
        promises.extend(told.map(|promise| (ticket.row.id, promise.clone())));
    }
    promises
}

#[tokio::test(flavor = "multi_thread")]
async fn a_canonical_breach_is_what_its_tickets_explanation_tells() {
    let (rows, first) = walk(&format!("/v1/sla/breaches?{EVER}"), "breaches", 211).await;
    let instant = first["meta"]["generated_at"].as_str().unwrap();
    let promises = explained(instant).await;
    let known = |ticket: &Value, clock: &Value, made: &Value| format!("{ticket} {clock} {made}");
    let told: BTreeMap<String, Value> = promises
        .iter()
        .filter(|(_, promise)| !promise["canonical"]["breached_at"].is_null())
        .map(|(ticket, promise)| {
            let clock = &promise["canonical"];
            let figures = json!([
                clock["breached_at"],
                clock["over_by_s"],
                clock["target_s"],
                clock["elapsed_s"],
                clock["stopped_at"].is_null(),
                promise["agreement"],
                clock["calendar"],
            ]);
            (known(&json!(ticket), &promise["clock"], &promise["attached_at"]), figures)
        })
        .collect();
    let listed: BTreeMap<String, Value> = rows
        .iter()
        .map(|row| {
            let promise = &row["promise"];
            let figures = json!([
                row["breached_at"],
                row["over_by_s"],
                row["target_s"],
                promise["elapsed_s"],
                row["is_running"],
                promise["agreement"],
                promise["calendar"],
            ]);
            (known(&row["ticket"]["id"], &row["clock"], &promise["attached_at"]), figures)
        })
        .collect();
    assert_eq!(listed.len(), rows.len());
    assert_eq!(listed, told);
    assert!(rows.iter().any(|row| row["is_running"] == true) && rows.iter().any(|row| row["is_running"] == false));
    // What is not over and runs is at risk, as far as it has used half of its target.
    let running = promises.iter().filter(|(_, promise)| promise["canonical"]["state"] == "running").count();
    assert_eq!(first["data"]["at_risk"]["running"], json!(running));
    assert_eq!(first["meta"]["mode"], "canonical");
}

#[tokio::test(flavor = "multi_thread")]
async fn trends_count_every_decided_promise_once() {
    let trends = DESK.ask("/v1/sla/trends?timeWindow=12m&grain=month&by=clock&minimum=1").await;
    let window = &trends["meta"]["window"];
    let within = |at: &Value| {
        at.as_str().is_some_and(|at| Some(at) >= window["from"].as_str() && Some(at) < window["to"].as_str())
    };
    let promises = explained(trends["meta"]["generated_at"].as_str().unwrap()).await;
    let of = |clock: &str, state: &str, instant: &str| {
        let is_of = |promise: &Value| {
            let figures = &promise["canonical"];
            promise["clock"] == clock && figures["state"] == state && within(&figures[instant])
        };
        promises.iter().filter(|(_, promise)| is_of(promise)).count()
    };
    for clock in CLOCKS {
        let (met, breached) = (of(clock.name, "met", "stopped_at"), of(clock.name, "breached", "breached_at"));
        let series = trends["data"]["series"].as_array().unwrap().iter();
        let found = series.clone().find(|series| series["key"]["name"] == clock.name);
        let figure = |name: &str| found.map_or(json!(0), |found| found["whole"]["attainment"][name].clone());
        assert_eq!((figure("part"), figure("whole")), (json!(met), json!(met + breached)), "{}", clock.name);
        let Some(found) = found else { continue };
        let points = found["points"].as_array().unwrap().iter();
        assert_eq!(
            points.map(|point| point["attainment"]["whole"].as_u64().unwrap()).sum::<u64>(),
            (met + breached) as u64
        );
    }
}
