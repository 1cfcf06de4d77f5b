//! The overview.

use std::collections::BTreeMap;

use glpi_sim::{
    rows::{Seconds, Ticket},
    truth::TicketTruth,
};
use serde_json::{Value, json};

use super::{
    DESK, asked_window,
    counting::{PENDING, PRIORITIES, STATUSES, count, is_counted, is_late, is_open, is_touched, within},
    filters, now, tickets, window, without,
};

/// The figures of the overview, without its list.
fn figures(tickets: &[TicketTruth], now: i64, window: (Seconds, Seconds)) -> Value {
    let live: Vec<&TicketTruth> = tickets.iter().filter(|ticket| is_counted(ticket)).collect();
    let rows: Vec<Ticket> = live.iter().map(|ticket| ticket.row.clone()).collect();
    let touched: Vec<Ticket> = rows.iter().filter(|row| is_touched(row, window)).cloned().collect();
    let statuses = (1..)
        .zip(STATUSES)
        .map(|(number, status)| json!({"status": status, "tickets": count(&touched, |row| row.status == number)}));
    let priorities = (1..).zip(PRIORITIES).map(
        |(number, priority)| json!({"priority": priority, "tickets": count(&touched, |row| row.priority == number)}),
    );
    let band = |from: i64, to: i64| count(&rows, |row| is_open(row) && is_in_band(row, now, from, to));
    let bands = [band(50, 75), band(75, 90), band(90, 95), band(95, 100)];
    let nobody = live
        .iter()
        .filter(|ticket| is_open(&ticket.row) && ticket.users.assigned.is_empty() && ticket.groups.assigned.is_empty());
    json!({
        "total": touched.len(),
        "by_status": statuses.collect::<Vec<_>>(),
        "by_priority": priorities.collect::<Vec<_>>(),
        "open": count(&rows, is_open),
        "overdue": count(&rows, |row| is_late(row, now)),
        "at_risk": bands[1] + bands[2] + bands[3],
        "at_risk_bands": {"from_50": bands[0], "from_75": bands[1], "from_90": bands[2], "from_95": bands[3]},
        "unassigned": nobody.count(),
        "pending": count(&rows, |row| row.status == PENDING),
        "created": count(&rows, |row| within(Some(row.date), window)),
        "solved": count(&rows, |row| within(row.solvedate, window)),
        "closed": count(&rows, |row| within(row.closedate, window)),
    })
}

/// The share of the time from opening to the due instant that is over lies between the two, in percent.
fn is_in_band(row: &Ticket, now: i64, from: i64, to: i64) -> bool {
    let Some(due) = row.time_to_resolve.filter(|due| *due > row.date && row.status != PENDING) else { return false };
    let (gone, span) = (now - row.date * 1_000_000, (due - row.date) * 1_000_000);
    span * from <= gone * 100 && gone * 100 < span * to
}

#[tokio::test(flavor = "multi_thread")]
async fn the_overview_counts_what_glpi_holds_whatever_the_filter() {
    let tickets = tickets();
    for filter in filters::all() {
        let answer = DESK.ask(&format!("/v1/tickets/overview?{}&{}", asked_window(), filter.query)).await;
        let matching = filter.of(tickets);
        assert!(!matching.is_empty(), "{}", filter.query);
        assert_eq!(without(&answer["data"], "tickets"), figures(&matching, now(&answer), window()), "{}", filter.query);
        let trashed = count(&matching, |ticket| !is_counted(ticket) && is_touched(&ticket.row, window()));
        let excluded: BTreeMap<&str, usize> = [("trashed", trashed)].into_iter().filter(|(_, n)| *n > 0).collect();
        assert_eq!(answer["meta"]["excluded"], json!(excluded), "{}", filter.query);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preset_window_ends_now_and_is_the_last_thirty_days_where_none_is_given() {
    let tickets = tickets();
    for (query, days) in [("", 30), ("?timeWindow=24h", 1), ("?timeWindow=7d", 7), ("?timeWindow=90d", 90)] {
        let answer = DESK.ask(&format!("/v1/tickets/overview{query}")).await;
        let to = now(&answer);
        let from = to - days * 86_400_000_000;
        assert_eq!(super::micros(&answer["meta"]["window"]["from"]), from, "{query}");
        assert_eq!(super::micros(&answer["meta"]["window"]["to"]), to, "{query}");
        // GLPI's times are whole seconds: those at or after `from` begin with the next one.
        let seconds = |micros: i64| -(-micros).div_euclid(1_000_000);
        let window = (seconds(from), seconds(to));
        assert_eq!(without(&answer["data"], "tickets"), figures(tickets, to, window), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_says_what_it_rests_on() {
    let answer = DESK.ask(&format!("/v1/tickets/overview?{}&tz=America/Sao_Paulo", asked_window())).await;
    let meta = &answer["meta"];
    assert_eq!(meta["zone"], "America/Sao_Paulo");
    assert_eq!(meta["mode"], "glpi");
    let (from, to) = window();
    assert_eq!(meta["window"], json!({"from": super::iso(Some(from)), "to": super::iso(Some(to))}));
    assert!(meta["metrics"].as_array().unwrap().contains(&json!("backlog@1")), "{meta}");
    assert!(meta["freshness_s"].as_i64().is_some_and(|seconds| (0..300).contains(&seconds)), "{meta}");
}
