//! The backlog, by age and by its dimensions.

use std::collections::BTreeMap;

use glpi_sim::truth::TicketTruth;
use serde_json::{Value, json};

use super::{
    DESK,
    counting::{PENDING, count, is_counted, is_late, is_open},
    filters, now, tickets,
};

type Band = (&'static str, i64, Option<i64>);

const AGES: [Band; 8] = [
    ("<=1d", 0, Some(1)),
    ("2-3d", 1, Some(3)),
    ("4-7d", 3, Some(7)),
    ("8-14d", 7, Some(14)),
    ("15-30d", 14, Some(30)),
    ("31-60d", 30, Some(60)),
    ("61-90d", 60, Some(90)),
    (">90d", 90, None),
];
const UPDATES: [Band; 4] = [("1-5d", 0, Some(5)), ("6-10d", 5, Some(10)), ("11-30d", 10, Some(30)), (">30d", 30, None)];

fn open(tickets: &[TicketTruth]) -> Vec<TicketTruth> {
    tickets.iter().filter(|ticket| is_counted(ticket) && is_open(&ticket.row)).cloned().collect()
}

fn is_aged(at: i64, now: i64, (_, from, to): Band) -> bool {
    let age = now - at * 1_000_000;
    let days = |days: i64| days * 86_400_000_000;
    (age >= days(from) || from == 0) && to.is_none_or(|to| age < days(to))
}

fn aging(open: &[TicketTruth], now: i64) -> Value {
    let counted = |bands: &[Band], time: fn(&TicketTruth) -> i64| -> Vec<Value> {
        let tickets = |band: Band| count(open, |ticket| is_aged(time(ticket), now, band));
        bands
            .iter()
            .map(|band| json!({"name": band.0, "from_days": band.1, "to_days": band.2, "tickets": tickets(*band)}))
            .collect()
    };
    json!({
        "since_opened": counted(&AGES, |ticket| ticket.row.date),
        "since_update": counted(&UPDATES, |ticket| ticket.row.date_mod),
    })
}

/// The figures of the backlog, without its rows and its list.
fn figures(open: &[TicketTruth], now: i64) -> Value {
    let nobody =
        count(open, |ticket: &TicketTruth| ticket.users.assigned.is_empty() && ticket.groups.assigned.is_empty());
    json!({
        "total": open.len(),
        "pending": count(open, |ticket| ticket.row.status == PENDING),
        "unassigned": nobody,
        "overdue": count(open, |ticket| is_late(&ticket.row, now)),
        "aging": aging(open, now),
    })
}

fn asked(answer: &Value) -> Value {
    let fields = ["total", "pending", "unassigned", "overdue", "aging"];
    Value::Object(fields.map(|field| (field.to_owned(), answer["data"][field].clone())).into_iter().collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_backlog_is_what_is_open_whatever_the_filter() {
    let tickets = tickets();
    for filter in filters::all() {
        let answer = DESK.ask(&format!("/v1/tickets/backlog?{}", filter.query)).await;
        assert_eq!(asked(&answer), figures(&open(&filter.of(tickets)), now(&answer)), "{}", filter.query);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_age_narrows_the_backlog_to_its_tickets() {
    let all = open(tickets());
    for band in AGES {
        let name = band.0.replace('<', "%3C").replace('>', "%3E");
        let answer = DESK.ask(&format!("/v1/tickets/backlog?age={name}")).await;
        let now = now(&answer);
        let aged: Vec<TicketTruth> = all.iter().filter(|ticket| is_aged(ticket.row.date, now, band)).cloned().collect();
        assert_eq!(asked(&answer), figures(&aged, now), "{}", band.0);
    }
}

/// What a ticket is counted under: several for several people, nobody for none.
type Keys = fn(&TicketTruth) -> Vec<Option<i64>>;

fn keys(of: impl Iterator<Item = i64>) -> Vec<Option<i64>> {
    let found: Vec<_> = of.map(Some).collect();
    if found.is_empty() { vec![None] } else { found }
}

const DIMENSIONS: [(&str, Keys); 6] = [
    ("status", |ticket| vec![Some(ticket.row.status.into())]),
    ("priority", |ticket| vec![Some(ticket.row.priority.into())]),
    ("entity", |ticket| vec![Some(ticket.row.entities_id)]),
    ("category", |ticket| vec![Some(ticket.row.itilcategories_id).filter(|id| *id != 0)]),
    ("group", |ticket| keys(ticket.groups.assigned.iter().copied())),
    ("technician", |ticket| keys(ticket.users.assigned.iter().copied())),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_backlog_by_one_or_two_dimensions_counts_each_ticket_where_it_belongs() {
    let all = open(tickets());
    for (at, (first, of_first)) in DIMENSIONS.into_iter().enumerate() {
        let (second, of_second) = DIMENSIONS[(at + 1) % DIMENSIONS.len()];
        for pair in [false, true] {
            let by = if pair { format!("{first},{second}") } else { first.to_owned() };
            let answer = DESK.ask(&format!("/v1/tickets/backlog?by={by}")).await;
            let mut expected: BTreeMap<Vec<Option<i64>>, Vec<TicketTruth>> = BTreeMap::new();
            for ticket in &all {
                for key in of_first(ticket) {
                    let seconds = if pair { of_second(ticket) } else { vec![None] };
                    for other in seconds {
                        let key = if pair { vec![key, other] } else { vec![key] };
                        expected.entry(key).or_default().push(ticket.clone());
                    }
                }
            }
            let rows = answer["data"]["rows"].as_array().unwrap();
            assert_eq!(rows.len(), expected.len(), "{by}");
            assert_eq!(answer["data"]["rows_total"], json!(expected.len()), "{by}");
            for row in rows {
                let key: Vec<_> = row["keys"].as_array().unwrap().iter().map(|key| key["id"].as_i64()).collect();
                let tickets = &expected[&key];
                assert_eq!(row["tickets"], json!(tickets.len()), "{by} {key:?}");
                let late = count(tickets, |ticket| is_late(&ticket.row, now(&answer)));
                assert_eq!(row["overdue"], json!(late), "{by} {key:?}");
                assert_eq!(row["aging"], aging(tickets, now(&answer)), "{by} {key:?}");
            }
            let sizes: Vec<i64> = rows.iter().map(|row| row["tickets"].as_i64().unwrap()).collect();
            assert!(sizes.is_sorted_by(|one, next| one >= next), "{by}: {sizes:?}");
        }
    }
}
