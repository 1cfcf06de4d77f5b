//! The contract's questions on the recorded desk, held against figures counted here by plain loops over GLPI's rows.
//!
//! Nothing here calls Farol's code: what is right is written down from the definitions of the metrics and GLPI's own rules.

mod backlog;
mod breaches;
mod counting;
pub(crate) mod filters;
mod history;
mod overview;
mod pages;
mod system;
mod technicians;
mod timeline;
mod what_if;

use std::sync::LazyLock;

use chrono::{DateTime, SecondsFormat};
use glpi_sim::{
    Desk,
    rows::{Seconds, Ticket},
    truth::TicketTruth,
};
use serde_json::{Value, json};
use support::{Home, Shared};

/// The recorded desk with what it has not: a tree of groups, internal times to own, and the corners of GLPI's rules.
static DESK: LazyLock<Shared> = LazyLock::new(|| Shared::start(desk(), Home::new().looking_once()));

/// A window that every ticket of the recorded desk lies in.
const EVER: &str = "from=2020-01-01T00:00:00Z&to=2035-01-01T00:00:00Z";

fn desk() -> Desk {
    let mut desk = Desk::recorded().unwrap();
    let groups: Vec<i64> = desk.rows("Group").unwrap().keys().copied().take(2).collect();
    let name = desk.row("Group", groups[0]).unwrap()["name"].as_str().unwrap().to_owned();
    desk.update_row("Group", groups[1], |row| {
        let child = row["name"].as_str().unwrap().to_owned();
        row.insert("groups_id".to_owned(), groups[0].into());
        row.insert("completename".to_owned(), format!("{name} > {child}").into());
    });
    for ticket in desk.truths() {
        desk.update::<Ticket, _>(ticket.row.id, corner).unwrap();
    }
    desk
}

/// Makes some tickets what the recorded ones are not.
fn corner(row: &mut Ticket) {
    let is_done = row.solvedate.is_some();
    if row.id % 7 == 0 {
        row.internal_time_to_own = Some(row.date + 1_200 * (row.id % 60));
    }
    match row.id % 24 {
        // Only the delay is known, as in rows of old versions.
        1 => row.takeintoaccountdate = None,
        // Solved by nobody who took it over.
        2 if is_done => (row.takeintoaccountdate, row.takeintoaccount_delay_stat) = (None, 0),
        // Taken over at once: GLPI's delay is then 0.
        3 => row.takeintoaccount_delay_stat = 0,
        // Solved and taken over exactly when the time was up.
        4 if is_done => (row.time_to_resolve, row.time_to_own) = (row.solvedate, row.takeintoaccountdate),
        // A time to resolve that somebody wrote by hand.
        5 => row.slas_id_ttr = 0,
        _ => {}
    }
}

/// Every ticket; nobody moves this desk.
fn tickets() -> &'static [TicketTruth] {
    static TICKETS: LazyLock<Vec<TicketTruth>> = LazyLock::new(|| DESK.glpi.desk().read().truths());
    &TICKETS
}

/// An instant of an answer, in microseconds.
fn micros(at: &Value) -> i64 {
    DateTime::parse_from_rfc3339(at.as_str().unwrap()).unwrap().timestamp_micros()
}

/// What the answer calls now.
fn now(answer: &Value) -> i64 {
    micros(&answer["meta"]["generated_at"])
}

/// A time of GLPI's as answers write it.
fn iso(at: Option<Seconds>) -> Value {
    let text = |at| DateTime::from_timestamp(at, 0).unwrap().to_rfc3339_opts(SecondsFormat::Secs, true);
    at.map_or(Value::Null, |at| text(at).into())
}

/// The middle half of what is solved, its ends two solutions: the first belongs to it, the last does not.
fn window() -> (Seconds, Seconds) {
    static WINDOW: LazyLock<(Seconds, Seconds)> = LazyLock::new(|| {
        let mut solved: Vec<Seconds> = tickets().iter().filter_map(|ticket| ticket.row.solvedate).collect();
        solved.sort_unstable();
        (solved[solved.len() / 4], solved[solved.len() * 3 / 4])
    });
    *WINDOW
}

/// The same as query parameters.
fn asked_window() -> String {
    let (from, to) = window();
    format!("from={}&to={}", iso(Some(from)).as_str().unwrap(), iso(Some(to)).as_str().unwrap())
}

/// The object without that field.
fn without(object: &Value, field: &str) -> Value {
    let mut object = object.clone();
    object.as_object_mut().unwrap().remove(field).unwrap();
    object
}

/// Every row of the list that `path` answers with, page by page of `limit`; the first page's answer comes beside.
async fn walk(path: &str, list: &str, limit: usize) -> (Vec<Value>, Value) {
    let join = if path.contains('?') { '&' } else { '?' };
    let first = DESK.ask(&format!("{path}{join}limit={limit}")).await;
    let (mut rows, mut page) = (Vec::new(), first.clone());
    loop {
        let found = page["data"][list].as_array().unwrap();
        rows.extend(found.iter().cloned());
        assert_eq!(page["meta"]["page"]["total"], first["meta"]["page"]["total"], "{path}");
        assert_eq!(page["meta"]["page"]["limit"], json!(limit), "{path}");
        let Some(next) = page["meta"]["page"]["next"].as_str() else { break };
        assert_eq!(found.len(), limit, "{path}: a page that is not the last is not full");
        page = DESK.ask(&format!("{path}{join}limit={limit}&cursor={next}")).await;
    }
    assert_eq!(first["meta"]["page"]["total"], json!(rows.len()), "{path}");
    (rows, first)
}
