//! What the backlog was and how it came to be, held against a walk over GLPI's own history.

use std::collections::BTreeMap;

use glpi_sim::rows::{Log, Seconds, Ticket};
use serde_json::Value;

use super::{DESK, iso};

/// GLPI's search options and actions that the walk reads.
const STATUS: i32 = 12;
const PRIORITY: i32 = 3;
const TRASHED: i32 = 13;
const RESTORED: i32 = 14;

/// What holds from an instant on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Step {
    at: Seconds,
    status: i32,
    priority: i32,
    is_there: bool,
}

impl Step {
    fn is_open(&self) -> bool {
        self.is_there && !matches!(self.status, 5 | 6)
    }
}

/// The steps of each ticket, from the lines of its history. The last step of one second counts.
fn lives() -> BTreeMap<i64, Vec<Step>> {
    let desk = DESK.glpi.desk();
    let desk = desk.read();
    let mut lives = BTreeMap::new();
    for ticket in desk.table::<Ticket>().iter() {
        let mut history: Vec<&Log> = desk.of_ticket::<Log>(ticket.id).collect();
        history.sort_by_key(|line| line.id);
        let first = |option: i32, now: i32| {
            let line = history.iter().find(|line| line.linked_action == 0 && line.id_search_option == option);
            line.map_or(now, |line| number(line.old_value.as_deref()))
        };
        let begin = Step {
            at: ticket.date_creation.unwrap(),
            status: first(STATUS, ticket.status),
            priority: first(PRIORITY, ticket.priority),
            is_there: true,
        };
        let mut steps = vec![begin];
        for line in history {
            let mut step = Step { at: line.date_mod, ..*steps.last().unwrap() };
            match (line.linked_action, line.id_search_option) {
                (0, STATUS) => step.status = number(line.new_value.as_deref()),
                (0, PRIORITY) => step.priority = number(line.new_value.as_deref()),
                (TRASHED, _) => step.is_there = false,
                (RESTORED, _) => step.is_there = true,
                _ => continue,
            }
            if steps.last().unwrap().at >= step.at {
                step.at = steps.pop().unwrap().at;
            }
            steps.push(step);
        }
        lives.insert(ticket.id, steps);
    }
    lives
}

fn number(text: Option<&str>) -> i32 {
    text.unwrap().parse().unwrap()
}

/// What held just before `at`.
fn before(steps: &[Step], at: Seconds) -> Option<Step> {
    steps.iter().take_while(|step| step.at < at).last().copied()
}

/// A window around everything that happened.
fn asked() -> String {
    let at: Vec<Seconds> = lives().values().flatten().map(|step| step.at).collect();
    let (from, to) = (at.iter().min().unwrap() - 86_400, at.iter().max().unwrap() + 86_400);
    format!("from={}&to={}", iso(Some(from)).as_str().unwrap(), iso(Some(to)).as_str().unwrap())
}

fn seconds(at: &Value) -> Seconds {
    super::micros(at) / 1_000_000
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backlog_of_every_week_and_priority_is_what_history_says() {
    let lives = lives();
    let answer = DESK.ask(&format!("/v1/metrics/backlog?{}&grain=week&by=priority", asked())).await;
    let buckets = answer["data"]["buckets"].as_array().unwrap();
    assert!(buckets.len() > 20, "{} weeks", buckets.len());
    let mut some = 0;
    for (place, bucket) in buckets.iter().enumerate() {
        let end = seconds(&bucket["to"]);
        let mut expected: BTreeMap<i64, i64> = BTreeMap::new();
        for step in lives.values().filter_map(|steps| before(steps, end)).filter(Step::is_open) {
            *expected.entry(step.priority.into()).or_insert(0) += 1;
            some += 1;
        }
        for series in answer["data"]["series"].as_array().unwrap() {
            let priority = series["keys"][0]["id"].as_i64().unwrap();
            let told = series["points"][place]["counts"]["backlog"].as_i64().unwrap();
            assert_eq!(told, expected.remove(&priority).unwrap_or(0), "{} {priority}", bucket["label"]);
        }
        assert!(expected.is_empty(), "{} {expected:?}", bucket["label"]);
    }
    assert!(some > 100, "the walk saw {some} open tickets only");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backlog_at_an_instant_is_the_same_from_both_questions() {
    let lives = lives();
    let at: Vec<Seconds> = lives.values().flatten().map(|step| step.at).collect();
    let (first, last) = (at.iter().min().unwrap(), at.iter().max().unwrap());
    for part in 1..8 {
        let at = first + (last - first) * part / 8;
        let open = lives.values().filter_map(|steps| before(steps, at + 1)).filter(Step::is_open).count();
        let asked = iso(Some(at));
        let metric = DESK.ask(&format!("/v1/metrics/backlog?at={}", asked.as_str().unwrap())).await;
        let told = &metric["data"]["series"][0]["whole"]["counts"]["backlog"];
        assert_eq!(told.as_u64().unwrap(), open as u64, "{asked}");
        let backlog =
            DESK.ask(&format!("/v1/tickets/backlog?at={}&by=priority&limit=500", asked.as_str().unwrap())).await;
        let data = &backlog["data"];
        assert_eq!(data["total"].as_u64().unwrap(), open as u64, "{asked}");
        assert_eq!(data["overdue"], Value::Null);
        assert_eq!(data["tickets"].as_array().unwrap().len(), open.min(500), "{asked}");
        let rows = data["rows"].as_array().unwrap().iter();
        assert_eq!(rows.map(|row| row["tickets"].as_u64().unwrap()).sum::<u64>(), open as u64);
        let bands = data["aging"]["since_opened"].as_array().unwrap().iter();
        assert_eq!(bands.map(|band| band["tickets"].as_u64().unwrap()).sum::<u64>(), open as u64);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_cause_of_the_flow_is_counted_in_the_month_in_which_it_came() {
    let lives = lives();
    let answer = DESK.ask(&format!("/v1/metrics/backlog_flow?{}&grain=month", asked())).await;
    let buckets = answer["data"]["buckets"].as_array().unwrap();
    for (place, bucket) in buckets.iter().enumerate() {
        let (from, to) = (seconds(&bucket["from"]), seconds(&bucket["to"]));
        let mut expected: BTreeMap<&str, i64> = BTreeMap::new();
        let mut count = |cause| *expected.entry(cause).or_insert(0) += 1;
        for steps in lives.values() {
            if steps[0].is_open() && (from..to).contains(&steps[0].at) {
                count("created");
            }
            for pair in steps.windows(2).filter(|pair| (from..to).contains(&pair[1].at)) {
                match (pair[0].is_open(), pair[1].is_open()) {
                    (false, true) => count(if pair[0].is_there { "reopened" } else { "restored" }),
                    (true, false) if !pair[1].is_there => count("trashed"),
                    (true, false) => count(if pair[1].status == 5 { "solved" } else { "closed" }),
                    _ => {}
                }
            }
        }
        let told = &answer["data"]["series"][0]["points"][place]["counts"];
        for (cause, told) in told.as_object().unwrap() {
            assert_eq!(
                told.as_i64().unwrap(),
                expected.remove(cause.as_str()).unwrap_or(0),
                "{} {cause}",
                bucket["label"]
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_of_the_catalogue_answers_and_its_figures_fill_the_window() {
    let catalogue = DESK.ask("/v1/metrics").await;
    let metrics = catalogue["metrics"].as_array().unwrap();
    assert!(metrics.len() >= 40, "{} metrics", metrics.len());
    for (place, metric) in metrics.iter().enumerate() {
        let name = metric["name"].as_str().unwrap();
        let is_cut = !metric["grains"].as_array().unwrap().is_empty();
        let grain = if is_cut { "&grain=month" } else { "" };
        let answer = DESK.ask(&format!("/v1/metrics/{name}?{}{grain}&tz=America/Sao_Paulo", asked())).await;
        let data = &answer["data"];
        let id = format!("{name}@{}", metric["version"]);
        assert_eq!(answer["meta"]["metrics"][0], id.as_str());
        for series in data["series"].as_array().unwrap() {
            let points = series["points"].as_array().unwrap();
            assert_eq!(points.len(), data["buckets"].as_array().unwrap().len(), "{name}");
            let measures = metric["measures"].as_array().unwrap();
            for measure in measures {
                assert!(series["whole"]["counts"][measure.as_str().unwrap()].is_i64(), "{name} {measure}");
            }
        }
        // Each dimension with some metric: all of them with all would ask for minutes.
        let dimensions = metric["dimensions"].as_array().unwrap();
        let by = dimensions[place % dimensions.len()].as_str().unwrap();
        DESK.ask(&format!("/v1/metrics/{name}?{}&by={by}", asked())).await;
    }
}

/// The same until the last step: a later instant may not be over, and what runs would grow between two questions.
fn asked_past() -> String {
    let at: Vec<Seconds> = lives().values().flatten().map(|step| step.at).collect();
    let (from, to) = (at.iter().min().unwrap() - 86_400, *at.iter().max().unwrap());
    format!("from={}&to={}", iso(Some(from)).as_str().unwrap(), iso(Some(to)).as_str().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_finds_what_its_row_was_counted_with() {
    for metric in ["backlog_flow", "solve_events", "status_time", "cumulative_flow"] {
        let by = DESK.ask(&format!("/v1/metrics/{metric}?{}&by=priority", asked_past())).await;
        for series in by["data"]["series"].as_array().unwrap() {
            let priority = series["keys"][0]["id"].as_i64().unwrap();
            let alone = DESK.ask(&format!("/v1/metrics/{metric}?{}&priority={priority}", asked_past())).await;
            assert_eq!(alone["data"]["series"][0]["whole"], series["whole"], "{metric} {priority}");
        }
    }
}
