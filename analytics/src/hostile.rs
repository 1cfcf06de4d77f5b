//! What holds of every answer, whatever was asked: the check that fuzzing runs, and the test over what it found.
//!
//! An input is the name of a question in a line, and the question as JSON after it. It is put to a small desk, for somebody who
//! sees all of it and for somebody who does not see the tickets of one entity.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "checks of tests and fuzzing"
)]

use std::cell::LazyCell;

use schemas::tables::Table;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sla::{Agreement, Hours, Kind, Status, Step, Terms, Unit, What};
use tokio::runtime::{Builder, Runtime};

use crate::{
    Analytics, Answer, Error, Viewer, Visible,
    desk::{NOW, at, batch, desk_with},
    usecases::{
        explain_sla, get_metric, get_sla_breaches, get_sla_trends, get_technician_productivity, get_technician_ranking,
        get_ticket_timeline, get_tickets_backlog, get_tickets_overview, simulate_sla,
    },
};

/// What only tickets say that are hidden from the limited viewer.
const HIDDEN: &str = "Payroll of the south";
/// What rounding may add to a share of whole seconds.
const ROUNDING: f64 = 1e-9;

const TICKETS: &str = "
    ticket | entity | opened           | solved           | closed     | status | priority | technicians | groups | category | title
    1      | 1      | 2026-03-02       | 2026-03-02 02:00 |            | 5      | 3        | 7           | 10     | 20       | Printer
    2      | 3      | 2026-03-03       | 2026-03-03 03:00 | 2026-03-05 | 6      | 5        | 8,9         | 11     | 21       | Payroll of the south
    3      | 2      | 2026-03-09       | 2026-03-09 02:00 |            | 5      | 6        | 8           | 12     |          | Crane
    4      | 3      | 2026-03-31       |                  |            | 2      | 3        |             |        |          | Payroll of the south
    5      | 1      | 2026-03-20       |                  |            | 4      | 1        | 9           | 10,11  | 21       | Scanner";

const SPANS: &str = "
    ticket | from             | to               | status | priority | entity | technicians | groups
    1      | 2026-03-02       | 2026-03-02 00:10 | 1      | 3        | 1      |             | 10
    1      | 2026-03-02 00:10 | 2026-03-02 01:30 | 4      | 3        | 1      | 7           | 10
    1      | 2026-03-02 01:30 | 2026-03-02 02:00 | 2      | 3        | 1      | 7           | 10
    1      | 2026-03-02 02:00 |                  | 5      | 3        | 1      | 7           | 10
    2      | 2026-03-03       | 2026-03-03 03:00 | 2      | 5        | 3      | 8,9         | 11
    2      | 2026-03-03 03:00 |                  | 6      | 5        | 3      | 8,9         | 11
    3      | 2026-03-09       | 2026-03-09 02:00 | 3      | 6        | 2      | 8           | 12
    3      | 2026-03-09 02:00 |                  | 5      | 6        | 2      | 8           | 12
    4      | 2026-03-31       |                  | 2      | 3        | 3      |             |
    5      | 2026-03-20       |                  | 4      | 1        | 1      | 9           | 10,11";

const PROMISES: &str = "
    ticket | clock | agreement_id | attached_at | detached_at      | stopped_at       | running_since | target_s | elapsed_s | paused_s | due_at           | entity_id | technicians | priority
    1      | ttr   | 30           | 2026-03-02  |                  | 2026-03-02 02:00 |               | 5400     | 2400      | 4800     | 2026-03-02 02:50 | 1         | 7           | 3
    1      | tto   | 31           | 2026-03-02  |                  | 2026-03-02 00:10 |               | 3600     | 600       | 0        | 2026-03-02 01:00 | 1         | 7           | 3
    2      | ttr   | 30           | 2026-03-03  |                  | 2026-03-03 03:00 |               | 7200     | 10800     | 0        | 2026-03-03 02:00 | 3         | 8           | 5
    3      | ttr   | 30           | 2026-03-09  |                  | 2026-03-09 02:00 |               | 7200     | 7200      | 0        | 2026-03-09 02:00 | 2         | 8           | 6
    4      | ttr   | 30           | 2026-03-31  |                  |                  | 2026-03-31    | 90000    | 0         | 0        | 2026-04-01 01:00 | 3         |             | 3
    5      | ttr   | 30           | 2026-03-20  | 2026-03-20 01:00 | 2026-03-20 01:00 |               | 7200     | 0         | 3600     | 2026-03-20 02:00 | 1         | 9           | 1";

const EVENTS: &str = r#"
    ticket | occurred_at      | sequence | log_offset | event_id | event_type      | origin   | detail
    1      | 2026-03-02       | 0        | 1          | a        | TicketCreatedV1 | Ticket/1 | {"created_at":1772409600000000,"opened_at":1772409600000000,"writer_id":8}
    1      | 2026-03-02 02:00 | 12       | 2          | b        | TicketUpdatedV1 | Log/12   | {"change":{"field":"status","option":12,"old":"2","new":"5"},"state":null}
    2      | 2026-03-03       | 0        | 3          | c        | TicketCreatedV1 | Ticket/2 | {"created_at":1772496000000000,"opened_at":1772496000000000,"writer_id":8}
    2      | 2026-03-03 03:00 | 13       | 4          | d        | TicketUpdatedV1 | Log/13   | {"change":{"field":"name","option":1,"old":"Payroll of the south","new":"Pay"},"state":null}
    4      | 2026-03-31       | 0        | 5          | e        | TicketCreatedV1 | Ticket/4 | {"created_at":1774915200000000,"opened_at":1774915200000000,"writer_id":8}"#;

const CALENDAR: &str = r#"
    kind            | dimension_id | version | observed_at | attributes
    Calendar        | 4            | 1       | 2026-01-01  |
    CalendarSegment | 5            | 2       | 2026-01-01  | {"calendars_id": 4, "day": 1, "begin": "01:00:00", "end": "02:00:00"}
    SLA             | 40           | 3       | 2026-01-01  | {"number_time": 30, "definition_time": "minute"}"#;

struct Desk {
    runtime: Runtime,
    analytics: Analytics,
}

thread_local! {
    static DESK: LazyCell<Desk> = LazyCell::new(Desk::new);
}

impl Desk {
    fn new() -> Self {
        let tables = [
            (Table::Tickets, TICKETS),
            (Table::TicketSpans, SPANS),
            (Table::TicketEvents, EVENTS),
            (Table::Dimensions, CALENDAR),
        ];
        let mut tables = tables.map(|(table, text)| (table, batch(table, text))).to_vec();
        tables.push((Table::SlaClocks, batch(Table::SlaClocks, &promises())));
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        Self { runtime, analytics: desk_with(tables, None) }
    }

    /// The answer to the question called `name`; none where there is no such question, or the words are none.
    fn ask(&self, name: &str, question: &Value, viewer: &Viewer) -> Option<Result<Value, Error>> {
        macro_rules! put {
            ($question:ident) => {
                read(question).map(|input: $question::Input| {
                    let answer = $question::execute(&self.analytics, viewer, &input, at(NOW));
                    self.runtime.block_on(answer).map(|answer| shown(&answer))
                })
            };
        }
        match name {
            "backlog" => put!(get_tickets_backlog),
            "breaches" => put!(get_sla_breaches),
            "explain" => put!(explain_sla),
            "metric" => put!(get_metric),
            "overview" => put!(get_tickets_overview),
            "productivity" => put!(get_technician_productivity),
            "ranking" => put!(get_technician_ranking),
            "timeline" => put!(get_ticket_timeline),
            "trends" => put!(get_sla_trends),
            "what-if" => put!(simulate_sla),
            _ => None,
        }
    }
}

/// The promises, each with steps of which it could have come.
fn promises() -> String {
    let second = |text: &str| at(text.trim()).seconds();
    let lines = PROMISES.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate();
    let told = lines.map(|(number, line)| {
        let cells: Vec<&str> = line.split('|').collect();
        if number == 0 {
            return format!("{line} | steps\n");
        }
        let kind = if cells[1].trim() == "tto" { Kind::Tto } else { Kind::Ttr };
        let (opened, terms) = (second(cells[3]), Terms::new(2, Unit::Hour, false).unwrap());
        let promise = Agreement { id: 30, kind, terms, hours: Hours::Always };
        let steps = [
            (opened, What::Opened(opened)),
            (opened, What::Attached(promise)),
            (opened + 600, What::Status(Status::PENDING)),
            (opened + 7_200, What::Status(Status::SOLVED)),
        ];
        let steps = steps.map(|(at, what)| Step::new(at, what));
        format!("{line} | {}\n", serde_json::to_string(&steps).unwrap())
    });
    told.collect()
}

fn read<I: DeserializeOwned>(question: &Value) -> Option<I> {
    serde_json::from_value(question.clone()).ok()
}

fn shown<T: Serialize>(answer: &Answer<T>) -> Value {
    serde_json::to_value(answer).expect("an answer is written")
}

/// Checks the answers to one question; whether there is one.
pub fn check(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let (name, question) = text.split_once('\n').unwrap_or((&text, "{}"));
    let Ok(question) = serde_json::from_str::<Value>(question) else { return false };
    let mut is_answered = false;
    let limited = Viewer { entities: Visible::Subtree(vec![1]) };
    for viewer in [&Viewer::of_everything(), &limited] {
        let ask = |question: &Value| DESK.with(|desk| desk.ask(name, question, viewer));
        let Some(answer) = ask(&question) else { return false };
        is_answered |= answer.is_ok();
        let told = match &answer {
            Ok(answer) => {
                check_figures(answer);
                answer.to_string()
            }
            Err(error) => {
                // Nothing but the question can be wrong here.
                assert!(matches!(error, Error::Invalid { .. } | Error::NotFound { .. }), "{text}: {error}");
                error.to_string()
            }
        };
        assert!(*viewer != limited || !told.contains(HIDDEN) || text.contains(HIDDEN), "{text}: {told}");
        if let Ok(answer) = &answer
            && let Some(next) = answer["meta"]["page"]["next"].as_str()
        {
            let mut question = question.clone();
            question["page"]["cursor"] = next.into();
            let page = ask(&question).expect("the question is known").expect("a page that was offered is there");
            assert_eq!(page["meta"]["page"]["total"], answer["meta"]["page"]["total"]);
            assert_ne!(page["data"], answer["data"]);
        }
    }
    is_answered
}

/// A part is not more than its whole, and a value lies within its bounds, wherever they stand.
fn check_figures(shown: &Value) {
    let number = |name: &str| shown.get(name).and_then(Value::as_f64);
    if let (Some(part), Some(whole)) = (number("part"), number("whole")) {
        assert!((0.0..=whole + ROUNDING).contains(&part), "{shown}");
    }
    if let (Some(low), Some(value), Some(high)) = (number("low"), number("value"), number("high")) {
        assert!(low <= value + ROUNDING && value <= high + ROUNDING, "{shown}");
    }
    match shown {
        Value::Object(fields) => fields.values().for_each(check_figures),
        Value::Array(items) => items.iter().for_each(check_figures),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_question_that_fuzzing_kept_is_answered_wrongly() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/questions");
        let inputs = std::fs::read_dir(folder).unwrap().map(|file| std::fs::read(file.unwrap().path()).unwrap());
        let answered: Vec<bool> = inputs.map(|input| check(&input)).collect();
        assert!(answered.iter().filter(|answered| **answered).count() > 24, "{answered:?}");
    }
}
